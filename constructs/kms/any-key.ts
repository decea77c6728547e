import { KmsCryptoKey, type KmsCryptoKeyConfig } from "@cdktf/provider-google/lib/kms-crypto-key";
import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import type { Construct } from "constructs";
import { seconds, type Duration } from "../../pipeline/duration";
import { Grantable, ResourcePolicy, type Policy } from "../core/grants";
import { labelsRule, type Labels } from "../core/labels";
import { limits } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import type { Overridable } from "../core/overridable";
import { reference } from "../core/reference";
import { check, type Rules } from "../core/rules";
import { kmsName, type AnyKeyRing } from "./key-ring";

/** A key of any kind, wherever it was made. */
export abstract class AnyKey extends Grantable {
  /** projects/P/locations/L/keyRings/R/cryptoKeys/K: a reference to the key, so whoever names it comes after it. */
  abstract readonly keyId: string;
  /** The same as plain text. */
  abstract readonly fullName: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  /** Where its ring is, as plain text. */
  abstract readonly location: string;
}

/**
 * What keys of all kinds have in common. Keys that are kept outside of Google Cloud (External Key Manager) and raw
 * encryption are left to `overrides`.
 */
export interface KeyProps extends Overridable<KmsCryptoKeyConfig> {
  /** Nobody can have it a second time in its ring: a key is never deleted, only its versions are. @default the construct's id */
  readonly name?: string;
  /** It says where the key is, and can never be changed. */
  readonly ring: AnyKeyRing;
  /**
   * Where it is used: "hsm" in machines that never let it out. It costs more, and can never be changed.
   * @default "software", as Google does
   * @see https://cloud.google.com/docs/security/key-management-deep-dive/software-protection-levels
   */
  readonly protection?: "software" | "hsm";
  /**
   * How long a version that was destroyed can be brought back, 1d to 120d. It can never be changed.
   * @default 30d, as Google does
   */
  readonly destroyDelay?: Duration;
  /**
   * Whether all of its versions come from elsewhere: none is made with it. It can never be changed.
   * @default false: Cloud KMS makes them, and nobody has seen them
   */
  readonly importOnly?: boolean;
  /**
   * Whether Terraform may destroy it, which destroys all of its versions and with them all that they encrypted. Its name
   * stays taken.
   * @default false, in every stage
   */
  readonly destroyable?: boolean;
  /** @default the stack's labels */
  readonly labels?: Labels;
}

const kms = limits("Cloud KMS");

export const keyRules: Rules<KeyProps> = [
  kmsName,
  labelsRule,
  kms.lasts("destroyDelay", "1d", "120d", "https://cloud.google.com/kms/docs/create-key#soft-delete-duration"),
];

/** What one kind of key has of its own. */
interface Kind {
  /** As Terraform calls it. */
  readonly purpose: string;
  readonly algorithm?: string;
  readonly rotation?: Duration;
}

export interface Made {
  readonly resource: KmsCryptoKey;
  readonly keyId: string;
  readonly fullName: string;
  readonly policy: Policy;
}

/** @throws InvalidProps */
export function makeKey<Props extends KeyProps>(
  owner: Construct,
  key: string,
  props: Props,
  rules: Rules<Props>,
  { purpose, algorithm, rotation }: Kind,
): Made {
  const name = physicalName(owner, key);
  check(owner, { ...props, name }, rules);
  const { ring, protection, destroyDelay, importOnly = false, destroyable = false } = props;
  const resource = make(owner, "resource", KmsCryptoKey, key, {
    name,
    keyRing: ring.path,
    purpose,
    rotationPeriod: rotation && seconds(rotation),
    versionTemplate:
      algorithm === undefined && protection === undefined
        ? undefined
        : { algorithm: algorithm ?? SYMMETRIC, protectionLevel: protection?.toUpperCase() },
    destroyScheduledDuration: destroyDelay && seconds(destroyDelay),
    importOnly: importOnly ? true : undefined,
    skipInitialVersionCreation: importOnly ? true : undefined,
    labels: props.labels,
    lifecycle: destroyable ? undefined : { preventDestroy: true },
    ...props.overrides,
  });
  const fullName = `${ring.fullName}/cryptoKeys/${name}`;
  const keyId = reference(resource, "id", fullName);
  const policy = new ResourcePolicy(owner, {
    key,
    fullName,
    tier: "data",
    member: KmsCryptoKeyIamMember,
    on: { cryptoKeyId: keyId },
    resource,
  });
  return { resource, keyId, fullName, policy };
}

/** A key that is made here, and is not known otherwise than by what made it. */
export abstract class OwnKey<Props extends KeyProps> extends AnyKey {
  readonly resource: KmsCryptoKey;
  readonly keyId: string;
  readonly fullName: string;
  readonly key: string;
  readonly location: string;
  protected readonly policy: Policy;

  /** @throws InvalidProps */
  constructor(scope: Construct, id: string, props: Props, rules: Rules<Props>, kind: Kind) {
    super(scope, id);
    this.key = props.name ?? id;
    this.location = props.ring.location;
    const made = makeKey(this, this.key, props, rules, kind);
    this.resource = made.resource;
    this.keyId = made.keyId;
    this.fullName = made.fullName;
    this.policy = made.policy;
  }
}

const SYMMETRIC = "GOOGLE_SYMMETRIC_ENCRYPTION";
