import { expect, test } from "vitest";
import { everySecond } from "../../../local/console/every-second";
import { HandClock } from "../support/host";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function ticking() {
  const clock = new HandClock();
  const began = clock.now();
  const runs: number[] = [];
  let finish: (() => void) | undefined;
  const stop = everySecond(clock, () => {
    runs.push(clock.now() - began);
    return new Promise((resolve) => (finish = resolve));
  });
  return {
    clock,
    runs,
    stop,
    /** The run that is under way ends. */
    finish: async () => {
      finish?.();
      await settle();
    },
  };
}

test("a run that takes a while does not move the next one", async () => {
  const { clock, finish, runs } = ticking();
  clock.advance(1000);
  clock.advance(300);
  await finish();
  clock.advance(700);
  expect(runs).toEqual([1000, 2000]);
});

test("one that takes longer than a second is followed by the next at once, and never met by it", async () => {
  const { clock, finish, runs } = ticking();
  clock.advance(4500);
  expect(runs).toEqual([1000]);
  await finish();
  clock.advance(0);
  expect(runs).toEqual([1000, 4500]);
});

test("stopped, it runs no more, also when a run was under way", async () => {
  const { clock, finish, runs, stop } = ticking();
  clock.advance(1000);
  stop();
  await finish();
  clock.advance(5000);
  expect([runs, clock.waiting]).toEqual([[1000], 0]);
});
