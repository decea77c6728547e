import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Clock } from "../../../runtime/clock";
import { steadyClock } from "../../../pipeline-images/stream-processor/steady-clock";

/** A machine whose clock somebody sets. */
function machine() {
  const time = { elapsed: 0, set: 0 };
  const steps: number[] = [];
  const own: Clock = { now: () => 1_700_000_000_000 + time.elapsed + time.set, after: () => () => {} };
  const clock = steadyClock({ clock: own, elapsed: () => time.elapsed, stepped: (by) => steps.push(by) });
  return { time, steps, clock, own };
}

const HOUR = 3_600_000;

test("a machine's clock that is set moves it by a tenth of the time that passes, until both agree", () => {
  // the machine's     0 ... +1h at once       stays so
  // this one          0 ... +0     1.1 s a second ... +1h after ten hours
  const { time, steps, clock, own } = machine();
  const start = clock.now();
  time.set = HOUR;
  expect(clock.now() - start).toBe(0);
  expect(steps).toEqual([HOUR]);
  time.elapsed += 10_000;
  expect(clock.now() - start).toBe(11_000);
  for (let hour = 0; hour < 10; hour += 1) {
    time.elapsed += HOUR;
    clock.now();
  }
  expect(clock.now()).toBe(own.now());
  expect(steps).toEqual([HOUR]);
});

test("set back by an hour it goes on, a tenth slower", () => {
  const { time, steps, clock } = machine();
  const start = clock.now();
  time.set = -HOUR;
  time.elapsed += 10_000;
  expect(clock.now() - start).toBe(9_000);
  expect(steps).toEqual([-HOUR]);
});

test("however the machine's clock is set, it never goes back, and measures a time to a tenth", () => {
  const steps = fc.array(
    fc.record({ pass: fc.integer({ min: 0, max: 60_000 }), set: fc.integer({ min: -2 * HOUR, max: 2 * HOUR }) }),
  );
  fc.assert(
    fc.property(steps, (all) => {
      const { time, clock } = machine();
      for (const { pass, set } of all) {
        const before = clock.now();
        time.set = set;
        time.elapsed += pass;
        const measured = clock.now() - before;
        // It gives whole milliseconds.
        expect(measured).toBeGreaterThanOrEqual(Math.max(0, 0.9 * pass - 1));
        expect(measured).toBeLessThanOrEqual(1.1 * pass + 1);
      }
    }),
  );
});
