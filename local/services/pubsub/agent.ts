import { serviceAgentEmail } from "../../access/agents";
import type { Caller, Host } from "../../service";

/** Pub/Sub itself, as it acts on other resources: it needs its grants like anyone else. */
export function agentOf(host: Pick<Host, "projectNumber">): Caller {
  return { member: `serviceAccount:${serviceAgentEmail("pubsub", host.projectNumber)}` };
}
