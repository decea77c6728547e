import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ackIdOf, readAckId } from "../../../../local/services/pubsub/ack-id";
import { PubsubMessage } from "../../../../local/services/pubsub/api/messages";
import { checkIncoming, outgoing, Stamp, StoredMessage } from "../../../../local/services/pubsub/message";
import { domain, topicName } from "./domain";

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 20 }).filter((one) => !one.startsWith("goog"));
const content = fc.record({
  data: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  attributes: fc.dictionary(text, text, { maxKeys: 5 }),
  orderingKey: fc.string({ unit: "binary", maxLength: 20 }),
});

const of = (message: Partial<PubsubMessage>) => () => outgoing(message);
const attributes = (count: number): { [key: string]: string } =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, "v"]));

const messages = (count: number, size = 1) =>
  Array.from({ length: count }, () => outgoing({ data: Buffer.alloc(size) }));

test("a stored message is what was published, with the id and the time that it was given", () => {
  fc.assert(
    fc.property(
      content,
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.date({ min: new Date(0), noInvalidDate: true }),
      (given, id, date) => {
        fc.pre(date.getTime() < 8e14);
        const stored = new Stamp(date.getTime()).on(outgoing(given), id);
        const { messageId, publishTime, ...rest } = stored.decode();
        expect({ ...rest, data: Uint8Array.from(rest.data) }).toEqual(given);
        expect(messageId).toBe(String(id));
        expect((publishTime?.seconds ?? 0) * 1000 + (publishTime?.nanos ?? 0) / 1e6).toBe(date.getTime());
        expect(StoredMessage.read(stored.encoded)).toEqual(stored);
      },
    ),
  );
});

test("an id or a time that a publisher sent is not taken over", () => {
  const sent = PubsubMessage.encode({
    data: Buffer.from("x"),
    attributes: { a: "b" },
    messageId: "666",
    publishTime: { seconds: 1, nanos: 0 },
  });
  const stored = new Stamp(5_000).on(checkIncoming(sent), 7).decode();
  expect(stored).toMatchObject({ messageId: "7", publishTime: { seconds: 5, nanos: 0 }, attributes: { a: "b" } });
});

describe("a message is refused", () => {
  test("without data and attributes", () => {
    expect(of({})).toThrow("must contain either non-empty data, or at least one attribute");
    expect(of({ attributes: { a: "" } })).not.toThrow();
  });

  test("with more than 100 attributes", () => {
    expect(of({ attributes: attributes(100) })).not.toThrow();
    expect(of({ attributes: attributes(101) })).toThrow("You passed 101 in the request, but the maximum value is 100.");
  });

  test("with a key of no bytes, of more than 256, or of Google's own", () => {
    expect(of({ attributes: { "": "v" } })).toThrow("The attribute key must be non-empty.");
    expect(of({ attributes: { ["k".repeat(256)]: "v" } })).not.toThrow();
    expect(of({ attributes: { ["é".repeat(129)]: "v" } })).toThrow("You passed 258");
    expect(of({ attributes: { googclient_x: "v" } })).toThrow("must not begin with 'goog'");
  });

  test("with a value of more than 1,024 bytes", () => {
    expect(of({ attributes: { k: "v".repeat(1_024) } })).not.toThrow();
    expect(of({ attributes: { k: "v".repeat(1_025) } })).toThrow("the maximum value is 1024");
  });

  test("with an ordering key of more than 1,024 bytes", () => {
    expect(of({ data: Buffer.from("x"), orderingKey: "k".repeat(1_024) })).not.toThrow();
    expect(of({ data: Buffer.from("x"), orderingKey: "k".repeat(1_025) })).toThrow("the maximum value is 1024");
  });
});

describe("a publish request is refused", () => {
  test("with no messages, or with more than 1,000", () => {
    const d = domain();
    d.topic();
    expect(d.broker.publish(topicName("clicks"), messages(1_000))).toHaveLength(1_000);
    expect(() => d.broker.publish(topicName("clicks"), [])).toThrow("has no messages");
    expect(() => d.broker.publish(topicName("clicks"), messages(1_001))).toThrow("the maximum value is 1000");
  });

  test("with more than 10 MB", () => {
    const d = domain();
    d.topic();
    expect(d.broker.publish(topicName("clicks"), messages(1, 10_000_000))).toHaveLength(1);
    expect(() => d.broker.publish(topicName("clicks"), messages(2, 6_000_000))).toThrow(
      "Request payload size exceeds the limit: 10485760 bytes.",
    );
  });

  test("on a topic that is not there", () => {
    expect(() => domain().broker.publish(topicName("nothing"), messages(1))).toThrow(
      "Resource not found (resource=nothing).",
    );
  });
});

test("ids are decimal and increase", () => {
  const d = domain();
  d.topic();
  const ids = [1, 2, 3].flatMap(() => d.broker.publish(topicName("clicks"), [outgoing({ data: Buffer.from("x") })]));
  expect(ids).toEqual(["1", "2", "3"]);
});

test("an acknowledgement id is read as it was written, and nothing else is one", () => {
  const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(number, number, (message, lease) => {
      expect(readAckId(Buffer.from(ackIdOf(message, lease)))).toEqual({ message, lease });
    }),
  );
  for (const wrong of ["", "-", "1", "1-", "-1", "1-2-3", "1-x", "0-1", "1-0", "12345678901234567-1", "projects/p:1"]) {
    expect(readAckId(Buffer.from(wrong))).toBeUndefined();
  }
});
