import type { Construct } from "constructs";
import { imageRegistry } from "../artifact-registry/image-registry";
import { settled } from "../core/propagation";
import { serviceAgent } from "../core/service-agents";
import { Site } from "../core/site";
import type { Waits } from "../core/waits";

/**
 * Cloud Run's agent pulls images. In its own project it may; into a registry that several projects share it must be let,
 * before anything is created from an image there.
 * @see https://cloud.google.com/run/docs/deploying#other-projects
 */
export function mayPull(owner: Construct, images: readonly string[]): Waits {
  const all = images.map((image, index) => mayPullOne(owner, image, `image registry ${index}`));
  return () => all.flatMap((waits) => [...waits()]);
}

function mayPullOne(owner: Construct, image: string, id: string): Waits {
  const site = Site.of(owner);
  const registry = imageRegistry(owner, id, image);
  if (registry === undefined || registry.project === site.settings.project) return () => [];
  const { waits } = registry.grantRead(serviceAgent(owner, "run"), { why: "pulls the images of what it runs" });
  return site.once(`run pulls from ${registry.url}`, () => settled(site.stack, `images-of-${registry.project}`, waits));
}
