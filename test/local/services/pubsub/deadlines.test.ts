import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Deadlines, Timed } from "../../../../local/services/pubsub/deadlines";
import { HandClock } from "../../support/host";

class Item extends Timed {
  constructor(readonly id: number) {
    super();
  }
}

test("what was set comes due once, at the end that was set last, at most 100 ms late and never early", () => {
  const step = fc.record({ item: fc.nat(9), do: fc.constantFrom("set", "clear", "wait"), millis: fc.nat(5_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: "max" }), (steps) => {
      const clock = new HandClock();
      const ends = new Map<number, number>();
      const deadlines = new Deadlines<Item>(clock, ({ id }) => {
        const end = ends.get(id) as number;
        expect(clock.now()).toBeGreaterThanOrEqual(end);
        expect(clock.now()).toBeLessThan(end + 100);
        ends.delete(id);
      });
      const items = Array.from({ length: 10 }, (_, id) => new Item(id));
      for (const { item, do: what, millis } of steps) {
        if (what === "wait") clock.advance(millis);
        else if (what === "clear") {
          deadlines.clear(items[item] as Item);
          ends.delete(item);
        } else {
          ends.set(item, clock.now() + millis);
          deadlines.set(items[item] as Item, clock.now() + millis);
        }
      }
      clock.advance(6_000);
      expect(ends.size).toBe(0);
      expect(clock.waiting).toBe(0);
    }),
  );
});

test("what comes due may end others, and set itself again", () => {
  const clock = new HandClock();
  const due: number[] = [];
  const [first, second] = [new Item(1), new Item(2)];
  const deadlines = new Deadlines<Item>(clock, (item) => {
    due.push(item.id);
    if (item === first) {
      deadlines.clear(second);
      if (due.length < 3) deadlines.set(first, clock.now() + 1_000);
    }
  });
  deadlines.set(first, clock.now() + 1_000);
  deadlines.set(second, clock.now() + 1_000);
  clock.advance(10_000);
  expect(due).toEqual([1, 1, 1]);
});

test("once stopped it waits for nothing", () => {
  const clock = new HandClock();
  const deadlines = new Deadlines<Item>(clock, () => expect.unreachable());
  deadlines.set(new Item(1), clock.now() + 1_000);
  deadlines.stop();
  expect(clock.waiting).toBe(0);
});
