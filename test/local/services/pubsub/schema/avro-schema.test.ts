import avro from "avsc";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { avroSchema } from "../../../../../local/services/pubsub/schema/avro-schema";

const definition = {
  type: "record",
  name: "Click",
  namespace: "acme",
  fields: [
    { name: "user", type: "string" },
    { name: "value", type: ["null", "double"] },
    { name: "count", type: "long" },
    { name: "small", type: "int" },
    { name: "real", type: "float" },
    { name: "fresh", type: "boolean" },
    { name: "raw", type: "bytes" },
    { name: "digest", type: { type: "fixed", name: "Digest", size: 2 } },
    { name: "kind", type: { type: "enum", name: "Kind", symbols: ["PING", "PURCHASE"] } },
    { name: "tags", type: { type: "array", items: "string" } },
    { name: "scores", type: { type: "map", values: "int" } },
    {
      name: "item",
      type: [
        "null",
        {
          type: "record",
          name: "Item",
          fields: [
            { name: "kind", type: "Kind" },
            { name: "part", type: ["null", "Item"] },
          ],
        },
      ],
    },
    { name: "at", type: { type: "long", logicalType: "timestamp-micros" } },
  ],
} as const;
const schema = avroSchema(JSON.stringify(definition));
const reference = avro.Type.forSchema(definition as never, { wrapUnions: true });

/** avsc writes no more of a long. */
const long = fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 });
/** JSON has no negative zero. */
const positiveZero = (value: number): number => value + 0;
const real = fc.double({ noNaN: true, noDefaultInfinity: true }).map(positiveZero);
const item = fc.option(fc.record({ kind: fc.constantFrom("PING", "PURCHASE"), part: fc.constant(null) }), {
  nil: null,
});
const bytes = (size: { minLength?: number; maxLength?: number }) => fc.uint8Array(size).map((one) => Buffer.from(one));
const click = fc.record({
  user: fc.string({ unit: "binary" }),
  value: fc.option(real, { nil: null }),
  count: long,
  small: fc.integer(),
  real: fc.float({ noNaN: true, noDefaultInfinity: true }).map(positiveZero),
  fresh: fc.boolean(),
  raw: bytes({}),
  digest: bytes({ minLength: 2, maxLength: 2 }),
  kind: fc.constantFrom("PING", "PURCHASE"),
  tags: fc.array(fc.string()),
  scores: fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    fc.integer(),
  ),
  item,
  at: long,
});
type Click = typeof click extends fc.Arbitrary<infer T> ? T : never;

const wrap = (name: string, value: unknown): unknown => (value === null ? null : { [name]: value });
const json = (one: Click) => ({
  ...one,
  value: wrap("double", one.value),
  raw: one.raw.toString("latin1"),
  digest: one.digest.toString("latin1"),
  item: wrap("acme.Item", one.item),
});
const plain = (one: Click) => ({
  ...one,
  count: String(one.count),
  at: String(one.at),
  raw: one.raw.toString("base64"),
  digest: one.digest.toString("base64"),
});

test("Avro's binary encoding is read as avsc writes it", () => {
  fc.assert(
    fc.property(click, (given) => {
      const written = reference.toBuffer({
        ...given,
        value: wrap("double", given.value),
        item: wrap("acme.Item", given.item),
      });
      expect(schema.readBinary(written)).toEqual(plain(given));
    }),
  );
});

test("Avro's JSON encoding is read with its wrapped unions, and as avsc writes it", () => {
  fc.assert(
    fc.property(click, (given) => {
      expect(schema.readJson(JSON.stringify(json(given)))).toEqual(plain(given));
    }),
  );
});

test("fields that the schema does not have are passed over in JSON", () => {
  const one = avroSchema('{"type":"record","name":"A","fields":[{"name":"a","type":"string"}]}');
  expect(one.readJson('{"more":1,"a":"x"}')).toEqual({ a: "x" });
});

