import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import type { Construct } from "constructs";
import { ResourcePolicy } from "./grants";
import { settled } from "./propagation";
import { serviceAgent, type AgentName } from "./service-agents";
import { Site } from "./site";
import { nothing, type Waits } from "./waits";

/** The key that a resource is encrypted with, and what must be there before anything is made with it. */
export interface Encryption {
  /** Undefined: with Google's own key. */
  readonly key: string | undefined;
  readonly waits: Waits;
}

/**
 * The stage's key, which the services that encrypt with it may use.
 * @param agents whose agents encrypt this kind of resource: a Dataflow job's state is Dataflow's, its disks Compute Engine's
 * @see https://cloud.google.com/kms/docs/compatible-services
 */
export function encryptionOf(scope: Construct, agents: readonly AgentName[]): Encryption {
  const site = Site.of(scope);
  const key = site.settings.encryptionKey;
  if (key === undefined) return { key, waits: nothing };
  // One pause for all resources that the same agents encrypt.
  const waits = site.once(`encryption by ${agents.join(" ")}`, () => {
    const policy = new ResourcePolicy({
      key: key.split("/").at(-1) ?? key,
      tier: "data",
      member: KmsCryptoKeyIamMember,
      on: { cryptoKeyId: key },
    });
    const grants = agents.map((name) =>
      policy.grant("roles/cloudkms.cryptoKeyEncrypterDecrypter", serviceAgent(scope, name)),
    );
    return settled(site.stack, `encryption-by-${agents.join("-")}`, () =>
      grants.flatMap((grant) => [...grant.waits()]),
    );
  });
  return { key, waits };
}
