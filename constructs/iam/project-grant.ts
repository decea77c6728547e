import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ResourcePolicy, type Grant, type GrantOptions, type Identity, type MadeRole } from "../core/grants";
import { Site } from "../core/site";

/** The roles for which Google offers nothing finer than a project, and why not. */
export type ProjectRole =
  // A job of BigQuery's belongs to a project and to nothing in it. What it may read is said by datasets and tables.
  | "roles/bigquery.jobUser"
  // A read session likewise.
  | "roles/bigquery.readSessionUser"
  // Dataflow has no policies: who may launch a job, look at one, or work for one, may do so with all of the project's.
  | "roles/dataflow.developer"
  | "roles/dataflow.viewer"
  | "roles/dataflow.worker"
  // A trigger has no policy, and the events of Google's own services are of no resource.
  | "roles/eventarc.eventReceiver"
  // What its agent does with triggers, channels and subscriptions that it makes itself.
  | "roles/eventarc.serviceAgent"
  // A log is there when it is written to: there is nothing to give the right on before.
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
