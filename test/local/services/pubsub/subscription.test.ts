import { describe, expect, test } from "vitest";
import { domain, Reader, textOf, topicName } from "./domain";

describe("at least once", () => {
  test("every subscription of a topic gets each message, in the order of publishing", () => {
    const d = domain();
    d.topic();
    const first = new Reader(d.subscription("first"));
    const second = new Reader(d.subscription("second"));
    d.publish(["a", "b", "c"]);
    expect(first.seen).toEqual(["a", "b", "c"]);
    expect(second.seen).toEqual(["a", "b", "c"]);
  });

  test("what was published before a subscription was made is not for it", () => {
    const d = domain();
    d.topic();
    d.publish(["early"]);
    const reader = new Reader(d.subscription());
    d.publish(["late"]);
    expect(reader.seen).toEqual(["late"]);
  });

  test("a message comes again when its lease ends, and not before", () => {
    // lease   |-------- 10 s --------|
    // a       ^                      ^ again
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    d.publish(["a"]);
    d.advance(9.9);
    expect(reader.seen).toEqual(["a"]);
    d.advance(0.1);
    expect(reader.seen).toEqual(["a", "a"]);
  });

  test("an acknowledged message never comes again", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    d.publish(["a"]);
    reader.ack("a");
    d.advance(60);
    expect(reader.seen).toEqual(["a"]);
    expect(reader.subscription.size).toBe(0);
  });

  test("a lease that is extended ends when the extension ends", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    d.publish(["a"]);
    d.advance(5);
    reader.subscription.modify(reader.ackId("a"), 30);
    d.advance(29.9);
    expect(reader.seen).toEqual(["a"]);
    d.advance(0.1);
    expect(reader.seen).toEqual(["a", "a"]);
  });

  test("a message that is given back comes again at once", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    d.publish(["a"]);
    reader.nack("a");
    d.run();
    expect(reader.seen).toEqual(["a", "a"]);
  });

  test("an acknowledgement after the lease's end counts, even while the message waits to go out again", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    d.publish(["a"]);
    const late = reader.ackId("a");
    reader.room = 0;
    d.advance(11);
    expect(reader.subscription.acknowledge(late)).toBe(true);
    reader.room = 10;
    d.publish(["b"]);
    expect(reader.seen).toEqual(["a", "b"]);
    expect(reader.subscription.size).toBe(1);
  });

  test("a late answer to an old lease does not give back what someone else holds now", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    d.publish(["a"]);
    const old = reader.ackId("a");
    d.advance(10);
    reader.subscription.modify(old, 0);
    d.run();
    expect(reader.held.map(textOf)).toEqual(["a"]);
    expect(reader.seen).toEqual(["a", "a"]);
  });
});

describe("consumers", () => {
  test("several share what is there equally", () => {
    const d = domain();
    d.topic();
    const subscription = d.subscription();
    const readers = [new Reader(subscription), new Reader(subscription), new Reader(subscription)];
    d.publish(Array.from({ length: 30 }, (_, at) => `m${at}`));
    expect(readers.map(({ held }) => held.length)).toEqual([10, 10, 10]);
  });

  test("what one has no room for, others get", () => {
    const d = domain();
    d.topic();
    const subscription = d.subscription();
    const small = new Reader(subscription, 2);
    const large = new Reader(subscription);
    d.publish(Array.from({ length: 10 }, (_, at) => `m${at}`));
    expect(small.held).toHaveLength(2);
    expect(large.held).toHaveLength(8);
  });

  test("one that acknowledges has room for the next", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription(), 1);
    d.publish(["a", "b"]);
    expect(reader.seen).toEqual(["a"]);
    reader.ack("a");
    d.run();
    expect(reader.seen).toEqual(["a", "b"]);
  });

  test("what one holds who left comes to another when its lease ends", () => {
    const d = domain();
    d.topic();
    const subscription = d.subscription();
    const gone = new Reader(subscription);
    d.publish(["a"]);
    gone.leave();
    const other = new Reader(subscription);
    d.advance(9);
    expect(other.seen).toEqual([]);
    d.advance(1);
    expect(other.seen).toEqual(["a"]);
  });
});

