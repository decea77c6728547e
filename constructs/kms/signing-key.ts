import type { Construct } from "constructs";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import type { Rules } from "../core/rules";
import { keyRules, OwnKey, type KeyProps } from "./any-key";

const signatures = {
  "ec-p256-sha256": "EC_SIGN_P256_SHA256",
  "ec-p384-sha384": "EC_SIGN_P384_SHA384",
  "ec-secp256k1-sha256": "EC_SIGN_SECP256K1_SHA256",
  "ec-ed25519": "EC_SIGN_ED25519",
  "rsa-pss-2048-sha256": "RSA_SIGN_PSS_2048_SHA256",
  "rsa-pss-3072-sha256": "RSA_SIGN_PSS_3072_SHA256",
  "rsa-pss-4096-sha256": "RSA_SIGN_PSS_4096_SHA256",
  "rsa-pss-4096-sha512": "RSA_SIGN_PSS_4096_SHA512",
  "rsa-pkcs1-2048-sha256": "RSA_SIGN_PKCS1_2048_SHA256",
  "rsa-pkcs1-3072-sha256": "RSA_SIGN_PKCS1_3072_SHA256",
  "rsa-pkcs1-4096-sha256": "RSA_SIGN_PKCS1_4096_SHA256",
  "rsa-pkcs1-4096-sha512": "RSA_SIGN_PKCS1_4096_SHA512",
} as const;

export interface SigningKeyProps extends KeyProps {
  /**
   * It can be changed for later versions. Algorithms against quantum computers are left to `overrides`.
   * @default "ec-p256-sha256", which Google recommends: short, fast, and known everywhere
   * @see https://cloud.google.com/kms/docs/algorithms
   */
  readonly algorithm?: keyof typeof signatures;
}

const rules: Rules<SigningKeyProps> = [
  ...keyRules,
  {
    id: "algorithm-protection",
    reads: ["algorithm", "protection"],
    page: "https://cloud.google.com/kms/docs/algorithms#elliptic_curve_signing_algorithms",
    broken: ({ algorithm, protection }) =>
      algorithm === "ec-secp256k1-sha256" && protection !== "hsm"
        ? 'algorithm is "ec-secp256k1-sha256", which only machines for keys sign with: give protection: "hsm"'
        : undefined,
  },
];

/**
 * A key that signs, with one half of a pair: who has the other can check it, anywhere. It is not rotated by itself, since
 * they have to be told of a new one first.
 * @throws InvalidProps
 * @see https://cloud.google.com/kms/docs/digital-signatures
 */
export class SigningKey extends OwnKey<SigningKeyProps> {
  constructor(scope: Construct, id: string, props: SigningKeyProps) {
    super(scope, id, props, rules, {
      purpose: "ASYMMETRIC_SIGN",
      algorithm: signatures[props.algorithm ?? "ec-p256-sha256"],
    });
  }

  /** May sign with it: roles/cloudkms.signer. */
  grantSign(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudkms.signer", to, options);
  }

  /** May read the public half, by which signatures are checked: roles/cloudkms.publicKeyViewer. */
  grantVerify(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudkms.publicKeyViewer", to, options);
  }
}
