/** Artifact Registry: `data-journey/artifact-registry`. */
export {
  ArtifactRegistry,
  type AnyArtifactRegistry,
  type ArtifactRegistryProps,
  type ExistingArtifactRegistryProps,
} from "./artifact-registry";
export type { DeleteOld } from "./cleanup";
export { RegistryStack } from "./registry-stack";
