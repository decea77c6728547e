import type { Examples } from "./examples";
import { examples as pubsub } from "./pubsub/examples";

/** Of every construct, by the folder of its service. */
export const allExamples: { readonly [service: string]: Examples } = { pubsub };
