import { expect, test } from "vitest";
import type { TriggerSpec, WindowingSpec } from "../../../../pipeline/spec";
import { groupsOf } from "../../../../pipeline-images/stream-processor/window/groups-of-spec";

const accumulation = {
  empty: (): unknown[] => [],
  clear: (held: unknown[]): void => void held.splice(0),
  add: (held: unknown[], row: string): void => void held.push(row),
  merge: (one: readonly unknown[], other: readonly unknown[]): unknown[] => [...one, ...other],
  write: (): void => {},
  read: (): unknown[] => [],
};

/** Index, timing and whether it is the last, of every pane of a minute's window, or of a session of two rows. */
function panesOf(windowing: WindowingSpec, trigger: TriggerSpec, allowedLateness: string): string[] {
  const panes: string[] = [];
  const window = { id: "w", kind: "window", inputs: [], windowing, trigger, allowedLateness } as const;
  const groups = groupsOf<string>({ ...window, accumulation: "discarding" }, false, accumulation, (pane) => {
    panes.push(`${pane.index} ${pane.timing}${pane.last ? " last" : ""}`);
  });
  const take = (time: number): void => {
    groups.add("a", "row", time, 0, () => panes.push("dropped"));
    groups.endBatch(0);
  };
  take(10_000);
  take(20_000);
  groups.advanceWatermark(60_000, 0);
  take(30_000);
  groups.advanceWatermark(Infinity, 0);
  return panes;
}

const minute = { type: "fixed", size: "60s" } as const;
const sessions = { type: "sessions", gap: "40s" } as const;
const one = { type: "afterCount", count: 1 } as const;

test.each<[string, WindowingSpec, TriggerSpec, string, string[]]>([
  [
    "the end of the window is the last where no lateness follows",
    minute,
    { type: "afterWatermark" },
    "0s",
    ["0 ON_TIME last", "dropped"],
  ],
  [
    "no late pane knows that it is the last",
    minute,
    { type: "afterWatermark", late: one },
    "60s",
    ["0 ON_TIME", "1 LATE"],
  ],
  [
    "what comes out when the window expires is the last",
    minute,
    { type: "repeatedly", of: { type: "afterCount", count: 2 } },
    "60s",
    ["0 EARLY", "1 LATE last"],
  ],
  [
    "early panes come before",
    minute,
    { type: "afterWatermark", early: one, late: one },
    "60s",
    ["0 EARLY", "1 EARLY", "2 LATE"],
  ],
  [
    "a session that has grown begins at 0 again",
    sessions,
    { type: "afterWatermark", early: one },
    "60s",
    ["0 EARLY", "0 EARLY", "0 EARLY"],
  ],
  [
    "of a session as of a window: the third row begins another",
    sessions,
    { type: "afterWatermark" },
    "60s",
    ["0 ON_TIME last", "0 ON_TIME last"],
  ],
])("%s", (_, windowing, trigger, lateness, expected) => {
  expect(panesOf(windowing, trigger, lateness)).toEqual(expected);
});
