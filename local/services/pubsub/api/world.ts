import type { Caller, Host } from "../../../service";
import type { Broker } from "../broker";
import type { Schemas } from "../schema/schemas";
import type { Turn } from "../turn";

/** What the API answers from. */
export interface ApiWorld {
  readonly host: Host;
  readonly broker: Broker;
  readonly schemas: Schemas;
  readonly turn: Turn;
}

/** Asks whether this caller may; throws when not. */
export type Check = (permission: string, resource: string) => void;

export function checkOf({ host }: ApiWorld, caller: Caller): Check {
  return (permission, resource) => host.access.check(caller, permission, resource);
}
