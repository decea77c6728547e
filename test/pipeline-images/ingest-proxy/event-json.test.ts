import { expect, test } from "vitest";
import { eventEncoder } from "../../../pipeline-images/ingest-proxy/event-json";
import { compileDecoder } from "../../../pipeline/schema/decoder";
import {
  float,
  integer,
  json,
  nullable,
  numeric,
  record,
  repeated,
  string,
  timestamp,
} from "../../../pipeline/schema/field";
import { fieldSpecs } from "../../../pipeline/schema/field-spec";

const fields = fieldSpecs({
  user: string(),
  at: timestamp({ encoding: "epoch-micros" }),
  seen: timestamp(),
  value: nullable(float()),
  price: nullable(numeric()),
  large: nullable(integer({ as: "text" })),
  more: nullable(json()),
  items: repeated(record({ id: string(), when: nullable(timestamp({ encoding: "epoch-seconds" })) })),
});
const encode = eventEncoder(fields);
const event = {
  user: "a",
  at: 1715000000123456,
  seen: "2024-05-06T12:53:20.123456Z",
  large: "9007199254740993",
  price: "0.10",
  more: { a: [1] },
  items: [{ id: "x", when: 1715000000 }, { id: "y" }],
};
const encoded = (body: object) => JSON.parse(encode(Buffer.from(JSON.stringify(body))).toString()) as object;

test("an event is published with its declared fields alone, each in the form of its protobuf type", () => {
  expect(encoded({ ...event, unknown: 1 })).toEqual({
    user: "a",
    at: "1715000000123456",
    seen: "2024-05-06T12:53:20.123456Z",
    value: null,
    price: "0.1",
    large: "9007199254740993",
    more: '{"a":[1]}',
    items: [
      { id: "x", when: "1715000000" },
      { id: "y", when: null },
    ],
  });
});

test("whoever reads it finds the row that was sent", () => {
  // A field of the type JSON comes back as text, which is what a protobuf schema makes of it.
  const { more, ...rest } = event;
  const decode = compileDecoder(fields);
  const sent = decode(Buffer.from(JSON.stringify(rest)));
  expect(more).toBeDefined();
  expect(decode(encode(Buffer.from(JSON.stringify(rest))))).toEqual(sent);
});

test.each([
  [{ ...event, at: "yesterday" }, /\$\.at: "yesterday"/],
  [{ ...event, user: undefined }, /\$\.user/],
  [[event], /not fit its schema/],
])("what does not fit is refused with the path and the rule", (body, sentence) => {
  expect(() => encoded(body)).toThrow(sentence);
});
