/** Cloud KMS: `data-journey/kms`. */
export { CryptoKey, type AnyCryptoKey, type CryptoKeyProps, type ExistingCryptoKeyProps } from "./crypto-key";
export { DecryptionKey, type DecryptionKeyProps } from "./decryption-key";
export { KeyRing, type AnyKeyRing, type KeyRingProps } from "./key-ring";
export { MacKey, type MacKeyProps } from "./mac-key";
export { SigningKey, type SigningKeyProps } from "./signing-key";
