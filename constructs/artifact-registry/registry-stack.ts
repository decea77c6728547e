import type { Construct } from "constructs";
import { REGISTRY } from "../core/settings";
import { GcpStack, type GcpStackProps } from "../core/stack";
import { ArtifactRegistry } from "./artifact-registry";

/**
 * The repository that a stage's images are pushed to, as a stack of its own: it is deployed first, then images are
 * pushed, and only then can what runs them be deployed.
 *
 *     new RegistryStack(app, "registry-dev", stages.dev);
 */
export class RegistryStack extends GcpStack {
  readonly registry: ArtifactRegistry;

  constructor(scope: Construct, id: string, props: GcpStackProps) {
    super(scope, id, props);
    this.registry = new ArtifactRegistry(this, "registry", {
      name: REGISTRY,
      description: "images of data journeys, pushed by journey images push",
    });
  }
}
