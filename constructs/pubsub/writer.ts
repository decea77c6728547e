import type { Construct } from "constructs";
import type { Identity } from "../core/grants";
import { serviceAgent } from "../core/service-agents";
import { nothing, type Waits } from "../core/waits";
import type { AnyServiceAccount } from "../iam/service-account";

/** Who writes what a subscription delivers, and what must be there before it may. */
interface Writer {
  readonly identity: Identity;
  readonly waits: Waits;
}

/** Pub/Sub's agent writes itself, or in the name of an account, whose tokens it then makes. */
export function writerOf(scope: Construct, name: string, as: AnyServiceAccount | undefined): Writer {
  const agent = serviceAgent(scope, "pubsub");
  if (as === undefined) return { identity: agent, waits: nothing };
  const token = as.grantTokenCreator(agent, { why: `writes in its name what ${name} delivers` });
  return { identity: as, waits: token.waits };
}
