import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ResourcePolicy, type Grant, type Identity } from "../core/grants";
import { Site } from "../core/site";

/** The roles for which Google offers nothing finer than a project. */
export type ProjectRole = "roles/bigquery.jobUser" | "roles/dataflow.viewer" | "roles/dataflow.worker";

/** A right on the whole project of the identity's stack. */
export function grantOnProject(role: ProjectRole, to: Identity): Grant {
  const { project } = Site.of(to.home).settings;
  return new ResourcePolicy({ key: "project", tier: "data", member: ProjectIamMember, on: { project } }).grant(
    role,
    to,
  );
}
