import * as fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { protoSchema } from "../../../../../local/services/pubsub/schema/proto-schema";

const click = `
  // An event, as its schema writes it.
  syntax = "proto3";
  package acme.events;
  option java_package = "com.acme";
  message Click {
    /* who */ string user_pseudo_id = 1;
    optional double value = 2 [deprecated = true];
    int64 count = 3;
    bool fresh = 4;
    bytes raw = 5;
    repeated string tags = 6;
    map<string, int32> scores = 7;
    Kind kind = 8;
    Item first_item = 9;
    repeated Item items = 10;
    oneof origin { string page = 11; uint32 code = 12; }
    reserved 20, 30 to 40;
    repeated sint32 deltas = 13;
    enum Kind { UNKNOWN = 0; PURCHASE = 1; }
    message Item { string sku = 1; fixed64 price = 2; Item part = 3; .acme.events.Click.Kind kind = 4; }
  }`;

const read = (value: unknown): unknown => protoSchema(click).readJson(JSON.stringify(value));
const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
describe("JSON", () => {
  test("has fields under their names or in camel case, and may leave out all of them", () => {
    expect(read({ user_pseudo_id: "u", firstItem: { sku: "s" } })).toEqual({
      user_pseudo_id: "u",
      first_item: { sku: "s" },
    });
    expect(read({})).toEqual({});
    expect(read({ value: null })).toEqual({});
  });

  test("has 64-bit numbers as text or number, enums by name or number, bytes in base64", () => {
    expect(read({ count: "9223372036854775807", kind: "PURCHASE", raw: "aGk=" })).toEqual({
      count: "9223372036854775807",
      kind: "PURCHASE",
      raw: "aGk=",
    });
    expect(protoSchema(click).readJson('{"count":9223372036854775807}')).toEqual({ count: "9223372036854775807" });
    expect(read({ count: 5, kind: 1, value: "NaN" })).toEqual({ count: "5", kind: "PURCHASE", value: Number.NaN });
  });

  test.each([
    [{ nothing: 1 }, "$.nothing: the schema has no such field"],
    [{ user_pseudo_id: 1 }, "$.user_pseudo_id: 1 is not a string"],
    [{ value: "x" }, '$.value: "x" is not a double'],
    [{ count: 1.5 }, "$.count: 1.5 is not an int64"],
    [{ count: "9223372036854775808" }, "is out of the range of int64"],
    [{ code: -1 }, "$.code: -1 is out of the range of uint32"],
    [{ fresh: "true" }, '$.fresh: "true" is not a bool'],
    [{ raw: "!" }, '$.raw: "!" is not base64'],
    [{ kind: "SALE" }, '$.kind: "SALE" is not a value of Kind'],
    [{ tags: "a" }, '$.tags: "a" is not a list'],
    [{ items: [{}, { part: { sku: 1 } }] }, "$.items[1].part.sku: 1 is not a string"],
    [{ scores: { a: "x" } }, '$.scores.a: "x" is not an int32'],
    [{ first_item: [] }, "$.first_item: [] is not an object"],
    [[], "$: [] is not an object"],
  ])("%o is refused", (value, message) => {
    expect(() => read(value)).toThrow(message);
  });

  test("that is none is refused", () => {
    expect(() => protoSchema(click).readJson("{")).toThrow("$: the data is not JSON");
  });
});

test("a required field must be there", () => {
  const schema = protoSchema(
    'syntax = "proto2"; message Click { required string user = 1; optional string page = 2; }',
  );
  expect(schema.readJson('{"user":"u"}')).toEqual({ user: "u" });
  expect(() => schema.readJson('{"page":"p"}')).toThrow("$.user: the field is required");
  expect(() => schema.readBinary(Buffer.alloc(0))).toThrow("$.user: the field is required");
});

describe("the wire format", () => {
  const schema = protoSchema(click);
  const reference = protobuf.parse(click).root.lookupType("acme.events.Click");
  const int32 = fc.integer();
  const item = fc.record({
    sku: fc.string(),
    price: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    kind: fc.constantFrom("UNKNOWN", "PURCHASE"),
  });
  const message = fc.record(
    {
      userPseudoId: fc.string({ unit: "binary" }),
      // JSON has neither a negative zero nor an infinite number.
      value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      count: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
      fresh: fc.boolean(),
      raw: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64")),
      tags: fc.array(fc.string(), { minLength: 1 }),
      scores: fc.dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== "__proto__"),
        int32,
        { minKeys: 1 },
      ),
      kind: fc.constantFrom("UNKNOWN", "PURCHASE"),
      firstItem: item,
      items: fc.array(item, { minLength: 1 }),
      deltas: fc.array(int32, { minLength: 1 }),
    },
    { requiredKeys: [] },
  );

  test("is read as protobufjs writes it, and as its JSON is read", () => {
    fc.assert(
      fc.property(message, (given) => {
        const bytes = reference.encode(reference.fromObject(given)).finish();
        const expected = Object.fromEntries(Object.entries(given).map(([key, value]) => [snake(key), value]));
        expect(schema.readBinary(bytes)).toEqual(expected);
        expect(schema.readJson(JSON.stringify(given))).toEqual(expected);
      }),
    );
  });

  test("never makes the reader do anything but answer or refuse", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          schema.readBinary(bytes);
        } catch (error) {
          expect((error as Error).name).toBe("SchemaMismatch");
        }
      }),
    );
  });
});

describe("a definition is refused", () => {
  test.each([
    ["", "the definition has no message"],
    ["message A {", "the definition ends too early"],
    ["message A { string = 1; }", "line 1: expected a name, found ="],
    ["message A {\n  string name = x;\n}", "line 2: expected a number, found x"],
    ["message A { string name = 0; }", "0 is not a field number"],
    ["message A { string a = 1; string b = 1; }", "uses a field number twice"],
    ["message A { string a = 1; string a = 2; }", "uses a field name twice"],
    ["message A { Other a = 1; }", "the type Other is not in the definition"],
    ["message A { map<double, string> a = 1; }", "double is no key of a map"],
    ["message A {} message B {}", "two top-level messages, A and B: nest one in the other"],
    ['import "other.proto"; message A {}', "import is not taken here"],
    ["service S {} message A {}", "service is not taken here"],
    ["message A { string a = 1; } €", 'line 1: "€" is not expected'],
  ])("%s", (definition, message) => {
    expect(() => protoSchema(definition)).toThrow(message);
  });
});
