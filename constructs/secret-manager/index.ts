/** Secret Manager: `data-journey/secret-manager`. */
export type { Replica } from "./replication";
export { Secret, type AnySecret } from "./secret";
export type { Rotation, SecretProps } from "./secret-props";
export { SecretVersion, type SecretVersionProps } from "./secret-version";
