import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SchemaType } from "../../../../../local/services/pubsub/api/schema-messages";
import { Journal } from "../../../../../local/services/pubsub/journal/journal";
import { domain, Reader, subscriptionName, textOf, topicName } from "../domain";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "journey-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const texts = (d: ReturnType<typeof domain>, id = "reader"): string[] =>
  [...d.broker.subscription(subscriptionName(id)).deliveries()].map(textOf);

describe("after a restart", () => {
  test("what was not acknowledged is there again, in order, and what was is not", () => {
    const before = domain({ folder });
    before.topic("clicks", { labels: { a: "b" } });
    const reader = new Reader(before.subscription("reader", { ackDeadlineSeconds: 60, filter: "attributes:k" }));
    before.publish(["a", "b", "c"], { attributes: { k: "v" } });
    before.publish(["not for it"]);
    reader.ack("b");
    before.run();
    before.kill();

    const after = domain({ folder, clock: before.clock });
    expect(texts(after)).toEqual(["a", "c"]);
    const { config } = after.broker.subscription(subscriptionName("reader"));
    expect(config).toEqual(reader.subscription.config);
    expect(after.broker.topic(topicName("clicks")).config.labels).toEqual({ a: "b" });
    expect(new Reader(after.broker.subscription(subscriptionName("reader"))).subscription.size).toBe(2);
    after.kill();
  });

  test("an acknowledgement id from before still acknowledges", () => {
    const before = domain({ folder });
    before.topic();
    const reader = new Reader(before.subscription());
    before.publish(["a"]);
    const id = reader.ackId("a");
    before.kill();
    before.clock.advance(1);
    const after = domain({ folder, clock: before.clock });
    const subscription = after.broker.subscription(subscriptionName("reader"));
    subscription.acknowledge(id);
    expect(subscription.size).toBe(0);
    after.kill();
  });

  test("but not where delivery is exactly once: the message comes under a new id", () => {
    const before = domain({ folder });
    before.topic();
    const reader = new Reader(before.subscription("reader", { enableExactlyOnceDelivery: true }));
    before.publish(["a"]);
    const id = reader.ackId("a");
    before.kill();
    before.clock.advance(1);
    const after = domain({ folder, clock: before.clock });
    const subscription = after.broker.subscription(subscriptionName("reader"));
    expect(subscription.acknowledge(id)).toBe(false);
    const again = new Reader(subscription);
    after.run();
    expect(again.seen).toEqual(["a"]);
    expect(subscription.acknowledge(id)).toBe(false);
    after.kill();
  });

  test("no id of a message is given twice, even when all messages are gone and twice restarted", () => {
    const before = domain({ folder });
    before.topic();
    before.publish(["a", "b"]);
    before.kill();
    domain({ folder, clock: before.clock }).kill();
    const after = domain({ folder, clock: before.clock });
    const reader = new Reader(after.broker.createSubscription({ ...subscription(), name: subscriptionName("late") }));
    after.publish(["c"]);
    expect(reader.of("c").message.id).toBe(3);
    after.kill();
  });

  test("seeks, snapshots, detached subscriptions, deletions and schemas are as they were", () => {
    const before = domain({ folder });
    before.topic("clicks", { messageRetentionDuration: { seconds: 86_400, nanos: 0 } });
    before.topic("gone");
    const start = before.clock.now();
    const reader = new Reader(before.subscription("reader", { retainAckedMessages: true }));
    before.subscription("detached");
    before.subscription("orphan", { topic: topicName("gone") });
    before.subscription("deleted");
    before.publish(["kept by its topic's deletion"], { topic: "gone" });
    before.publish(["a", "b"]);
    reader.ack("a");
    before.broker.createSnapshot("projects/acme-dev/snapshots/shot", reader.subscription.name, {});
    before.publish(["c"]);
    reader.ack("b", "c");
    before.broker.seekToTime(reader.subscription.name, start);
    before.run();
    reader.ack("a");
    before.broker.detach(subscriptionName("detached"));
    before.broker.deleteTopic(topicName("gone"));
    before.broker.deleteSubscription(subscriptionName("deleted"));
    before.schemas.create({ name: "projects/acme-dev/schemas/click", type: SchemaType.avro, definition: avro("a") });
    before.schemas.commit({ name: "projects/acme-dev/schemas/click", type: SchemaType.avro, definition: avro("b") });
    before.run();
    before.kill();

    // Twice: what a start writes anew says the same as what was appended.
    for (const _ of [1, 2]) {
      const after = domain({ folder, clock: before.clock });
      expect(texts(after)).toEqual(["b", "c"]);
      expect(texts(after, "orphan")).toEqual(["kept by its topic's deletion"]);
      expect(texts(after, "detached")).toEqual([]);
      expect(after.broker.subscription(subscriptionName("detached")).config.detached).toBe(true);
      expect([...after.broker.topics.keys()]).toEqual([topicName("clicks")]);
      expect(after.broker.subscriptions.has(subscriptionName("deleted"))).toBe(false);
      expect(after.schemas.kept().map(({ definition }) => definition)).toEqual([avro("a"), avro("b")]);
      expect(after.broker.kept()).toEqual(before.broker.kept());
      after.kill();
    }
    const after = domain({ folder, clock: before.clock });
    after.broker.seekToSnapshot(subscriptionName("reader"), "projects/acme-dev/snapshots/shot");
    expect(texts(after)).toEqual(["b", "c"]);
    after.broker.seekToTime(subscriptionName("reader"), start);
    expect(texts(after)).toEqual(["a", "b", "c"]);
    after.kill();
  });
});

