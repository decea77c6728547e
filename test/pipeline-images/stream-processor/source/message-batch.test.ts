import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  bytes,
  field,
  int32,
  int64,
  map,
  message,
  optional,
  repeated,
  string,
} from "../../../../pipeline/protobuf/message";
import { MalformedMessage, WireWriter } from "../../../../pipeline/protobuf/wire";
import { MessageBatch } from "../../../../pipeline-images/stream-processor/source/message-batch";

const Timestamp = message({ seconds: field(1, int64), nanos: field(2, int32) });
const PubsubMessage = message({
  data: field(1, bytes),
  attributes: field(2, map(string)),
  messageId: field(3, string),
  publishTime: field(4, optional(Timestamp)),
  orderingKey: field(5, string),
});
const ReceivedMessage = message({
  ackId: field(1, string),
  message: field(2, optional(PubsubMessage)),
  deliveryAttempt: field(3, int32),
});
const StreamingPullResponse = message({
  received: field(1, repeated(ReceivedMessage)),
  properties: field(4, optional(message({ exactlyOnce: field(1, int32) }))),
});
const AcknowledgeRequest = message({ ackIds: field(2, repeated(string)) });

const received = fc.record({
  ackId: fc.string({ minLength: 1, maxLength: 300 }),
  deliveryAttempt: fc.nat(9),
  message: fc.record({
    data: fc.uint8Array({ maxLength: 300 }),
    attributes: fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 }),
    messageId: fc.nat().map(String),
    publishTime: fc.record({ seconds: fc.integer({ min: 0, max: 4_000_000_000 }), nanos: fc.nat(999_999_999) }),
    orderingKey: fc.string(),
  }),
});

test("what stands in a response is found at its place, without being copied", () => {
  fc.assert(
    fc.property(fc.array(received, { maxLength: 200 }), (all) => {
      const batch = new MessageBatch(StreamingPullResponse.encode({ received: all, properties: { exactlyOnce: 1 } }));
      expect(batch.count).toBe(all.length);
      for (const [i, { ackId, message: one }] of all.entries()) {
        expect(batch.id(i)).toBe(one.messageId);
        expect(Buffer.from(batch.data(i))).toEqual(Buffer.from(one.data));
        expect({ ...batch.attributes(i) }).toEqual({ ...one.attributes });
        const { seconds, nanos } = one.publishTime;
        expect(batch.publishedAt(i)).toBe(seconds * 1_000 + Math.floor(nanos / 1_000_000));
        const micros = String(Math.floor(nanos / 1_000)).padStart(6, "0");
        expect(batch.publishTime(i)).toBe(`${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${micros}Z`);
        const writer = new WireWriter();
        batch.writeAckId(i, writer, 2);
        expect(AcknowledgeRequest.decode(writer.finish()).ackIds).toEqual([ackId]);
      }
    }),
  );
});

test("a response that is cut short is malformed, wherever it is cut", () => {
  const whole = StreamingPullResponse.encode({
    received: [
      {
        ackId: "some-ack-id",
        deliveryAttempt: 0,
        message: {
          data: Buffer.from("data"),
          attributes: { a: "b" },
          messageId: "1",
          publishTime: { seconds: 1_700_000_000, nanos: 5 },
          orderingKey: "",
        },
      },
    ],
  });
  for (let length = 1; length < whole.length; length += 1) {
    expect(() => new MessageBatch(whole.subarray(0, length))).toThrow(MalformedMessage);
  }
});
