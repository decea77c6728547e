import type { Examples } from "./examples";
import { examples as artifactRegistry } from "./artifact-registry/examples";
import { examples as dataflow } from "./dataflow/examples";
import { examples as pubsub } from "./pubsub/examples";
import { examples as scheduler } from "./scheduler/examples";
import { examples as secretManager } from "./secret-manager/examples";
import { examples as storage } from "./storage/examples";
import { examples as tasks } from "./tasks/examples";

/** Of every construct, by the folder of its service. */
export const allExamples: { readonly [service: string]: Examples } = {
  "artifact-registry": artifactRegistry,
  dataflow,
  pubsub,
  scheduler,
  "secret-manager": secretManager,
  storage,
  tasks,
};
