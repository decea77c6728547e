import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Delivery } from "../../../../local/services/pubsub/delivery";
import { StoredMessage } from "../../../../local/services/pubsub/message";
import { OrderedBacklog } from "../../../../local/services/pubsub/ordering";
import type { Subscription } from "../../../../local/services/pubsub/subscription";
import { type Domain, domain, Reader, textOf } from "./domain";

function ordered(): Domain & { readonly keyed: Subscription } {
  const d = domain();
  d.topic();
  return { ...d, keyed: d.subscription("reader", { enableMessageOrdering: true }) };
}

describe("messages with an ordering key", () => {
  test("go to one consumer while it holds some of them, others get other keys", () => {
    const d = ordered();
    const readers = [new Reader(d.keyed), new Reader(d.keyed)];
    d.publish(["a1", "a2"], { key: "a" });
    d.publish(["b1", "b2"], { key: "b" });
    d.publish(["a3"], { key: "a" });
    const [first, second] = readers.map(({ seen }) => seen.join(" ")).toSorted();
    expect([first, second]).toEqual(["a1 a2 a3", "b1 b2"]);
  });

  test("wait for the acknowledgement of the one before, where the consumer takes one of a key at a time", () => {
    const d = ordered();
    const reader = new Reader(d.keyed, Infinity, false);
    d.publish(["a1", "a2"], { key: "a" });
    d.publish(["b1"], { key: "b" });
    expect(reader.seen).toEqual(["a1", "b1"]);
    reader.ack("a1");
    d.run();
    expect(reader.seen).toEqual(["a1", "b1", "a2"]);
  });

  test("come again from the failed one on, in order, and what came before it stays where it is", () => {
    // a1 a2 a3 a4 with the consumer; a2 is given back
    // a1 stays      a2 a3 a4 come again
    const d = ordered();
    const reader = new Reader(d.keyed);
    d.publish(["a1", "a2", "a3", "a4"], { key: "a" });
    reader.nack("a2");
    d.run();
    expect(reader.seen).toEqual(["a1", "a2", "a3", "a4", "a2", "a3", "a4"]);
    expect(reader.held.map(textOf)).toEqual(["a1", "a2", "a3", "a4"]);
  });

  test("an expired lease takes the later ones of its key back with it", () => {
    const d = ordered();
    const reader = new Reader(d.keyed);
    d.publish(["a1", "a2"], { key: "a" });
    d.keyed.modify(reader.ackId("a2"), 60);
    d.advance(10);
    expect(reader.seen).toEqual(["a1", "a2", "a1", "a2"]);
  });

  test("all of a key wait while the failed one backs off", () => {
    const d = domain();
    d.topic();
    const retryPolicy = { minimumBackoff: { seconds: 20, nanos: 0 }, maximumBackoff: { seconds: 20, nanos: 0 } };
    const reader = new Reader(d.subscription("reader", { enableMessageOrdering: true, retryPolicy }));
    d.publish(["a1", "a2"], { key: "a" });
    reader.nack("a1");
    d.publish(["a3"], { key: "a" });
    d.publish(["b1"], { key: "b" });
    expect(reader.seen).toEqual(["a1", "a2", "b1"]);
    d.advance(20);
    expect(reader.seen).toEqual(["a1", "a2", "b1", "a1", "a2", "a3"]);
  });

  test("those taken back with a failed one have not failed themselves", () => {
    const d = ordered();
    const reader = new Reader(d.keyed);
    d.publish(["a1", "a2"], { key: "a" });
    reader.nack("a1");
    d.run();
    expect(reader.of("a1").attempts).toBe(2);
    expect(reader.of("a2").attempts).toBe(1);
  });

  test("a consumer that left keeps its keys until its leases end", () => {
    const d = ordered();
    const gone = new Reader(d.keyed, 1);
    d.publish(["a1", "a2"], { key: "a" });
    gone.leave();
    const other = new Reader(d.keyed);
    d.publish(["a3"], { key: "a" });
    expect(other.seen).toEqual([]);
    d.advance(10);
    expect(other.seen).toEqual(["a1", "a2", "a3"]);
  });

  test("messages without a key are not held up by those with one", () => {
    const d = ordered();
    const reader = new Reader(d.keyed, Infinity, false);
    d.publish(["a1", "a2"], { key: "a" });
    d.publish(["x", "y"]);
    expect(reader.seen.toSorted()).toEqual(["a1", "x", "y"]);
  });
});

test("whatever is acknowledged, given back or forgotten, each key's messages are acknowledged in order in the end", () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant("publish" as const),
      key: fc.constantFrom("a", "b", "c"),
      count: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({ do: fc.constantFrom("ack" as const, "nack" as const), reader: fc.nat(2), at: fc.nat(5) }),
    fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(1, 5, 11) }),
    fc.record({ do: fc.constant("leave" as const), reader: fc.nat(2) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), fc.boolean(), (steps, several) => {
      const d = ordered();
      const readers = [3, 5, 2].map((room) => new Reader(d.keyed, room, several));
      const published = new Map<string, number>();
      const held = (key: string): Reader[] =>
        readers.filter((one) => one.held.some(({ message }) => message.orderingKey === key));
      for (const one of steps) {
        if (one.do === "publish") {
          for (let at = 0; at < one.count; at++) {
            const number = published.get(one.key) ?? 0;
            published.set(one.key, number + 1);
            d.publish([`${one.key}${number}`], { key: one.key });
          }
        } else if (one.do === "wait") d.advance(one.seconds);
        else {
          const reader = readers[one.reader] as Reader;
          if (one.do === "leave") {
            reader.leave();
            readers[one.reader] = new Reader(d.keyed, 4, several);
          } else {
            const delivery = reader.held[one.at % Math.max(1, reader.held.length)];
            if (delivery !== undefined) reader[one.do](textOf(delivery));
          }
        }
        d.run();
        for (const key of published.keys()) {
          const holders = held(key);
          expect(holders.length).toBeLessThanOrEqual(1);
          // What a consumer holds of a key is in order, and nothing of the key is left out in between.
          const numbers = holders.flatMap((reader) =>
            reader.held.filter(({ message }) => message.orderingKey === key).map(({ message }) => message.id),
          );
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          if (!several) expect(numbers.length).toBeLessThanOrEqual(1);
        }
      }
      // Drain: everything that was not acknowledged comes, in the order of its key.
      for (const reader of readers) reader.leave();
      d.advance(11);
      const left = [...d.keyed.deliveries()].map(textOf);
      const last = new Reader(d.keyed, Infinity, several);
      const order: string[] = [];
      for (let round = 0; round <= left.length; round++) {
        d.run();
        for (const delivery of last.held.slice()) {
          order.push(textOf(delivery));
          last.ack(textOf(delivery));
        }
      }
      for (const key of published.keys()) {
        const of = (list: readonly string[]): string[] => list.filter((text) => text.startsWith(key));
        expect(of(order)).toEqual(of(left));
      }
      expect(d.keyed.size).toBe(0);
    }),
  );
});

test("what can be handed out is counted, whichever way a message leaves", () => {
  const backlog = new OrderedBacklog();
  const [first, second, third] = [1, 2, 3].map((id) => {
    const delivery = new Delivery(new StoredMessage(id, 0, id === 3 ? "" : "key", Buffer.alloc(0)));
    backlog.add(delivery);
    return delivery;
  }) as [Delivery, Delivery, Delivery];
  expect(backlog.available).toBe(3);
  backlog.remove(second);
  backlog.remove(third);
  expect(backlog.available).toBe(1);
  backlog.remove(first);
  expect(backlog.available).toBe(0);
});
