/** Which windows a time is in, from Beam's definitions. */
import { milliseconds } from "../../../../pipeline/duration";
import type { WindowingSpec } from "../../../../pipeline/spec";

/** From its start, itself within, to its end, itself without. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/**
 * Windows begin at the offset and at every multiple of their distance from it. A session is not known from one row:
 * here it is what that row alone would be.
 */
export function windowsOf(windowing: WindowingSpec, time: number): readonly Window[] {
  switch (windowing.type) {
    case "global":
      return [{ start: -Infinity, end: Infinity }];
    case "sessions":
      return [{ start: time, end: time + milliseconds(windowing.gap) }];
    case "fixed":
      return windowsOf({ ...windowing, type: "sliding", every: windowing.size }, time);
    case "sliding": {
      const size = milliseconds(windowing.size);
      const every = milliseconds(windowing.every);
      const offset = milliseconds(windowing.offset ?? "0s");
      const found: Window[] = [];
      const last = Math.floor((time - offset) / every) + 1;
      for (let nth = last; offset + nth * every + size > time; nth -= 1) {
        const start = offset + nth * every;
        if (start <= time) found.push({ start, end: start + size });
      }
      return found;
    }
  }
}

/** Sessions that touch are one; those of which one ends where the other begins are two. */
export const overlap = (a: Window, b: Window): boolean => a.start < b.end && b.start < a.end;

export const span = (windows: readonly Window[]): Window => ({
  start: Math.min(...windows.map(({ start }) => start)),
  end: Math.max(...windows.map(({ end }) => end)),
});
