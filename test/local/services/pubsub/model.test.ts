/** Whatever happens to messages, none is lost: all that were confirmed are acknowledged, waiting, or dead letters. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { outgoing } from "../../../../local/services/pubsub/message";
import { type Domain, domain, Reader, subscriptionName, textOf, topicName } from "./domain";

const step = fc.oneof(
  fc.record({
    do: fc.constant("publish" as const),
    count: fc.integer({ min: 1, max: 5 }),
    key: fc.constantFrom("", "a", "b"),
  }),
  fc.record({
    do: fc.constantFrom("ack" as const, "nack" as const, "extend" as const),
    reader: fc.nat(2),
    at: fc.nat(9),
  }),
  fc.record({ do: fc.constant("nack all" as const), reader: fc.nat(2) }),
  fc.record({ do: fc.constant("late ack" as const), at: fc.nat(30) }),
  fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(1, 4, 11) }),
  fc.record({ do: fc.constant("leave" as const), reader: fc.nat(2) }),
  // With or without what was not written yet.
  fc.record({ do: fc.constant("kill" as const), unwritten: fc.boolean() }),
);

class Model {
  d: Domain;
  readers: Reader[] = [];
  readonly published = new Set<string>();
  readonly acknowledged = new Set<string>();
  readonly filtered = new Set<string>();
  private readonly ids: { readonly text: string; readonly message: number; readonly lease: number }[] = [];
  private count = 0;

  constructor(
    private readonly folder: string,
    ordering: boolean,
  ) {
    this.d = this.start();
    this.d.topic();
    this.d.topic("dead");
    this.d.subscription("kept", { topic: topicName("dead") });
    this.d.subscription("reader", {
      enableMessageOrdering: ordering,
      filter: "NOT attributes:skip",
      retryPolicy: { minimumBackoff: { seconds: 1, nanos: 0 }, maximumBackoff: { seconds: 8, nanos: 0 } },
      deadLetterPolicy: { deadLetterTopic: topicName("dead"), maxDeliveryAttempts: 5 },
    });
    this.d.run();
    this.join();
  }

  private start(clock?: Domain["clock"]): Domain {
    return domain({
      folder: this.folder,
      slack: 2_000,
      ...(clock && { clock }),
      forward(_, delivery, broker) {
        broker.publish(topicName("dead"), [outgoing({ data: delivery.message.decode().data })]);
        return true;
      },
    });
  }

  private join(): void {
    const subscription = this.d.broker.subscription(subscriptionName("reader"));
    this.readers = [3, 5, Infinity].map((room) => new Reader(subscription, room));
    this.d.run();
  }

  publish(count: number, key: string): void {
    const texts = Array.from({ length: count }, () => `m${this.count++}`);
    const skip = this.count % 7 === 0;
    this.d.publish(texts, { key, attributes: skip ? { skip: "yes" } : {} });
    for (const text of texts) (skip ? this.filtered : this.published).add(text);
    this.remember();
  }

  answer(how: "ack" | "nack" | "extend", reader: number, at: number): void {
    const one = this.readers[reader] as Reader;
    const delivery = one.held[at % Math.max(1, one.held.length)];
    if (delivery === undefined) return;
    const text = textOf(delivery);
    if (how === "ack") this.acknowledged.add(text);
    if (how === "extend") one.subscription.modify(one.ackId(text), 20);
    else one[how](text);
    this.d.run();
    this.remember();
  }

  nackAll(reader: number): void {
    const one = this.readers[reader] as Reader;
    // With a key, giving back the first gives back the others.
    for (const delivery of one.held.slice()) if (one.held.includes(delivery)) one.nack(textOf(delivery));
    this.d.advance(8);
    this.remember();
  }

  lateAck(at: number): void {
    const id = this.ids[at % Math.max(1, this.ids.length)];
    if (id === undefined) return;
    const subscription = this.d.broker.subscription(subscriptionName("reader"));
    const waits = [...subscription.deliveries()].some((delivery) => textOf(delivery) === id.text);
    if (waits) this.acknowledged.add(id.text);
    subscription.acknowledge(id);
    this.d.run();
  }

  wait(seconds: number): void {
    this.d.advance(seconds);
    this.remember();
  }

  leave(reader: number): void {
    (this.readers[reader] as Reader).leave();
    this.readers[reader] = new Reader(this.d.broker.subscription(subscriptionName("reader")), 4);
    this.d.run();
    this.remember();
  }

  kill(unwritten: boolean): void {
    if (unwritten) {
      // Published, but the kill came before the end of the turn: never confirmed, and not there afterwards.
      this.d.broker.publish(topicName("clicks"), [outgoing({ data: Buffer.from("unwritten") })]);
    }
    this.d.kill();
    this.d.clock.advance(1);
    this.d = this.start(this.d.clock);
    this.join();
    this.remember();
  }

  private remember(): void {
    for (const { held } of this.readers) {
      for (const delivery of held) {
        this.ids.push({ text: textOf(delivery), message: delivery.message.id, lease: delivery.lease });
      }
    }
  }

  check(): void {
    const list = (id: string): string[] =>
      [...this.d.broker.subscription(subscriptionName(id)).deliveries()].map(textOf);
    const waiting = list("reader");
    const dead = list("kept");
    const everywhere = [...this.acknowledged, ...waiting, ...dead];
    expect(new Set(everywhere).size).toBe(everywhere.length);
    expect(new Set(everywhere)).toEqual(this.published);
    const { leasedCount } = this.d.broker.subscription(subscriptionName("reader"));
    expect(leasedCount).toBe(this.readers.reduce((sum, { held }) => sum + held.length, 0) + this.leftBehind());
  }

  /** Leased to consumers that left. */
  private leftBehind(): number {
    const { readers } = this;
    const deliveries = [...this.d.broker.subscription(subscriptionName("reader")).deliveries()];
    return deliveries.filter(({ state, holder }) => state === "leased" && !readers.includes(holder as Reader)).length;
  }
}

test.each([{ ordering: false }, { ordering: true }])(
  "no message is lost or doubled by the server ($ordering)",
  ({ ordering }) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const folder = mkdtempSync(join(tmpdir(), "journey-test-"));
        const model = new Model(folder, ordering);
        try {
          for (const one of steps) {
            if (one.do === "publish") model.publish(one.count, one.key);
            else if (one.do === "nack all") model.nackAll(one.reader);
            else if (one.do === "late ack") model.lateAck(one.at);
            else if (one.do === "wait") model.wait(one.seconds);
            else if (one.do === "leave") model.leave(one.reader);
            else if (one.do === "kill") model.kill(one.unwritten);
            else model.answer(one.do, one.reader, one.at);
            model.check();
          }
        } finally {
          model.d.kill();
          rmSync(folder, { recursive: true });
        }
      }),
      { numRuns: 40 },
    );
  },
);
