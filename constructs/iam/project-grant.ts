import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ResourcePolicy, type Grant, type GrantOptions, type Identity } from "../core/grants";
import { Site } from "../core/site";

/** The roles for which Google offers nothing finer than a project. */
export type ProjectRole = "roles/bigquery.jobUser" | "roles/dataflow.viewer" | "roles/dataflow.worker";

/** A right on the whole project of the identity's stack. */
export function grantOnProject(role: ProjectRole, to: Identity, options?: GrantOptions): Grant {
  const site = Site.of(to.home);
  const { project } = site.settings;
  const policy = site.once(
    "policy of the project",
    () =>
      new ResourcePolicy(site.stack, {
        key: "project",
        fullName: `projects/${project}`,
        tier: "data",
        member: ProjectIamMember,
        on: { project },
      }),
  );
  return policy.grant(role, to, options);
}
