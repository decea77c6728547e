import type { TriggerState } from "./triggers/trigger";

/** When a pane was fired: before the watermark passed the end of its window, as it did, or afterwards. */
export type PaneTiming = "EARLY" | "ON_TIME" | "LATE";

/** One key in one window. */
export interface Cell {
  readonly key: string;
  readonly window: OpenWindow;
  accumulators: unknown[];
  trigger: TriggerState;
  /** Panes fired so far. */
  panes: number;
  /** Of the last pane. */
  timing: PaneTiming | undefined;
  /** Elements have come since the last pane. */
  fresh: boolean;
  /** Elements that came before the end of the window still wait to be fired after it. */
  held: boolean;
  /** The processing time at which it is to be looked at again, where there is one. */
  wake: number | undefined;
  /** It differs from what is recorded. */
  changed: boolean;
  /** It is to be asked, at the end of this batch, whether it fires. */
  asked: boolean;
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
