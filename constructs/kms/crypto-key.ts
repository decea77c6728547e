import type { KmsCryptoKey } from "@cdktf/provider-google/lib/kms-crypto-key";
import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import type { Construct } from "constructs";
import type { Duration } from "../../pipeline/duration";
import type { EncryptionKey } from "../core/encryption";
import type { Existing } from "../core/existing";
import { ResourcePolicy, type Grant, type GrantOptions, type Identity, type Policy } from "../core/grants";
import { notADuration } from "../core/limits";
import { check, type Rules } from "../core/rules";
import { AnyKey, keyRules, makeKey, type KeyProps } from "./any-key";

/** A key that encrypts and decrypts, wherever it was made. */
export abstract class AnyCryptoKey extends AnyKey implements EncryptionKey {
  /** May encrypt and decrypt with it: roles/cloudkms.cryptoKeyEncrypterDecrypter. */
  grantUse(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudkms.cryptoKeyEncrypterDecrypter", to, options);
  }

  /** May encrypt with it, and not read what others did: roles/cloudkms.cryptoKeyEncrypter. */
  grantEncrypt(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudkms.cryptoKeyEncrypter", to, options);
  }

  /** roles/cloudkms.cryptoKeyDecrypter */
  grantDecrypt(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudkms.cryptoKeyDecrypter", to, options);
  }
}

export interface CryptoKeyProps extends KeyProps {
  /**
   * How often a new version encrypts from then on, 1d to 100 years; "never" leaves it to people. Older versions still
   * decrypt, and are paid for, until somebody destroys them.
   * @default "90d", as Google and the CIS benchmark recommend: what one version encrypts is bounded, and nothing has to
   * be encrypted again; "never" where versions are imported, which nobody makes by themselves
   * @see https://cloud.google.com/kms/docs/key-rotation
   */
  readonly rotation?: Duration | "never";
}

const rotationPage = "https://cloud.google.com/kms/docs/rotate-key";

const rules: Rules<CryptoKeyProps> = [
  ...keyRules,
  {
    id: "rotation-range",
    reads: ["rotation"],
    ofTokens: true,
    page: rotationPage,
    broken({ rotation }) {
      if (rotation === undefined || rotation === "never") return undefined;
      const sentence = notADuration(rotation, "1d", "36500d");
      return sentence && `rotation ${sentence("Cloud KMS")}`;
    },
  },
  {
    id: "rotation-import",
    reads: ["rotation", "importOnly"],
    page: "https://cloud.google.com/kms/docs/importing-a-key",
    broken: ({ rotation = "never", importOnly }) =>
      importOnly === true && rotation !== "never"
        ? `rotation is "${rotation}" and importOnly is true: nothing makes the new versions. Leave rotation away`
        : undefined,
  },
];

const ROTATION = "90d";

/**
 * A key that encrypts what is at rest, for whatever takes an `encryptionKey`:
 *
 *     const key = new CryptoKey(this, "events", { ring: new KeyRing(this, "journey") });
 *     new Topic(this, "clicks", { encryptionKey: key });
 *
 * Who has no right on it, or has destroyed it, has none of the data. A whole stage's key is named in its settings, and is
 * another stack's: it outlives them.
 * @throws InvalidProps
 * @see https://cloud.google.com/kms/docs/cmek
 */
export class CryptoKey extends AnyCryptoKey {
  readonly resource: KmsCryptoKey;
  readonly keyId: string;
  readonly fullName: string;
  readonly key: string;
  readonly location: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, props: CryptoKeyProps) {
    super(scope, id);
    this.key = props.name ?? id;
    this.location = props.ring.location;
    const { rotation = props.importOnly === true ? "never" : ROTATION } = props;
    const made = makeKey(this, this.key, props, rules, {
      purpose: "ENCRYPT_DECRYPT",
      rotation: rotation === "never" ? undefined : rotation,
    });
    this.resource = made.resource;
    this.keyId = made.keyId;
    this.fullName = made.fullName;
    this.policy = made.policy;
  }

  /** A key that is there already. */
  static fromId(scope: Construct, id: string, from: ExistingCryptoKeyProps): AnyCryptoKey {
    return new ExistingCryptoKey(scope, id, from);
  }
}

export interface ExistingCryptoKeyProps extends Pick<Existing, "grants"> {
  /** projects/P/locations/L/keyRings/R/cryptoKeys/K */
  readonly keyId: string;
}

const form = /^projects\/[^/]+\/locations\/([^/]+)\/keyRings\/[^/]+\/cryptoKeys\/([^/]+)$/;

const existingRules: Rules<ExistingCryptoKeyProps> = [
  {
    id: "keyId-form",
    reads: [],
    page: "https://cloud.google.com/kms/docs/getting-resource-ids",
    broken: ({ keyId }) =>
      form.test(keyId)
        ? undefined
        : `keyId is "${keyId}": write projects/P/locations/L/keyRings/R/cryptoKeys/K, of the key and not of one of its versions`,
  },
];

class ExistingCryptoKey extends AnyCryptoKey {
  readonly keyId: string;
  readonly fullName: string;
  readonly key: string;
  readonly location: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: ExistingCryptoKeyProps) {
    super(scope, id);
    check(this, from, existingRules);
    const [, location = "", key = ""] = form.exec(from.keyId) ?? [];
    this.keyId = from.keyId;
    this.fullName = from.keyId;
    this.key = key;
    this.location = location;
    this.policy = new ResourcePolicy(this, {
      key,
      fullName: from.keyId,
      tier: "data",
      member: KmsCryptoKeyIamMember,
      on: { cryptoKeyId: from.keyId },
      grants: from.grants,
    });
  }
}
