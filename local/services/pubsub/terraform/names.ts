import type { Kind } from "../names";

/** A resource's full name: the provider takes it, or its last part alone. */
export function nameOf(kind: Kind, given: string, project: string): string {
  return given.includes("/") ? given : `projects/${project}/${kind}/${given}`;
}
