import type { Construct } from "constructs";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import { keyRules, OwnKey, type KeyProps } from "./any-key";

const algorithms = {
  "hmac-sha1": "HMAC_SHA1",
  "hmac-sha224": "HMAC_SHA224",
  "hmac-sha256": "HMAC_SHA256",
  "hmac-sha384": "HMAC_SHA384",
  "hmac-sha512": "HMAC_SHA512",
} as const;

export interface MacKeyProps extends KeyProps {
  /**
   * It can be changed for later versions.
   * @default "hmac-sha256", which Google recommends
   * @see https://cloud.google.com/kms/docs/algorithms#mac_signing_algorithms
   */
  readonly algorithm?: keyof typeof algorithms;
}

/**
 * A key that signs and checks what it signed (a message authentication code), as requests of webhooks are. Both sides ask
 * Cloud KMS. It is not rotated by itself.
 * @throws InvalidProps
 * @see https://cloud.google.com/kms/docs/mac-signatures
 */
export class MacKey extends OwnKey<MacKeyProps> {
  constructor(scope: Construct, id: string, props: MacKeyProps) {
    super(scope, id, props, keyRules, {
      purpose: "MAC",
      algorithm: algorithms[props.algorithm ?? "hmac-sha256"],
    });
  }

  /** May sign with it: roles/cloudkms.signer. */
  grantSign(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudkms.signer", to, options);
  }

  /** May have signatures checked: roles/cloudkms.verifier. */
  grantVerify(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/cloudkms.verifier", to, options);
  }
}
