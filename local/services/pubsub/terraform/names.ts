import type { StackResource } from "../../../service";
import { fullName, type Kind } from "../names";

/** A resource's full name: the provider takes it, or its last part alone. */
export function nameOf(kind: Kind, given: string, project: string): string {
  return given.includes("/") ? given : `projects/${project}/${kind}/${given}`;
}

/** What an IAM resource grants on, as access knows it. */
export function grantedOn(kind: Kind, argument: string, project: string): (config: StackResource["config"]) => string {
  return ({ [argument]: given, project: own }) =>
    fullName(nameOf(kind, typeof given === "string" ? given : "", typeof own === "string" ? own : project));
}
