import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WireReader, WireWriter } from "../../../../pipeline/protobuf/wire";
import type { OnceTriggerSpec, TriggerSpec } from "../../../../pipeline/spec";
import { RecordedState } from "../../../../pipeline-images/stream-processor/checkpoint/recorded-state";
import { StateChanges } from "../../../../pipeline-images/stream-processor/checkpoint/state-changes";
import {
  type AccumulatorCodec,
  readCell,
  writeCell,
} from "../../../../pipeline-images/stream-processor/window/cell-codec";
import { Flag } from "../../../../pipeline-images/stream-processor/window/cells";
import { sliding } from "../../../../pipeline-images/stream-processor/window/sliding";
import { triggerOf } from "../../../../pipeline-images/stream-processor/window/triggers/of-spec";
import { WindowedGroups } from "../../../../pipeline-images/stream-processor/window/windowed-groups";
import { expected, type FiredPane, type Happening, type Strategy } from "./model";

const MINUTE = 60_000;

/** Accumulators that keep every value, so that a pane tells exactly what is in it. */
const values: AccumulatorCodec = {
  write: (writer, held) => {
    writer.uint32(held.length);
    for (const value of held) writer.uint32(value as number);
  },
  read: (reader) => Array.from({ length: reader.uint32() }, () => reader.uint32()),
};

const accumulation = {
  ...values,
  empty: (): unknown[] => [],
  clear: (held: unknown[]): void => void held.splice(0),
  add: (held: unknown[], value: number) => void held.push(value),
  merge: (one: readonly unknown[], other: readonly unknown[]) => [...one, ...other],
};

interface Run {
  readonly panes: FiredPane[][];
  readonly dropped: number[];
}

/** Runs the happenings, and starts anew from what was recorded after each of those that are named. */
function run(strategy: Strategy, happenings: readonly Happening[], restarts: ReadonlySet<number> = new Set()): Run {
  const panes: FiredPane[][] = [];
  const dropped: number[] = [];
  const recorded = new RecordedState();
  const changes = new StateChanges();
  let firedNow: FiredPane[] = [];
  let watermark = -Infinity;
  let now = 0;
  const make = () =>
    new WindowedGroups<number>({
      windowing: sliding(strategy.size, strategy.every),
      trigger: triggerOf(strategy.trigger),
      allowedLateness: strategy.lateness,
      mode: strategy.mode,
      accumulation,
      fire: ({ key, window, accumulators, timing, index }) => {
        const inOrder = (accumulators as number[]).toSorted((a, b) => a - b);
        firedNow.push({ key, start: window.start, index, timing, values: inOrder });
      },
    });
  let groups = make();
  for (const [i, { element, watermark: to, clock }] of happenings.entries()) {
    firedNow = [];
    if (clock !== undefined) {
      now = clock;
      groups.advanceClock(now);
    }
    if (element) groups.add(element.key, element.value, element.time, now, () => void dropped.push(element.value));
    groups.endBatch(now);
    if (to !== undefined) {
      watermark = Math.max(to, watermark);
      groups.advanceWatermark(to, now);
    }
    panes.push(firedNow);
    changes.store("groups");
    groups.writeChanges(changes);
    recorded.apply(changes.take());
    if (!restarts.has(i)) continue;
    groups = make();
    groups.restore(watermark, recorded.store("groups"));
  }
  return { panes, dropped };
}

const inOrder = (panes: readonly FiredPane[]) =>
  panes.toSorted((a, b) => a.start - b.start || a.key.localeCompare(b.key) || a.index - b.index);