describe("retry and dead letters", () => {
  test("with a retry policy a message waits twice as long after each failure, up to the most", () => {
    // min 10 s, max 30 s: nack | 10 s | nack | 20 s | nack | 30 s | nack | 30 s
    const d = domain();
    d.topic();
    const retryPolicy = { minimumBackoff: { seconds: 10, nanos: 0 }, maximumBackoff: { seconds: 30, nanos: 0 } };
    const reader = new Reader(d.subscription("reader", { retryPolicy }));
    d.publish(["a"]);
    for (const [at, pause] of [10, 20, 30, 30].entries()) {
      reader.nack("a");
      d.advance(pause - 0.1);
      expect(reader.seen).toHaveLength(at + 1);
      d.advance(0.1);
      expect(reader.seen).toHaveLength(at + 2);
    }
  });

  test("a message that backs off can still be acknowledged, and then stays away", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(
      d.subscription("reader", { retryPolicy: { minimumBackoff: undefined, maximumBackoff: undefined } }),
    );
    d.publish(["a"]);
    const id = reader.ackId("a");
    reader.nack("a");
    reader.subscription.acknowledge(id);
    d.advance(700);
    expect(reader.seen).toEqual(["a"]);
  });

  test("the last attempt's failure hands the message to the dead letters", () => {
    const forwarded: string[] = [];
    const d = domain({
      forward(_, delivery) {
        forwarded.push(`${textOf(delivery)} after ${delivery.attempts}`);
        return true;
      },
    });
    d.topic();
    d.topic("dead");
    const deadLetterPolicy = { deadLetterTopic: topicName("dead"), maxDeliveryAttempts: 5 };
    const reader = new Reader(d.subscription("reader", { deadLetterPolicy }));
    d.publish(["a"]);
    for (let attempt = 1; attempt <= 5; attempt++) {
      expect(forwarded).toEqual([]);
      // Expired leases count as much as messages given back.
      if (attempt % 2 === 0) d.advance(10);
      else reader.nack("a");
      d.run();
    }
    expect(forwarded).toEqual(["a after 5"]);
    expect(reader.subscription.size).toBe(0);
    expect(reader.subscription.counters.deadLettered).toBe(1);
  });

  test("what the dead letters do not take goes on being delivered", () => {
    const d = domain({ forward: () => false });
    d.topic();
    d.topic("dead");
    const deadLetterPolicy = { deadLetterTopic: topicName("dead"), maxDeliveryAttempts: 5 };
    const reader = new Reader(d.subscription("reader", { deadLetterPolicy }));
    d.publish(["a"]);
    for (let attempt = 1; attempt <= 7; attempt++) {
      reader.nack("a");
      d.run();
    }
    expect(reader.seen).toHaveLength(8);
    expect(reader.of("a").attempts).toBe(8);
  });
});

describe("exactly once", () => {
  test("an id is refused once its lease is over, and the message comes under a new one", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription("reader", { enableExactlyOnceDelivery: true }));
    d.publish(["a"]);
    const old = reader.ackId("a");
    d.advance(10);
    expect(reader.subscription.acknowledge(old)).toBe(false);
    expect(reader.subscription.modify(old, 30)).toBe(false);
    expect(reader.subscription.acknowledge(reader.ackId("a"))).toBe(true);
    expect(reader.subscription.size).toBe(0);
  });

  test("an acknowledgement that was confirmed is confirmed again: the first answer may have been lost", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription("reader", { enableExactlyOnceDelivery: true }));
    d.publish(["a"]);
    const id = reader.ackId("a");
    expect(reader.subscription.acknowledge(id)).toBe(true);
    d.advance(60);
    expect(reader.subscription.acknowledge(id)).toBe(true);
    expect(reader.subscription.counters.acknowledged).toBe(1);
  });

  test("confirmations are forgotten after a while", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription("reader", { enableExactlyOnceDelivery: true }));
    d.publish(["a"]);
    const id = reader.ackId("a");
    reader.ack("a");
    for (let minute = 0; minute < 21; minute++) {
      d.clock.advance(60_000);
      reader.subscription.sweep();
    }
    expect(reader.subscription.acknowledge(id)).toBe(false);
  });
});

describe("retention", () => {
  test("a message that nobody acknowledges is gone after the retention, leased or not", () => {
    const d = domain();
    d.topic();
    const subscription = d.subscription("reader", { messageRetentionDuration: { seconds: 600, nanos: 0 } });
    const reader = new Reader(subscription, 1);
    d.publish(["old", "older"]);
    d.clock.advance(599_000);
    d.broker.sweep();
    expect(subscription.size).toBe(2);
    d.publish(["young"]);
    d.clock.advance(2_000);
    d.broker.sweep();
    d.run();
    expect(subscription.size).toBe(1);
    expect(subscription.counters.expired).toBe(2);
    expect(reader.held.map(textOf)).toEqual(["young"]);
  });

  test("a subscription that nobody uses is deleted after its time to live, one that someone reads is not", () => {
    const d = domain();
    d.topic();
    const ttl = { seconds: 86_400, nanos: 0 };
    const config = { expirationPolicy: { ttl }, messageRetentionDuration: { seconds: 600, nanos: 0 } };
    d.subscription("unused", config);
    const used = d.subscription("used", config);
    d.subscription("forever", { expirationPolicy: { ttl: undefined } });
    const reader = new Reader(used);
    d.clock.advance(40 * 86_400_000);
    d.broker.sweep();
    expect([...d.broker.subscriptions.keys()].map((name) => name.split("/").at(-1))).toEqual(["used", "forever"]);
    expect(reader.ended).toBeUndefined();
  });
});

test("what a subscription's filter does not match is acknowledged for it, and counted", () => {
  const d = domain();
  d.topic();
  const reader = new Reader(d.subscription("reader", { filter: 'attributes.kind = "purchase"' }));
  d.publish(["a"], { attributes: { kind: "purchase" } });
  d.publish(["b"], { attributes: { kind: "ping" } });
  d.publish(["c"]);
  expect(reader.seen).toEqual(["a"]);
  expect(reader.subscription.size).toBe(1);
  expect(reader.subscription.counters.filtered).toBe(2);
});
