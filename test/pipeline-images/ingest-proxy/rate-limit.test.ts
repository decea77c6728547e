import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimit } from "../../../pipeline-images/ingest-proxy/rate-limit";
import { HandClock } from "../../local/support/host";

test("a burst of one second's worth passes, then as many a second as the rate says", () => {
  const clock = new HandClock();
  const limit = new RateLimit(3, clock);
  const passed = () => Array.from({ length: 10 }, () => limit.take()).filter((wait) => wait === 0).length;
  expect(passed()).toBe(3);
  clock.advance(1000);
  expect(passed()).toBe(3);
  clock.advance(10_000);
  expect(passed()).toBe(3);
});

test("over any time, no more pass than the burst and the rate allow; who waits as told passes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(fc.integer({ min: 0, max: 300 })), (rate, waits) => {
      const clock = new HandClock();
      const began = clock.now();
      const limit = new RateLimit(rate, clock);
      let passed = 0;
      for (const wait of waits) {
        clock.advance(wait);
        if (limit.take() === 0) passed++;
      }
      expect(passed).toBeLessThanOrEqual(rate + ((clock.now() - began) / 1000) * rate);
      let told = limit.take();
      while (told === 0) told = limit.take();
      clock.advance(told * 1000);
      expect(limit.take()).toBe(0);
    }),
  );
});
