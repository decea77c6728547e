import type { Memory } from "../../../../pipeline-images/stream-processor/processor/memory";

/** Memory enough for everything. */
export const roomy: Memory = {
  read: () => ({ used: 100e6, limit: 1e9, heap: 50e6, heapLimit: 500e6 }),
  collect: () => {},
};
