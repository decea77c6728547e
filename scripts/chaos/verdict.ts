/** Whether a table is what it has to be: its totals from what was published, its rows from what was recorded. */
import { type Difference, differences, type Total } from "./totals";
import type { PaneRow } from "./pipelines";

export interface Verdict {
  /** Where the table's totals are not those of what was published. */
  readonly totals: readonly Difference[];
  /** Rows that the model gives and the table lacks, and the other way around, as JSON. */
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

export function judge(panes: readonly PaneRow[], expected: readonly Total[], replayed: readonly PaneRow[]): Verdict {
  const left = new Map<string, number>();
  const missing: string[] = [];
  for (const pane of panes) left.set(textOf(pane), (left.get(textOf(pane)) ?? 0) + 1);
  for (const row of replayed) {
    const text = textOf(row);
    const there = left.get(text) ?? 0;
    if (there === 0) missing.push(text);
    else left.set(text, there - 1);
  }
  const unexpected = [...left].flatMap(([text, times]) => Array.from({ length: times }, () => text));
  return { totals: differences(expected, panes), missing, unexpected };
}

/** Its columns in one order. */
const textOf = ({ user, window_start, window_end, timing, clicks, points }: PaneRow): string =>
  JSON.stringify({ user, window_start, window_end, timing, clicks, points });

/** Clicks that are in no pane, and clicks that are in one more. */
export function lostAndDoubled({ totals }: Verdict): { readonly lost: number; readonly doubled: number } {
  const lost = totals.reduce((sum, { clicks }) => sum + Math.max(0, -clicks), 0);
  const doubled = totals.reduce((sum, { clicks }) => sum + Math.max(0, clicks), 0);
  return { lost, doubled };
}

export const isRight = ({ totals, missing, unexpected }: Verdict): boolean =>
  totals.length + missing.length + unexpected.length === 0;