const onceTrigger: fc.Arbitrary<OnceTriggerSpec> = fc.letrec<{ once: OnceTriggerSpec }>((tie) => ({
  once: fc.oneof(
    { maxDepth: 2 },
    fc.record({ type: fc.constant("afterCount" as const), count: fc.integer({ min: 1, max: 4 }) }),
    fc.record({
      type: fc.constant("afterProcessingTime" as const),
      delay: fc.integer({ min: 0, max: 60 }).map((delay) => `${delay}s`),
    }),
    fc.record({
      type: fc.constantFrom("afterAny" as const, "afterAll" as const),
      of: fc.array(tie("once"), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).once;

const anyTrigger: fc.Arbitrary<TriggerSpec> = fc.letrec<{ trigger: TriggerSpec }>((tie) => ({
  trigger: fc.oneof(
    { maxDepth: 2 },
    fc.record(
      { type: fc.constant("afterWatermark" as const), early: onceTrigger, late: onceTrigger },
      { requiredKeys: ["type"] },
    ),
    onceTrigger,
    fc.record({ type: fc.constant("repeatedly" as const), of: tie("trigger") }),
    fc.record({
      type: fc.constant("afterEach" as const),
      of: fc.array(tie("trigger"), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).trigger;

const strategies: fc.Arbitrary<Strategy> = fc.record({
  size: fc.constantFrom(MINUTE, 2 * MINUTE),
  every: fc.constantFrom(MINUTE, 2 * MINUTE),
  trigger: anyTrigger,
  lateness: fc.constantFrom(0, 1, 30_000, 3 * MINUTE),
  mode: fc.constantFrom("discarding" as const, "accumulating" as const),
});

/** Time goes on by chance; the watermark follows it, sometimes by a leap. At the end the pipeline is drained. */
const timelines: fc.Arbitrary<Happening[]> = fc
  .array(
    fc.oneof(
      { arbitrary: fc.record({ key: fc.constantFrom("a", "b"), back: fc.integer({ min: -30, max: 240 }) }), weight: 4 },
      { arbitrary: fc.record({ pass: fc.integer({ min: 0, max: 90 }) }), weight: 2 },
      { arbitrary: fc.record({ lag: fc.integer({ min: 0, max: 90 }) }), weight: 2 },
    ),
    { maxLength: 40 },
  )
  .map((drawn) => {
    let now = 10 * MINUTE;
    const happenings: Happening[] = [{ clock: now }];
    for (const [value, one] of drawn.entries()) {
      if ("pass" in one) happenings.push({ clock: (now += one.pass * 1_000) });
      else if ("lag" in one) happenings.push({ watermark: now - one.lag * 1_000 });
      else happenings.push({ element: { key: one.key, time: now - one.back * 1_000, value } });
    }
    return [...happenings, { watermark: Infinity }];
  });

describe("against the plain model", () => {
  test("every trigger fires the same panes at the same moments, and drops the same elements", () => {
    fc.assert(
      fc.property(strategies, timelines, (strategy, happenings) => {
        const model = expected(strategy, happenings);
        const real = run(strategy, happenings);
        expect(real.panes.map(inOrder)).toEqual(model.panes.map(inOrder));
        expect(real.dropped).toEqual(model.dropped);
      }),
      { numRuns: 3_000 },
    );
  });

  test("a restart from what was recorded, after any step, changes nothing", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(strategies, timelines, steps, (strategy, happenings, restarts) => {
        const straight = run(strategy, happenings);
        const restarted = run(strategy, happenings, new Set(restarts));
        expect(restarted.panes.map(inOrder)).toEqual(straight.panes.map(inOrder));
        expect(restarted.dropped).toEqual(straight.dropped);
      }),
      { numRuns: 500 },
    );
  });

  test("discarding panes add up to what was not dropped; the last accumulating pane holds all of it", () => {
    fc.assert(
      fc.property(strategies, timelines, (strategy, happenings) => {
        const fixed = {
          ...strategy,
          size: MINUTE,
          every: MINUTE,
          trigger: { type: "repeatedly" as const, of: strategy.trigger },
        };
        const taken = (dropped: readonly number[]) =>
          happenings.flatMap(({ element }) => (element && !dropped.includes(element.value) ? [element.value] : []));

        const discarding = run({ ...fixed, mode: "discarding" }, happenings);
        const all = discarding.panes.flat().flatMap((pane) => pane.values);
        expect(all.toSorted((a, b) => a - b)).toEqual(taken(discarding.dropped));

        const accumulating = run({ ...fixed, mode: "accumulating" }, happenings);
        const last = new Map(accumulating.panes.flat().map((pane) => [`${pane.key} ${pane.start}`, pane.values]));
        expect([...last.values()].flat().toSorted((a, b) => a - b)).toEqual(taken(accumulating.dropped));
      }),
      { numRuns: 500 },
    );
  });
});

const click = (key: string, second: number, value = second): Happening => ({
  element: { key, time: second * 1_000, value },
});
const told = ({ panes }: Run) =>
  panes.map((fired) =>
    fired.map(
      ({ key, start, index, timing, values: held }) => `${key}@${start / 1_000} ${timing} #${index} ${held.join("+")}`,
    ),
  );

describe("as drawn", () => {
  /** The click stream's windows: a minute, early by processing time, late one by one. */
  const activity: Strategy = {
    size: MINUTE,
    every: MINUTE,
    trigger: {
      type: "afterWatermark",
      early: { type: "afterProcessingTime", delay: "60s" },
      late: { type: "afterCount", count: 1 },
    },
    lateness: 10 * MINUTE,
    mode: "discarding",
  };
  test("a late click within the allowed lateness fires the window again with only what is new", () => {
    // event time   10s  20s  30s       watermark 60s      45s, late
    // clicks       a    b    a              |              a
    // panes                            [a: 10+30] [b: 20]  [a: 45]
    const fired = run(activity, [
      click("a", 10),
      click("b", 20),
      click("a", 30),
      { watermark: 60_000 },
      click("a", 45),
    ]);
    expect(told(fired).slice(3)).toEqual([["a@0 ON_TIME #0 10+30", "b@0 ON_TIME #0 20"], ["a@0 LATE #1 45"]]);
  });

  test("accumulating, the same late click fires all of the window again", () => {
    const fired = run({ ...activity, mode: "accumulating" }, [click("a", 10), { watermark: 60_000 }, click("a", 45)]);
    expect(told(fired)).toEqual([[], ["a@0 ON_TIME #0 10"], ["a@0 LATE #1 10+45"]]);
  });

  test("an early pane is fired later than its delay after the pane's first click, and again for the next ones", () => {
    // processing time   0s    30s   60s    60.001s     90s   150.001s
    // clicks            a10   a20                      a30
    // panes                         none   [10+20]           [30]
    const fired = run(activity, [
      { clock: 0 },
      click("a", 10),
      { clock: 30_000 },
      click("a", 20),
      { clock: 60_000 },
      { clock: 60_001 },
      { clock: 90_000 },
      click("a", 30),
      { clock: 150_000 },
      { clock: 150_001 },
    ]);
    expect(told(fired)).toEqual([[], [], [], [], [], ["a@0 EARLY #0 10+20"], [], [], [], ["a@0 EARLY #1 30"]]);
  });

  test("nothing new since the early pane: the end of the window fires nothing", () => {
    const fired = run({ ...activity, mode: "accumulating" }, [
      { clock: 0 },
      click("a", 10),
      { clock: 60_001 },
      { watermark: 60_000 },
      click("a", 20),
    ]);
    expect(told(fired)).toEqual([[], [], ["a@0 EARLY #0 10"], [], ["a@0 LATE #1 10+20"]]);
  });

  test("a click is dropped from the moment that the watermark reaches the end of its window and the lateness", () => {
    const before = run(activity, [{ watermark: 11 * MINUTE - 1 }, click("a", 59)]);
    expect(told(before)).toEqual([[], ["a@0 LATE #0 59"]]);
    const then = run(activity, [{ watermark: 11 * MINUTE }, click("a", 59)]);
    expect(then).toEqual({ panes: [[], []], dropped: [59] });
  });

  test("the end of a window belongs to the next one", () => {
    const fired = run(activity, [click("a", 59.999, 1), click("a", 60, 2), { watermark: Infinity }]);
    expect(told(fired)[2]).toEqual(["a@0 ON_TIME #0 1", "a@60 ON_TIME #0 2"]);
  });

  test("what a count trigger did not fire comes out when the window expires", () => {
    const everyTwo: Strategy = { ...activity, trigger: { type: "repeatedly", of: { type: "afterCount", count: 2 } } };
    const fired = run(everyTwo, [
      click("a", 1),
      click("a", 2),
      click("a", 3),
      { watermark: MINUTE },
      { watermark: 11 * MINUTE },
    ]);
    expect(told(fired)).toEqual([[], ["a@0 EARLY #0 1+2"], [], [], ["a@0 ON_TIME #1 3"]]);
  });

  test("a finished trigger closes the window: later clicks are dropped, not lost in silence", () => {
    const once: Strategy = { ...activity, trigger: { type: "afterWatermark" } };
    const fired = run(once, [click("a", 1), { watermark: MINUTE }, click("a", 2), click("b", 3), click("b", 4)]);
    // b's first click opens a cell of its own after the end, which fires at once and closes.
    expect(told(fired)).toEqual([[], ["a@0 ON_TIME #0 1"], [], ["b@0 LATE #0 3"], []]);
    expect(fired.dropped).toEqual([2, 4]);
  });

  test("a click lies in every sliding window over it, and in none between windows that are apart", () => {
    const overlapping = run({ ...activity, size: 2 * MINUTE }, [click("a", 90), { watermark: Infinity }]);
    expect(told(overlapping)[1]).toEqual(["a@0 ON_TIME #0 90", "a@60 ON_TIME #0 90"]);
    const apart = run({ ...activity, every: 2 * MINUTE }, [click("a", 90), { watermark: Infinity }]);
    expect(apart).toEqual({ panes: [[], []], dropped: [] });
  });

  test("windows before 1970 begin as later ones do", () => {
    const fired = run(activity, [click("a", -1, 1), click("a", -60, 2), click("a", -61, 3), { watermark: Infinity }]);
    expect(told(fired)[3]).toEqual(["a@-120 ON_TIME #0 3", "a@-60 ON_TIME #0 1+2"]);
  });
});

test("a cell is recorded in a few bytes", () => {
  const writer = new WireWriter();
  const window = { start: 0, end: MINUTE, expiry: MINUTE, cells: new Map(), ended: false, held: 0, changed: [] };
  const cell = { key: "a", window, accumulators: [7], trigger: [0, 0], panes: 300 };
  writeCell(writer, { ...cell, flags: 15 | Flag.changed | Flag.asked, wake: Infinity }, values);
  expect(writer.length).toBeLessThan(30);
  const { window: _, ...kept } = cell;
  expect(readCell(new WireReader(writer.finish()), values)).toEqual({
    ...kept,
    key: undefined,
    flags: 15,
  });
  expect(new WireReader(writer.finish()).uint32()).toBe(15);
});
