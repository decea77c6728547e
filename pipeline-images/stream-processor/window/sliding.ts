import type { Windowing } from "./windowing";

/** A window of `size` begins `every` so often; where `every` is more than `size`, some times lie in none. */
export function sliding(size: number, every: number, offset = 0): Windowing {
  return {
    size,
    every,
    lastStart(time) {
      const since = (time - offset) % every;
      return time - (since < 0 ? since + every : since);
    },
    end: (start) => start + size,
  };
}
