import { CloudError } from "../errors";
import type { Grant, ResourceType, StackResource } from "../service";
import type { AccessControl } from "./access-control";

/** What the IAM resources of every kind have in common. */
interface IamHost {
  readonly access: Pick<AccessControl, "give"> & Partial<Pick<AccessControl, "knows">>;
  readonly log: (entry: { readonly severity: "WARNING"; readonly source: string; readonly message: string }) => void;
}

/**
 * The Terraform types that grant on one kind of resource: `<of>_iam_member` and `<of>_iam_binding`.
 * @param of google_pubsub_topic
 * @param on the full name of what is granted on, from the resource's arguments: pubsub.googleapis.com/projects/P/topics/T
 */
export function iamTypes(of: string, host: IamHost, on: (config: StackResource["config"]) => string): ResourceType[] {
  const apply = (resource: StackResource, members: readonly string[]) => {
    const role = text(resource, "role");
    const name = on(resource.config);
    for (const member of members) {
      const grant: Grant = { role, member, on: name, address: resource.address };
      host.access.give(grant);
    }
    warn(host, resource, role);
    return { id: `${name} ${role} ${members.join(" ")}`.trim(), etag: "local" };
  };
  return [
    { type: `${of}_iam_member`, apply: (resource) => apply(resource, [text(resource, "member")]) },
    { type: `${of}_iam_binding`, apply: (resource) => apply(resource, list(resource, "members")) },
  ];
}

function warn(host: IamHost, { address, config }: StackResource, role: string): void {
  const say = (message: string) => host.log({ severity: "WARNING", source: "iam", message: `${address}: ${message}` });
  if (host.access.knows?.(role) === false) {
    say(`${role} is not among the roles known here, so it gives nothing on this machine`);
  }
  if (config["condition"] !== undefined) say("its condition is not evaluated here: the grant always holds");
}

function text({ address, config }: StackResource, argument: string): string {
  const value = config[argument];
  if (typeof value === "string" && value !== "") return value;
  throw new CloudError("INVALID_ARGUMENT", `${address}: ${argument} is missing`);
}

function list({ address, config }: StackResource, argument: string): readonly string[] {
  const value = config[argument];
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  throw new CloudError("INVALID_ARGUMENT", `${address}: ${argument} is not a list of members`);
}
