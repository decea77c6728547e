import type { RowWindow } from "./row-window";

/**
 * Windows that follow from an event's time alone: they begin `every` so many milliseconds, counted from the epoch and
 * an offset, and last for `size`. Times are milliseconds since the epoch, as Beam's are.
 */
export interface Windowing {
  /** The start of the last window that a time may lie in; the others start `every` before it, each later than time - `size`. */
  lastStart(time: number): number;
  readonly every: number;
  readonly size: number;
  /** The first millisecond after a window. */
  end(start: number): number;
}

/** Hands over each window that a time lies in, the last one first. */
export function eachWindow(windowing: Windowing, time: number, take: (window: RowWindow) => void): void {
  const { size, every } = windowing;
  for (let start = windowing.lastStart(time); start > time - size; start -= every) {
    take({ start, end: windowing.end(start) });
  }
}
