import type { TriggerState } from "./triggers/trigger";

/** When a pane was fired: before the watermark passed the end of its window, as it did, or afterwards. */
export type PaneTiming = "EARLY" | "ON_TIME" | "LATE";

/** By the number that stands in flags. */
export const timings: readonly (PaneTiming | undefined)[] = [undefined, "EARLY", "ON_TIME", "LATE"];

/** What is true of a cell, in one number: there are millions of cells, and each field of one takes eight bytes. */
export const Flag = {
  /** When the last pane was fired: the place in {@link timings}. */
  timing: 3,
  /** Elements have come since the last pane. */
  fresh: 4,
  /** Elements that came before the end of the window still wait to be fired after it. */
  held: 8,
  /** What is recorded of it. */
  recorded: 15,
  /** It differs from what is recorded. */
  changed: 16,
  /** It is to be asked, at the end of this batch, whether it fires. */
  asked: 32,
} as const;

/** One key in one window. */
export interface Cell {
  readonly key: string;
  readonly window: OpenWindow;
  accumulators: unknown[];
  trigger: TriggerState;
  /** Panes fired so far. */
  panes: number;
  /** See {@link Flag}. */
  flags: number;
  /** The processing time at which it is to be looked at again, where there is one. */
  wake: number | undefined;
}

export interface OpenWindow {
  readonly start: number;
  readonly end: number;
  /** From here on the watermark drops what comes for it: its end and the allowed lateness. */
  readonly expiry: number;
  readonly cells: Map<string, Cell>;
  /** Those of its cells that differ from what is recorded. */
  changed: Cell[];
  /** The watermark has passed its end, and the panes of that moment are fired. */
  ended: boolean;
  /** How many of its cells are held. */
  held: number;
}
