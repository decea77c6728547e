import type { SecretManagerSecretReplication } from "@cdktf/provider-google/lib/secret-manager-secret";
import type { Construct } from "constructs";
import { encryptionOf, type Encrypted, type EncryptionKey } from "../core/encryption";
import { isRegion } from "../core/places";
import type { Rules } from "../core/rules";
import { Site } from "../core/site";
import type { Waits } from "../core/waits";

/** A region that keeps a copy; with a key of its own, where one key cannot do for all. */
export type Replica = string | { readonly region: string; readonly encryptionKey: EncryptionKey };

export interface ReplicationProps extends Encrypted {
  /**
   * Where its values are kept: in these regions, or "automatic", which is wherever Google likes. It can never be changed.
   * @default the stack's region: what reads it is there, the stage's key is there, and nothing says that the values may
   * leave it
   * @see https://cloud.google.com/secret-manager/docs/choosing-replication
   */
  readonly replication?: "automatic" | readonly Replica[];
}

/** Where a copy is kept, and which key encrypts it. */
interface Copy {
  /** A region, or {@link EVERYWHERE}. */
  readonly region: string;
  readonly encryptionKey: EncryptionKey | undefined;
  /** Of the key, the stage's where it has none of its own. */
  readonly keyLocation: string | undefined;
}

/** Of what is replicated automatically, to KMS. */
const EVERYWHERE = "global";

export function copiesOf(scope: Construct, { replication, encryptionKey }: ReplicationProps): readonly Copy[] {
  const { region, encryptionKey: stageKey } = Site.of(scope).settings;
  const replicas = replication === "automatic" ? [EVERYWHERE] : (replication ?? [region]);
  return replicas.map((replica) => {
    const { region: where, encryptionKey: key } =
      typeof replica === "string" ? { region: replica, encryptionKey } : replica;
    return { region: where, encryptionKey: key, keyLocation: key?.location ?? stageKey?.split("/")[3] };
  });
}

export const replicationRules: Rules<{ readonly copies: readonly Copy[] }> = [
  {
    id: "replication-regions",
    reads: ["copies"],
    page: "https://cloud.google.com/secret-manager/docs/choosing-replication",
    broken({ copies }) {
      const regions = copies.map(({ region }) => region);
      if (regions.length === 0) return "replication has no region: the values would be nowhere";
      const twice = regions.find((region, index) => regions.indexOf(region) !== index);
      if (twice) return `replication has "${twice}" twice: a region keeps one copy`;
      const wrong = regions.find((region) => region !== EVERYWHERE && !isRegion(region));
      return (
        wrong && `replication has "${wrong}": Secret Manager takes regions, such as "europe-west1", or "automatic"`
      );
    },
  },
  {
    id: "encryptionKey-place",
    reads: ["copies"],
    page: "https://cloud.google.com/secret-manager/docs/cmek",
    broken({ copies }) {
      const apart = copies.find(({ region, keyLocation }) => keyLocation !== undefined && keyLocation !== region);
      if (apart === undefined) return undefined;
      const { region, keyLocation } = apart;
      const [what, where] =
        region === EVERYWHERE
          ? ["encryptionKey, one", "everywhere (automatic)"]
          : ["the replica an encryptionKey", `in ${region}`];
      return `a copy is kept ${where} and its key in ${keyLocation}: give ${what} in ${region}`;
    },
  },
];

export interface Replicated {
  readonly replication: SecretManagerSecretReplication;
  /** The rights of Secret Manager's agent on the keys. */
  readonly waits: Waits;
}

export function replicated(
  scope: Construct,
  replication: ReplicationProps["replication"],
  copies: readonly Copy[],
): Replicated {
  const encrypted = copies.map(({ region, encryptionKey }) => {
    const { key, waits } = encryptionOf(scope, ["secret-manager"], { encryptionKey }, region);
    return { location: region, waits, by: key === undefined ? undefined : { kmsKeyName: key } };
  });
  const waits: Waits = () => encrypted.flatMap((copy) => [...copy.waits()]);
  if (replication === "automatic") {
    return { replication: { auto: { customerManagedEncryption: encrypted[0]?.by } }, waits };
  }
  const replicas = encrypted.map(({ location, by }) => ({ location, customerManagedEncryption: by }));
  return { replication: { userManaged: { replicas } }, waits };
}
