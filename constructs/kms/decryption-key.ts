import type { Construct } from "constructs";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import { keyRules, OwnKey, type KeyProps } from "./any-key";

const algorithms = {
  "rsa-oaep-2048-sha256": "RSA_DECRYPT_OAEP_2048_SHA256",
  "rsa-oaep-3072-sha256": "RSA_DECRYPT_OAEP_3072_SHA256",
  "rsa-oaep-4096-sha256": "RSA_DECRYPT_OAEP_4096_SHA256",
  "rsa-oaep-4096-sha512": "RSA_DECRYPT_OAEP_4096_SHA512",
} as const;

export interface DecryptionKeyProps extends KeyProps {
  /**
   * It can be changed for later versions.
   * @default "rsa-oaep-3072-sha256", which Google recommends
   * @see https://cloud.google.com/kms/docs/algorithms#asymmetric_encryption_algorithms
   */
  readonly algorithm?: keyof typeof algorithms;
}

/**
 * A key that decrypts what anybody may have encrypted with its public half, without a right on it: for what comes from
 * outside. It is not rotated by itself: who encrypts has to be told of a new one. What is at rest takes a
 * {@link CryptoKey}.
 * @throws InvalidProps
 * @see https://cloud.google.com/kms/docs/asymmetric-encryption
 */
export class DecryptionKey extends OwnKey<DecryptionKeyProps> {
  constructor(scope: Construct, id: string, props: DecryptionKeyProps) {
    super(scope, id, props, keyRules, {
      purpose: "ASYMMETRIC_DECRYPT",
      algorithm: algorithms[props.algorithm ?? "rsa-oaep-3072-sha256"],
    });
  }

  /** May read the public half, with which anything is encrypted for it: roles/cloudkms.publicKeyViewer. */
  grantEncrypt(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudkms.publicKeyViewer", to, options);
  }

  /** roles/cloudkms.cryptoKeyDecrypter */
  grantDecrypt(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudkms.cryptoKeyDecrypter", to, options);
  }
}
