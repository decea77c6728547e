import type { Construct } from "constructs";
import { Site } from "../core/site";
import { ArtifactRegistry, type AnyArtifactRegistry } from "./artifact-registry";

/**
 * The repository that an image is in, where this stack may say who reads it: one of its own project, or the one that its
 * own images are pushed to. Others', public ones for example, are theirs to open.
 * @returns undefined where there is nothing to grant
 */
export function imageRegistry(scope: Construct, id: string, image: string): AnyArtifactRegistry | undefined {
  const { project, registry } = Site.of(scope).settings;
  const repository = ArtifactRegistry.ofImage(scope, id, image);
  if (repository === undefined) return undefined;
  return repository.project === project || repository.url === registry ? repository : undefined;
}
