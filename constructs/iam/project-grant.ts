import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ResourcePolicy, type Grant, type GrantOptions, type Identity, type MadeRole } from "../core/grants";
import { Site } from "../core/site";

/** The roles for which Google offers nothing finer than a project. */
export type ProjectRole =
  | "roles/bigquery.jobUser"
  | "roles/bigquery.readSessionUser"
  | "roles/dataflow.developer"
  | "roles/dataflow.viewer"
  | "roles/dataflow.worker"
  | "roles/eventarc.eventReceiver"
  | "roles/eventarc.serviceAgent"
  | "roles/logging.logWriter"
  // Only for Cloud Storage's agent: Eventarc makes the topic, and nobody knows its name before.
  | "roles/pubsub.publisher"
  // Only with a condition that names buckets which are not there yet.
  | "roles/storage.objectViewer";

/** A right on the whole project of the identity's stack. */
export function grantOnProject(role: ProjectRole | MadeRole, to: Identity, options?: GrantOptions): Grant {
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
