import type { Duration } from "../duration";
import type { Sentences } from "../graph/report";
import type { WindowingSpec } from "../spec";

/**
 * How event time is cut into windows. Made by {@link fixed}, {@link sliding}, {@link sessions} and {@link globalWindow}.
 * @see https://beam.apache.org/documentation/programming-guide/#windowing
 */
export type Windowing =
  | { readonly type: "fixed"; readonly size: Duration; readonly offset?: Duration }
  | { readonly type: "sliding"; readonly size: Duration; readonly every: Duration; readonly offset?: Duration }
  | { readonly type: "sessions"; readonly gap: Duration }
  | { readonly type: "global" };

export interface OffsetOption {
  /**
   * Moves the edges: `fixed("1d", { offset: "6h" })` has days that begin at six, in UTC. Less than the windows' distance.
   * @default "0s": windows are aligned to 1970, so that days are UTC's
   */
  readonly offset?: Duration;
}

/** Windows one after the other, each as long as the last: `fixed("1m")`. */
export const fixed = (size: Duration, options: OffsetOption = {}): Windowing => ({ type: "fixed", size, ...options });

/** Windows that overlap: `sliding("5m", { every: "1m" })` are the last five minutes, each minute. A row is in several. */
export const sliding = (size: Duration, options: OffsetOption & { readonly every: Duration }): Windowing => ({
  type: "sliding",
  size,
  ...options,
});

/**
 * Windows by key that last as long as rows keep coming: `sessions({ gap: "10m" })`. Two rows exactly one gap apart are
 * in two sessions, as in Beam.
 */
export const sessions = (options: { readonly gap: Duration }): Windowing => ({ type: "sessions", gap: options.gap });

/** One window for all time. Of a stream it never ends, so its rows come by a trigger. */
export const globalWindow = (): Windowing => ({ type: "global" });

/** A row of a sliding window is kept in so many windows at once: a day by the minute is much, and useful. */
const MOST_WINDOWS = 1_440;

/** Windows as the spec has them. */
export function windowingSpec(windowing: Windowing, report: Sentences): WindowingSpec {
  switch (windowing.type) {
    case "fixed": {
      const size = report.duration("size", windowing.size, "more than nothing");
      return { type: "fixed", size, ...offsetOf(windowing.offset, size, "size", report) };
    }
    case "sliding": {
      const size = report.duration("size", windowing.size, "more than nothing");
      const every = report.duration("every", windowing.every, "more than nothing");
      const windows = Math.ceil(secondsOf(size) / secondsOf(every));
      if (secondsOf(every) > secondsOf(size) && size !== "0s") {
        report.say(
          `every is "${windowing.every}" and size "${windowing.size}": rows between two windows would be lost. Let every be at most the size`,
        );
      } else if (windows > MOST_WINDOWS && Number.isFinite(windows)) {
        report.say(
          `size "${windowing.size}" and every "${windowing.every}" put each row into ${windows} windows, at most ${MOST_WINDOWS} are kept: let every be longer`,
        );
      }
      return { type: "sliding", size, every, ...offsetOf(windowing.offset, every, "every", report) };
    }
    case "sessions":
      return { type: "sessions", gap: report.duration("gap", windowing.gap, "more than nothing") };
    case "global":
      return { type: "global" };
  }
}

const secondsOf = (duration: string): number => Number.parseFloat(duration);

function offsetOf(
  offset: Duration | undefined,
  distance: string,
  option: string,
  report: Sentences,
): { readonly offset?: string } {
  if (offset === undefined) return {};
  const text = report.duration("offset", offset, "nothing or more");
  if (secondsOf(text) >= secondsOf(distance) && distance !== "0s") {
    report.say(`offset is "${offset}": it must be less than ${option}`);
  }
  return text === "0s" ? {} : { offset: text };
}
