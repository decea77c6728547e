import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Slots } from "../../../../local/services/run/slots";
import { HandClock } from "../../support/host";

test("who comes first enters first, when a place is free", async () => {
  const slots = new Slots(1, 10_000, new HandClock());
  const order: string[] = [];
  const first = await slots.enter();
  const others = ["second", "third"].map(async (name) => {
    const leave = await slots.enter();
    order.push(name);
    leave?.();
  });
  expect(slots.inside).toBe(1);
  first?.();
  await Promise.all(others);
  expect(order).toEqual(["second", "third"]);
  expect(slots.inside).toBe(0);
});

test("who waits too long goes away, and takes no place later", async () => {
  const clock = new HandClock();
  const slots = new Slots(1, 10_000, clock);
  const leave = await slots.enter();
  const waiting = slots.enter();
  clock.advance(10_000);
  expect(await waiting).toBeUndefined();
  leave?.();
  expect(slots.inside).toBe(0);
  expect(await slots.enter()).toBeDefined();
});

test("there are never more inside than places, and none is lost, whatever the order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.constantFrom("enter", "leave", "leave twice", "wait"), { maxLength: 60 }),
      async (limit, steps) => {
        const clock = new HandClock();
        const slots = new Slots(limit, 1_000, clock);
        const inside: (() => void)[] = [];
        for (const step of steps) {
          if (step === "enter") void slots.enter().then((leave) => leave && inside.push(leave));
          if (step === "wait") clock.advance(400);
          if (step.startsWith("leave")) {
            const leave = inside.shift();
            leave?.();
            if (step === "leave twice") leave?.();
          }
          await Promise.resolve();
          await Promise.resolve();
          expect(slots.inside).toBeLessThanOrEqual(limit);
          expect(slots.inside).toBe(inside.length);
        }
        clock.advance(1_000);
        await Promise.resolve();
        for (const leave of inside.splice(0)) leave();
        await Promise.resolve();
        for (const leave of inside.splice(0)) leave();
        expect(slots.inside).toBe(0);
        expect(clock.waiting).toBe(0);
      },
    ),
  );
});
