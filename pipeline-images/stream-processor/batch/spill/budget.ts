/** Whether what a run holds has come to be too much for the memory there is. */
import { getHeapStatistics } from "node:v8";
import type { Memory } from "../../processor/memory";

export interface Budget {
  /** Asked often. */
  passed(): boolean;
}

/** Of what there may be: the rest is for rows on their way, and for a group of keys that is read back. */
const SHARE = 0.5;
/** Of that, what a collection has to bring it below; near to it, one would follow the other. */
const ENOUGH = 0.8;

/** By what is on the heap and beside it. @param memory of this process and its container */
export function memoryBudget(memory: Memory): Budget {
  const { limit = Infinity, heapLimit } = memory.read();
  const bytes = Math.min(limit, heapLimit) * SHARE;
  return {
    passed() {
      if (bytesHeld() < bytes) return false;
      // Most of it may be what nothing refers to any more.
      memory.collect();
      return bytesHeld() >= bytes * ENOUGH;
    },
  };
}

function bytesHeld(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
