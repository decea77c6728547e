import { describe, expect, test } from "vitest";
import { domain, Reader, subscriptionName, textOf, topicName } from "./domain";

const day = { seconds: 86_400, nanos: 0 };
const snapshotName = "projects/acme-dev/snapshots/before";

describe("seeking to a time", () => {
  test("brings acknowledged messages back as far as the subscription kept them", () => {
    // a | 60 s | b | 60 s | now: seek to between
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription("reader", { retainAckedMessages: true }));
    d.publish(["a"]);
    reader.ack("a");
    d.advance(60);
    const between = d.clock.now();
    d.publish(["b"]);
    reader.ack("b");
    d.broker.seekToTime(reader.subscription.name, between);
    d.run();
    expect(reader.seen).toEqual(["a", "b", "b"]);
  });

  test("brings back what the topic kept, to a subscription that did not exist then, through its filter", () => {
    const d = domain();
    d.topic("clicks", { messageRetentionDuration: day });
    const start = d.clock.now();
    d.publish(["a"], { attributes: { kind: "x" } });
    d.publish(["b"], { attributes: { kind: "y" } });
    const reader = new Reader(d.subscription("reader", { filter: 'attributes.kind = "x"' }));
    d.broker.seekToTime(reader.subscription.name, start);
    d.run();
    expect(reader.seen).toEqual(["a"]);
  });

  test("brings nothing back that nobody kept", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    const start = d.clock.now();
    d.publish(["a", "b"]);
    reader.ack("a");
    d.broker.seekToTime(reader.subscription.name, start);
    d.run();
    expect(reader.seen).toEqual(["a", "b", "b"]);
  });

  test("acknowledges all that is older, with whom it may be", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription(), 1);
    d.publish(["a", "b"]);
    d.advance(1);
    d.broker.seekToTime(reader.subscription.name, d.clock.now());
    d.publish(["c"]);
    expect(reader.held.map(textOf)).toEqual(["c"]);
    expect(reader.subscription.size).toBe(1);
  });

  test("that is to come discards what is published until then", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    d.broker.seekToTime(reader.subscription.name, d.clock.now() + 60_000);
    d.publish(["a"]);
    d.advance(60);
    d.publish(["b"]);
    expect(reader.seen).toEqual(["b"]);
  });

  test("makes acknowledgements of before the seek mean nothing", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription("reader", { retainAckedMessages: true }));
    const start = d.clock.now();
    d.publish(["a"]);
    const old = reader.ackId("a");
    d.broker.seekToTime(reader.subscription.name, start);
    reader.subscription.acknowledge(old);
    d.run();
    expect(reader.held.map(textOf)).toEqual(["a"]);
  });

  test("finds nothing that is older than the topic's retention", () => {
    const d = domain();
    d.topic("clicks", { messageRetentionDuration: { seconds: 600, nanos: 0 } });
    const start = d.clock.now();
    d.publish(["a"]);
    const reader = new Reader(d.subscription());
    d.clock.advance(601_000);
    d.broker.sweep();
    d.broker.seekToTime(reader.subscription.name, start);
    d.run();
    expect(reader.seen).toEqual([]);
  });
});

describe("a snapshot", () => {
  test("brings back what was not acknowledged when it was made, and all that was published since", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    d.publish(["done", "open"]);
    reader.ack("done");
    d.broker.createSnapshot(snapshotName, reader.subscription.name, {});
    d.publish(["later"]);
    reader.ack("open", "later");
    d.broker.seekToSnapshot(reader.subscription.name, snapshotName);
    d.run();
    expect(reader.seen).toEqual(["done", "open", "later", "open", "later"]);
  });

  test("serves other subscriptions of the same topic, and no others", () => {
    const d = domain();
    d.topic();
    d.topic("other");
    const reader = new Reader(d.subscription());
    d.publish(["a"]);
    d.broker.createSnapshot(snapshotName, reader.subscription.name, {});
    const second = new Reader(d.subscription("second"));
    d.broker.seekToSnapshot(second.subscription.name, snapshotName);
    d.run();
    expect(second.seen).toEqual(["a"]);
    const foreign = d.subscription("foreign", { topic: topicName("other") });
    expect(() => d.broker.seekToSnapshot(foreign.name, snapshotName)).toThrow("is different from that of the snapshot");
  });

  test("lives seven days less the age of the oldest message in it, and is refused when that is under an hour", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    d.publish(["a"]);
    d.clock.advance(2 * 86_400_000);
    d.broker.createSnapshot(snapshotName, reader.subscription.name, {});
    d.clock.advance(5 * 86_400_000 - 1_000);
    d.broker.sweep();
    expect(d.broker.snapshots.has(snapshotName)).toBe(true);
    expect(() => d.broker.createSnapshot(`${snapshotName}-2`, subscriptionName("reader"), {})).toThrow(
      "backlog is too old",
    );
    d.clock.advance(1_000);
    d.broker.sweep();
    expect(d.broker.snapshots.has(snapshotName)).toBe(false);
  });
});
