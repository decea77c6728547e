import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import type { Construct } from "constructs";
import { ResourcePolicy, type Grant, type GrantOptions, type Identity } from "./grants";
import { lockedPlaces } from "./places";
import { settled } from "./propagation";
import { serviceAgent, type AgentName } from "./service-agents";
import { Site } from "./site";
import { nothing, type Waits } from "./waits";

/** A key of Cloud KMS, wherever it was made. */
export interface EncryptionKey {
  /** projects/P/locations/L/keyRings/R/cryptoKeys/K */
  readonly keyId: string;
  /** Where it is, as plain text: a region, an area ("europe") or "global". What it encrypts has to be there. */
  readonly location: string;
  /** The key's name in addresses. */
  readonly key: string;
  /** May encrypt and decrypt with it: roles/cloudkms.cryptoKeyEncrypterDecrypter. */
  grantUse(to: Identity, options?: GrantOptions): Grant;
}

/** What takes a key of its own. */
export interface Encrypted {
  /**
   * A key of Cloud KMS where its data is. It can be changed in few services, and not taken away in any.
   * @default the stage's: {@link GcpSettings.encryptionKey}
   */
  readonly encryptionKey?: EncryptionKey;
}

/** Of what takes a key of any place. */
export const ANYWHERE = "anywhere";

/** The key that a resource is encrypted with, and what must be there before anything is made with it. */
export interface Encryption {
  /** Undefined: with Google's own key. */
  readonly key: string | undefined;
  readonly waits: Waits;
}

/**
 * The key of a resource, or its stage's, which the services that encrypt with it may use.
 * @param agents whose agents encrypt this kind of resource: a Dataflow job's state is Dataflow's, its disks Compute Engine's
 * @param location where it lies, and its key has to; {@link ANYWHERE} for what lies in no one place
 * @see https://cloud.google.com/kms/docs/compatible-services
 */
export function encryptionOf(
  scope: Construct,
  agents: readonly AgentName[],
  { encryptionKey }: Encrypted = {},
  location: string = Site.of(scope).settings.region,
): Encryption {
  const site = Site.of(scope);
  if (encryptionKey !== undefined && location !== ANYWHERE) {
    lockedPlaces.tell(scope, { location, keyLocation: encryptionKey.location });
  }
  const key = encryptionKey ?? stageKey(site);
  if (key === undefined) return { key, waits: nothing };
  const name = encryptionKey === undefined ? "encryption" : `encryption-${key.key}`;
  // One pause for all resources that the same agents encrypt.
  const waits = site.once(`encryption with ${key.keyId} by ${agents.join(" ")}`, () => {
    const why = { why: "encrypts and decrypts with the key" };
    const grants = agents.map((agent) => key.grantUse(serviceAgent(scope, agent), why));
    return settled(site.stack, `${name}-by-${agents.join("-")}`, () => grants.flatMap((grant) => [...grant.waits()]));
  });
  return { key: key.keyId, waits };
}

function stageKey(site: Site): EncryptionKey | undefined {
  const keyId = site.settings.encryptionKey;
  return keyId === undefined ? undefined : site.once("the stage's key", () => keyOf(site.stack, keyId));
}

/** A key that is there already. */
export function keyOf(owner: Construct, keyId: string, grants?: "manage" | "assume"): EncryptionKey {
  const key = keyId.split("/").at(-1) ?? keyId;
  const policy = new ResourcePolicy(owner, {
    key,
    fullName: keyId,
    tier: "data",
    member: KmsCryptoKeyIamMember,
    on: { cryptoKeyId: keyId },
    grants,
  });
  return {
    keyId,
    location: keyId.split("/")[3] ?? "",
    key,
    grantUse: (to, options) => policy.grant("roles/cloudkms.cryptoKeyEncrypterDecrypter", to, options),
  };
}
