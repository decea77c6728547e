import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Memory } from "./processor/memory";

/**
 * The memory of this process and of its container.
 * @param told what the container has, where somebody said it; else its control group is asked
 */
export function machineMemory(told: number | undefined): Memory {
  const constrained = process.constrainedMemory();
  // Without a limit a control group says 0, or a number that no machine has.
  const group = constrained > 0 && constrained < 2 ** 50 ? constrained : undefined;
  const limit = told === undefined || group === undefined ? (told ?? group) : Math.min(told, group);
  return {
    read() {
      const { rss } = process.memoryUsage();
      const { used_heap_size: heap, heap_size_limit: heapLimit } = getHeapStatistics();
      return { used: rss, limit, heap, heapLimit };
    },
    collect: collectGarbage(),
  };
}

/** V8's own collection, which a program sees only where it is asked for: at the first need. */
function collectGarbage(): () => void {
  let collect: (() => void) | undefined;
  return () => {
    if (collect === undefined) {
      setFlagsFromString("--expose-gc");
      collect = runInNewContext("gc") as () => void;
    }
    collect();
  };
}
