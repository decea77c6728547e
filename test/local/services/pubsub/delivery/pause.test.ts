import { expect, test } from "vitest";
import { Pause } from "../../../../../local/services/pubsub/delivery/pause";
import { HandClock } from "../../../support/host";

/** How long it pauses when one delivery after the other fails, in milliseconds. */
function pauses(pause: Pause, clock: HandClock, count: number): number[] {
  return Array.from({ length: count }, () => {
    while (!pause.isOn) pause.failure();
    const start = clock.now();
    while (pause.isOn) clock.advance(100);
    return clock.now() - start;
  });
}

test("a pause is twice as long as the one before, from 100 ms to a minute, until something succeeds", () => {
  const clock = new HandClock();
  const pause = new Pause(clock, () => undefined);
  expect(pauses(pause, clock, 12)).toEqual([
    100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000,
  ]);
  pause.success();
  expect(pauses(pause, clock, 2)).toEqual([100, 200]);
});

test("it begins soon after many successes too", () => {
  const pause = new Pause(new HandClock(), () => undefined);
  for (let at = 0; at < 100_000; at++) pause.success();
  for (let at = 0; at < 10; at++) pause.failure();
  expect(pause.isOn).toBe(false);
  pause.failure();
  expect(pause.isOn).toBe(true);
});

test("it says when it is over, and not after it was stopped", () => {
  const clock = new HandClock();
  let over = 0;
  const pause = new Pause(clock, () => void over++);
  pause.failure();
  pause.failure();
  clock.advance(100);
  expect(over).toBe(1);
  pause.failure();
  pause.stop();
  clock.advance(1_000);
  expect(over).toBe(1);
});
