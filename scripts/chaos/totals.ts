/** What clicks come to by user and window, counted from the definitions, beside what a table adds up to. */
import { type Click, GAP, type PaneRow } from "./pipelines";

export interface Total {
  readonly user: string;
  /** Milliseconds, as all times here. */
  readonly start: number;
  readonly end: number;
  readonly clicks: number;
  readonly points: number;
}

/** Which windows a user's clicks are in: of all of them, since those of sessions depend on one another. */
export type Windows = (times: readonly number[]) => readonly (readonly [start: number, end: number])[];

/** Windows of a size, one each so many milliseconds. */
export const regular =
  (size: number, every = size): Windows =>
  (times) => {
    const starts = new Set<number>();
    for (const time of times) {
      for (let start = Math.floor(time / every) * every; start > time - size; start -= every) starts.add(start);
    }
    return [...starts].map((start) => [start, start + size]);
  };

/** Sessions that end after a pause. */
export const pauses =
  (gap: number): Windows =>
  (times) => {
    const sessions: [number, number][] = [];
    for (const time of times.toSorted((a, b) => a - b)) {
      const last = sessions.at(-1);
      // Exactly one gap apart they are two.
      if (last !== undefined && time < last[1]) last[1] = time + gap;
      else sessions.push([time, time + gap]);
    }
    return sessions;
  };

export const windowsOf: { readonly [pipeline: string]: Windows } = {
  fixed: regular(30_000),
  sliding: regular(60_000, 20_000),
  sessions: pauses(GAP),
};

/** What is to be there. */
export function totalsOf(clicks: readonly Click[], windows: Windows): readonly Total[] {
  return [...byUser(clicks)].flatMap(([user, own]) => {
    const timed = own.map(({ at, points }) => ({ time: Date.parse(at), points }));
    return windows(timed.map(({ time }) => time)).map(([start, end]) => {
      const within = timed.filter(({ time }) => time >= start && time < end);
      return { user, start, end, clicks: within.length, points: sum(within.map(({ points }) => points)) };
    });
  });
}

/** A window, or an early form of a session that grew: what is within a total's window belongs to it. */
export interface Difference {
  readonly user: string;
  readonly window: string;
  /** How many more clicks, and points, the table has: negative where it lacks some. */
  readonly clicks: number;
  readonly points: number;
}

/** Where panes do not add up to what is to be there. */
export function differences(expected: readonly Total[], panes: readonly PaneRow[]): readonly Difference[] {
  const exact = new Map(expected.map((one) => [`${one.user} ${one.start} ${one.end}`, one]));
  const ofUser = byUser(expected);
  const found = new Map<Total, { clicks: number; points: number }>();
  const strangers: Difference[] = [];
  for (const { user, window_start, window_end, clicks, points } of panes) {
    const [start, end] = [Date.parse(window_start), Date.parse(window_end)];
    const of =
      exact.get(`${user} ${start} ${end}`) ?? ofUser.get(user)?.find((one) => one.start <= start && end <= one.end);
    if (of === undefined) strangers.push({ user, window: `${window_start} ${window_end}`, clicks, points });
    else {
      const before = found.get(of) ?? { clicks: 0, points: 0 };
      found.set(of, { clicks: before.clicks + clicks, points: before.points + points });
    }
  }
  const wrong = expected.flatMap((one) => {
    const { clicks, points } = found.get(one) ?? { clicks: 0, points: 0 };
    if (clicks === one.clicks && points === one.points) return [];
    const window = `${new Date(one.start).toISOString()} ${new Date(one.end).toISOString()}`;
    return [{ user: one.user, window, clicks: clicks - one.clicks, points: points - one.points }];
  });
  return [...strangers, ...wrong];
}

function byUser<One extends { readonly user: string }>(all: readonly One[]): ReadonlyMap<string, readonly One[]> {
  const groups = new Map<string, One[]>();
  for (const one of all) {
    const group = groups.get(one.user);
    if (group === undefined) groups.set(one.user, [one]);
    else group.push(one);
  }
  return groups;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