describe("after a kill in the middle of a write", () => {
  test("everything up to the last whole record is there, wherever it was cut", () => {
    const d = domain({ folder });
    d.topic();
    d.subscription();
    d.run();
    const path = join(folder, "journal");
    const sizes = [statSync(path).size];
    for (const text of ["a", "b", "c"]) {
      d.publish([text]);
      sizes.push(statSync(path).size);
    }
    d.kill();
    for (let cut = sizes[0] as number; cut <= (sizes.at(-1) as number); cut++) {
      const copy = join(folder, `cut-${cut}`);
      mkdirSync(copy);
      copyFileSync(path, join(copy, "journal"));
      truncateSync(join(copy, "journal"), cut);
      const torn: number[] = [];
      const { journal, kept } = Journal.open(
        copy,
        () => undefined,
        (bytes) => void torn.push(bytes),
      );
      journal.close();
      const whole = sizes.filter((size) => size <= cut);
      expect(kept.subscriptions[0]?.held.unacknowledged).toHaveLength(whole.length - 1);
      expect(torn).toEqual(whole.at(-1) === cut ? [] : [cut - (whole.at(-1) as number)]);
    }
  });

  test("a record whose bytes were not all written is cut off, and the journal goes on after it", () => {
    const before = domain({ folder });
    before.topic();
    before.subscription();
    before.publish(["a"]);
    before.kill();
    appendFileSync(join(folder, "journal"), Buffer.from([3, 0, 0, 0, 1, 2, 3, 4, 9, 9, 9]));
    const between = domain({ folder, clock: before.clock });
    between.publish(["b"]);
    between.kill();
    const after = domain({ folder, clock: before.clock });
    expect(texts(after)).toEqual(["a", "b"]);
    after.kill();
  });

  test("what was not yet written is not there, and was not confirmed", () => {
    const before = domain({ folder });
    before.topic();
    before.subscription();
    before.run();
    before.kill();
    const after = domain({ folder });
    expect(texts(after)).toEqual([]);
    after.kill();
  });

  test("a file that is no journal of this version is left alone", () => {
    writeFileSync(join(folder, "journal"), "something else, and long enough to be looked at");
    expect(() => domain({ folder })).toThrow("the Pub/Sub journal is not one of this version");
    expect(readFileSync(join(folder, "journal"), "utf8")).toContain("something else");
  });
});

test("the journal is written anew when it has grown far beyond what is alive in it", () => {
  const d = domain({ folder, slack: 10_000 });
  d.topic();
  const reader = new Reader(d.subscription());
  for (let at = 0; at < 500; at++) {
    d.publish([`message ${at} ${"x".repeat(100)}`]);
    if (at > 0) reader.ack(textOf(reader.held[0] as never));
    d.run();
  }
  expect(statSync(join(folder, "journal")).size).toBeLessThan(20_000);
  d.kill();
  const after = domain({ folder, clock: d.clock });
  expect(texts(after)).toHaveLength(1);
  after.kill();
});

const avro = (field: string): string =>
  JSON.stringify({ type: "record", name: "click", fields: [{ name: field, type: "string" }] });

function subscription() {
  const d = domain();
  d.topic();
  return d.subscription().config;
}
