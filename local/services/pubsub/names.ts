/**
 * Names of Pub/Sub's resources, and the refusals that name them, in Google's words.
 * @see https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
 */
import { CloudError } from "../../errors";

export type Kind = "topics" | "subscriptions" | "snapshots" | "schemas";

/** What a subscription's topic reads after the topic was deleted. */
export const DELETED_TOPIC = "_deleted-topic_";
/** What a topic's schema reads after the schema was deleted. */
export const DELETED_SCHEMA = "_deleted-schema_";

const ID = /^[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}$/;

/** @throws CloudError INVALID_ARGUMENT when `name` is not projects/P/{kind}/ID with a valid ID. */
export function checkName(kind: Kind, name: string): void {
  const [projects, project, found, id = "", ...more] = name.split("/");
  const shaped = projects === "projects" && project !== "" && found === kind && more.length === 0;
  if (!shaped) throw new CloudError("INVALID_ARGUMENT", `Invalid [${kind}] name: (name=${name})`);
  if (!ID.test(id) || /^goog/i.test(id)) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      `Invalid resource name given (name=${name}). ` +
        "Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names for more information.",
    );
  }
}

/** The last part of a name. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** The project of projects/P/... */
export function projectOf(name: string): string {
  return name.split("/")[1] ?? "";
}

/** As access knows the resource: pubsub.googleapis.com/projects/P/topics/T */
export function fullName(name: string): string {
  return `pubsub.googleapis.com/${name}`;
}

/** As access knows a project. */
export function fullProject(project: string): string {
  return `cloudresourcemanager.googleapis.com/projects/${project}`;
}

/**
 * As access knows a service account.
 * @param project of an account whose address does not tell: a default one
 */
export function fullServiceAccount(email: string, project: string): string {
  const own = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1] ?? project;
  return `iam.googleapis.com/projects/${own}/serviceAccounts/${email}`;
}

export function notFound(name: string): CloudError {
  return new CloudError("NOT_FOUND", `Resource not found (resource=${shortName(name)}).`);
}

export function alreadyExists(name: string): CloudError {
  return new CloudError("ALREADY_EXISTS", `Resource already exists in the project (resource=${shortName(name)}).`);
}
