/** Whether panes add up to what was published. */
import { WINDOW } from "./pipeline";
import type { WindowTotals } from "./load";

/** All panes of a user in a window. */
export interface Found {
  readonly user: string;
  readonly window_start: string;
  readonly clicks: number;
  readonly points: number;
}

export interface SoakVerdict {
  readonly lost: number;
  readonly doubled: number;
  /** Sentences: the first of what is wrong. */
  readonly wrong: readonly string[];
}

const MOST = 10;

export function judgeTotals(totals: ReadonlyMap<number, WindowTotals>, found: readonly Found[]): SoakVerdict {
  const left = new Map([...totals].map(([start, window]) => [start, Float64Array.from(window)]));
  const wrong: string[] = [];
  for (const { user, window_start, clicks, points } of found) {
    const at = Number(user.slice(1)) * 2;
    const window = left.get(Date.parse(window_start));
    if (window === undefined)
      wrong.push(`nothing was published in the window of ${window_start}, and ${user} is there`);
    else {
      window[at] = (window[at] ?? 0) - clicks;
      window[at + 1] = (window[at + 1] ?? 0) - points;
    }
  }
  let lost = 0;
  let doubled = 0;
  for (const [start, window] of left) {
    for (let at = 0; at < window.length; at += 2) {
      const [clicks = 0, points = 0] = [window[at], window[at + 1]];
      lost += Math.max(0, clicks);
      doubled += Math.max(0, -clicks);
      if (clicks === 0 && points === 0) continue;
      const from = new Date(start).toISOString();
      wrong.push(`u${at / 2} in the ${WINDOW / 1_000} s from ${from}: ${-clicks} clicks, ${-points} points too many`);
    }
  }
  const more = wrong.length > MOST ? [`${wrong.length - MOST} more`] : [];
  return { lost, doubled, wrong: [...wrong.slice(0, MOST), ...more] };
}
