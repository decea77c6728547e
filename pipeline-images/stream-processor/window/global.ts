import type { Windowing } from "./windowing";

/** One window for all time: it ends when the pipeline is drained. */
export const globalWindow: Windowing = {
  size: Infinity,
  every: Infinity,
  lastStart: () => 0,
  end: () => Infinity,
};
