import type { Examples } from "./examples";
import { examples as dataflow } from "./dataflow/examples";
import { examples as pubsub } from "./pubsub/examples";
import { examples as scheduler } from "./scheduler/examples";
import { examples as storage } from "./storage/examples";
import { examples as tasks } from "./tasks/examples";

/** Of every construct, by the folder of its service. */
export const allExamples: { readonly [service: string]: Examples } = { dataflow, pubsub, scheduler, storage, tasks };
