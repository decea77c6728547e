import { array, assert, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";
import { field, message, repeated, string } from "../../../../pipeline/protobuf/message";
import { WireType, WireWriter } from "../../../../pipeline/protobuf/wire";
import {
  attributesOf,
  MESSAGE,
  orderingKeyOf,
  splitByKey,
  unfitForTopic,
  writeMessage,
} from "../../../../pipeline-images/stream-processor/sinks/topic-message";

const PublishRequest = message({
  messages: field(MESSAGE, repeated(message({ data: field(1, string), orderingKey: field(5, string) }))),
});

test("a text is an attribute as it is, what is no text as its JSON, and a null is none", () => {
  const row = { text: "a b", whole: 5, truth: false, list: [1, "x"], none: null };
  expect(attributesOf({ attributes: ["text", "whole", "truth", "list", "none"] }, row)).toEqual({
    text: "a b",
    whole: "5",
    truth: "false",
    list: '[1,"x"]',
    none: undefined,
  });
});

test("a null and an empty text are no ordering key: such a message comes in any order", () => {
  const fields = { orderingKey: "user" };
  expect(orderingKeyOf(fields, { user: "ada" })).toBe("ada");
  expect(orderingKeyOf(fields, { user: 7 })).toBe("7");
  expect(orderingKeyOf(fields, { user: null })).toBeUndefined();
  expect(orderingKeyOf(fields, { user: "" })).toBeUndefined();
  expect(orderingKeyOf({}, { user: "ada" })).toBeUndefined();
});

test("what Pub/Sub would refuse is said beforehand, in bytes and not in letters", () => {
  const fields = { orderingKey: "user", attributes: ["title"] };
  expect(unfitForTopic(fields, { user: "u".repeat(1_024), title: "ä".repeat(512) })).toBeUndefined();
  expect(unfitForTopic(fields, { user: "u", title: "ä".repeat(513) })).toBe(
    "title is 1026 bytes: an attribute has 1024 at most",
  );
  expect(unfitForTopic(fields, { user: "u".repeat(1_025), title: null })).toBe(
    "user is 1025 bytes: an ordering key has 1024 at most",
  );
});

test("a request is split by key: none is lost, none doubled, and those of a key keep their order", () => {
  const key = constantFrom("", "a", "b", "ü");
  assert(
    property(array(key, { maxLength: 40 }), (keys) => {
      const writer = new WireWriter();
      for (const [i, user] of keys.entries()) {
        writer
          .tag(MESSAGE, WireType.bytes)
          .message((one) => writeMessage(one, { i }, { at: String(i) }, user === "" ? undefined : user));
      }
      const requests = splitByKey(writer.finish()).map((one) => PublishRequest.decode(one).messages);
      for (const request of requests) expect(new Set(request.map(({ orderingKey }) => orderingKey)).size).toBe(1);
      const split = requests
        .flat()
        .map(({ data, orderingKey }) => [orderingKey, (JSON.parse(data) as { i: number }).i]);
      const expected = [...new Set(keys)].flatMap((one) =>
        keys.flatMap((user, i) => (user === one ? [[user, i]] : [])),
      );
      expect(split).toEqual(expected);
    }),
  );
});
