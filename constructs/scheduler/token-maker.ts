import type { Construct } from "constructs";
import type { Grant } from "../core/grants";
import { serviceAgent } from "../core/service-agents";
import type { AnyServiceAccount } from "../iam/service-account";

/**
 * A service's agent makes the token that a call carries. Where the service's API was enabled by hand its agent may do so
 * for all accounts of the project; where Terraform asked for the agent, for those that it is told.
 * @param token "identity" says who calls, for services and functions; "access" is what Google's own APIs take
 * @see https://cloud.google.com/scheduler/docs/http-target-auth
 */
export function mayMakeTokens(
  owner: Construct,
  service: "scheduler" | "tasks",
  identity: AnyServiceAccount,
  token: "identity" | "access",
): Grant {
  const agent = serviceAgent(owner, service);
  const why = { why: "makes the token that a call carries" };
  if (token === "access") return identity.grantTokenCreator(agent, why);
  return identity.grant("roles/iam.serviceAccountOpenIdTokenCreator", agent, why);
}
