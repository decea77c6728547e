import { array, assert, constant, integer, oneof, property, record } from "fast-check";
import { expect, test } from "vitest";
import { Alarms, type Sleeper } from "../../../../pipeline-images/stream-processor/window/alarms";

interface Named extends Sleeper {
  readonly name: number;
}

const byTime = (a: [number, number], b: [number, number]): number => a[0] - b[0] || a[1] - b[1];

/** Milliseconds: within a list, within the minutes of which each list has its place, and beyond. */
const distance = (least: number) =>
  oneof(
    integer({ min: least, max: 300 }),
    integer({ min: least, max: 20_000 }),
    integer({ min: least, max: 1_000_000 }),
  );
const step = oneof(
  record({
    kind: constant("set" as const),
    name: integer({ min: 0, max: 5 }),
    after: distance(0),
    again: distance(64),
    times: integer({ min: 0, max: 3 }),
  }),
  record({ kind: constant("advance" as const), by: distance(0) }),
);

test("whoever has set an alarm is rung for once, when the watermark is there and not before, the earliest first", () => {
  assert(
    property(array(step, { maxLength: 60 }), integer({ min: -200_000, max: 2 ** 41 }), (steps, start) => {
      const alarms = new Alarms<Named>();
      const sleepers = Array.from({ length: 6 }, (_, name): Named => ({ name, alarm: Infinity, alarms: 0 }));
      /** What each sets when it is rung for: after how long, and how often yet. */
      const next = sleepers.map(() => ({ again: 0, times: 0 }));
      const nextOf = (name: number, time: number): number => {
        const one = next[name] as { again: number; times: number };
        one.times -= 1;
        return one.times < 0 ? Infinity : time + one.again;
      };
      let watermark = start;
      for (const one of [...steps, { kind: "advance" as const, by: Infinity }]) {
        if (one.kind === "set") {
          const sleeper = sleepers[one.name] as Named;
          // As sessions do: an earlier one is good enough.
          if (sleeper.alarm <= watermark + one.after) continue;
          sleeper.alarm = watermark + one.after;
          next[one.name] = { again: one.again, times: one.times };
          alarms.set(sleeper);
          continue;
        }
        watermark += one.by;
        const expected: [number, number][] = [];
        const kept = structuredClone(next);
        for (const { name, alarm } of sleepers) {
          for (let time = alarm; time <= watermark && time < Infinity; time = nextOf(name, time)) {
            expected.push([time, name]);
          }
        }
        next.splice(0, 6, ...kept);
        const rung: [number, number][] = [];
        alarms.advance(watermark, (sleeper, time) => {
          rung.push([time, sleeper.name]);
          sleeper.alarm = nextOf(sleeper.name, time);
          if (sleeper.alarm < Infinity) alarms.set(sleeper);
        });
        expect(rung.toSorted(byTime)).toEqual(expected.toSorted(byTime));
        expect(rung.map(([time]) => time)).toEqual(rung.map(([time]) => time).toSorted((a, b) => a - b));
        for (const { alarm, alarms: lists } of sleepers) if (alarm < Infinity) expect(lists).toBeGreaterThan(0);
      }
      // Whoever may be used again is known to lie in no list.
      for (const { alarms: lists } of sleepers) expect(lists).toBe(0);
    }),
    { numRuns: 400 },
  );
});

test("who is rung for may set another alarm, which rings too where the watermark has passed it", () => {
  const alarms = new Alarms<Named>();
  const sleeper: Named = { name: 1, alarm: 10, alarms: 0 };
  alarms.set(sleeper);
  const rung: number[] = [];
  alarms.advance(100, (one, time) => {
    rung.push(time);
    if (time >= 110) return;
    one.alarm = time + 40;
    alarms.set(one);
  });
  expect(rung).toEqual([10, 50, 90]);
  alarms.advance(Infinity, (_, time) => rung.push(time));
  expect(rung).toEqual([10, 50, 90, 130]);
});

test("who is rung for and set an earlier alarm before, close to the first, is not rung for ahead of its next one", () => {
  const alarms = new Alarms<Named>();
  const sleeper: Named = { name: 1, alarm: 30, alarms: 0 };
  alarms.set(sleeper);
  sleeper.alarm = 20;
  alarms.set(sleeper);
  const rung: number[] = [];
  const ring = (one: Named, time: number): void => {
    rung.push(time);
    if (time >= 1_000) return;
    one.alarm = time + 1_000;
    alarms.set(one);
  };
  alarms.advance(40, ring);
  expect(rung).toEqual([20]);
  alarms.advance(2_000, ring);
  expect(rung).toEqual([20, 1_020]);
  expect(sleeper.alarms).toBe(0);
});