test("a long has all its 64 bits", () => {
  const one = avroSchema('{"type":"record","name":"A","fields":[{"name":"a","type":"long"}]}');
  const [ones, zeros] = [Buffer.alloc(9, 0xff), Buffer.from([1])];
  expect(one.readBinary(Buffer.concat([ones, zeros]))).toEqual({ a: String(-(2n ** 63n)) });
  expect(one.readJson('{"a":-9223372036854775808}')).toEqual({ a: String(-(2n ** 63n)) });
  expect(() => one.readJson('{"a":9223372036854775808}')).toThrow("$.a: 9223372036854775808 is not a long");
  expect(one.readBinary(Buffer.concat([Buffer.from([0xfe]), ones.subarray(1), zeros]))).toEqual({
    a: String(2n ** 63n - 1n),
  });
});

describe("data is refused", () => {
  const good = {
    user: "u",
    value: null,
    count: 1,
    small: 1,
    real: 1,
    fresh: true,
    raw: "",
    digest: "ab",
    kind: "PING",
    tags: [],
    scores: {},
    item: null,
    at: 1,
  };

  test.each([
    [{ value: 1.5 }, '$.value: 1.5 is not null or double, wrapped as {"double": ...}'],
    [{ value: { float: 1 } }, "is not null or double"],
    [{ value: { double: "x" } }, '$.value.double: "x" is not a double'],
    [{ count: 1.5 }, "$.count: 1.5 is not a long"],
    [{ small: 2 ** 31 }, "$.small: 2147483648 is not a int"],
    [{ digest: "abc" }, '$.digest: "abc" is not 2 bytes'],
    [{ raw: "€" }, '$.raw: "€" is not any bytes'],
    [{ kind: "SALE" }, '$.kind: "SALE" is not a acme.Kind'],
    [{ tags: {} }, "$.tags: {} is not a list"],
    [{ tags: [1] }, "$.tags[0]: 1 is not a string"],
    [{ scores: { a: "1" } }, '$.scores.a: "1" is not a int'],
    [{ item: { Item: {} } }, "is not null or acme.Item"],
    [{ user: undefined }, "$.user: the field is missing"],
  ])("%o", (change, message) => {
    expect(() => schema.readJson(JSON.stringify({ ...good, ...change }))).toThrow(message);
  });

  test("when it ends too early, or does not end", () => {
    const written = reference.toBuffer({ ...good, raw: Buffer.alloc(0), digest: Buffer.from("ab") });
    for (let length = 0; length < written.length; length++) {
      expect(() => schema.readBinary(written.subarray(0, length))).toThrow("the data ends");
    }
    expect(() => schema.readBinary(Buffer.concat([written, Buffer.from([0])]))).toThrow(
      "bytes are left after the record",
    );
  });

  test("and no bytes make the reader do anything else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        try {
          schema.readBinary(noise);
        } catch (error) {
          expect((error as Error).name).toBe("SchemaMismatch");
        }
      }),
    );
  });
});

describe("a definition is refused", () => {
  test.each([
    ["{", "the definition is not JSON"],
    ['"string"', "the top-level type of the schema is not a record"],
    ['{"type":"record","name":"A"}', "the record A has no list of fields"],
    ['{"type":"record","fields":[]}', "a type has no name"],
    ['{"type":"record","name":"A","fields":[{"name":"a"}]}', "has a field without name or type"],
    ['{"type":"record","name":"A","fields":[{"name":"a","type":"text"}]}', "the type text is not in the schema"],
    [
      '{"type":"record","name":"A","fields":[{"name":"a","type":{"type":"fixed","name":"F"}}]}',
      "a fixed type has no size",
    ],
    ['{"type":"record","name":"A","fields":[{"name":"a","type":7}]}', "7 is not an Avro type"],
  ])("%s", (text, message) => {
    expect(() => avroSchema(text)).toThrow(message);
  });
});
