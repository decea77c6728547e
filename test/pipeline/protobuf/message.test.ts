import * as fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import * as m from "../../../pipeline/protobuf/message";
import { MalformedMessage, WireReader, WireWriter } from "../../../pipeline/protobuf/wire";

const Inner = m.message({ name: m.field(1, m.string), size: m.field(2, m.int64) });
const Outer = m.message({
  text: m.field(1, m.string),
  data: m.field(2, m.bytes),
  flag: m.field(3, m.bool),
  small: m.field(4, m.int32),
  large: m.field(5, m.bigint64),
  real: m.field(6, m.double),
  names: m.field(7, m.repeated(m.string)),
  numbers: m.field(8, m.repeated(m.int32)),
  labels: m.field(9, m.map(m.string)),
  inner: m.field(10, m.optional(Inner)),
  inners: m.field(200, m.repeated(Inner)),
  maybe: m.field(2000, m.optional(m.string)),
});

const reference = protobuf
  .parse(`syntax = "proto3";
  message Inner { string name = 1; int64 size = 2; }
  message Outer {
    string text = 1; bytes data = 2; bool flag = 3; int32 small = 4; int64 large = 5; double real = 6;
    repeated string names = 7; repeated int32 numbers = 8; map<string, string> labels = 9;
    Inner inner = 10; repeated Inner inners = 200; optional string maybe = 2000;
  }`)
  .root.lookupType("Outer");

/** A Buffer is bytes like any other, but not to `toEqual`. */
const plain = (value: m.MessageOf<typeof Outer>) => ({ ...value, data: Uint8Array.from(value.data) });

const text = fc.string({ unit: "binary" });
const inner = fc.record({ name: text, size: fc.maxSafeInteger() });
const outer = fc.record({
  text,
  data: fc.uint8Array({ maxLength: 300 }),
  flag: fc.boolean(),
  small: fc.integer(),
  large: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  real: fc.double({ noNaN: true }),
  names: fc.array(text),
  numbers: fc.array(fc.integer()),
  labels: fc.dictionary(text, text),
  inner: fc.option(inner, { nil: undefined }),
  inners: fc.array(inner),
  maybe: fc.option(text, { nil: undefined }),
});

describe("a declared message", () => {
  test("comes back as it was sent", () => {
    fc.assert(
      fc.property(outer, (value) => {
        expect(plain(Outer.decode(Outer.encode(value)))).toEqual(value);
      }),
    );
  });

  test("is read by protobufjs as the same message, and what protobufjs writes is read here", () => {
    fc.assert(
      fc.property(outer, (value) => {
        const theirs = reference.decode(Outer.encode(value));
        const again = Outer.decode(reference.encode(theirs).finish());
        expect(plain(again)).toEqual(value);
      }),
    );
  });

  test("leaves out defaults, as proto3 does", () => {
    expect(Outer.encode({ text: "", flag: false, small: 0, names: [] })).toHaveLength(0);
  });

  test("passes over fields it does not know", () => {
    const only = m.message({ flag: m.field(3, m.bool) });
    fc.assert(
      fc.property(outer, (value) => {
        expect(only.decode(Outer.encode(value))).toEqual({ flag: value.flag });
      }),
    );
  });

  test("any bytes are a message or a MalformedMessage, nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          Outer.decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
    );
  });

  test("an int64 outside of the safe range is refused where a number was declared", () => {
    const big = m.message({ size: m.field(1, m.bigint64) }).encode({ size: 2n ** 53n });
    const small = m.message({ size: m.field(1, m.int64) });
    expect(() => small.decode(big)).toThrow("9007199254740992 is outside of the safe integers");
  });

  test("a map's key may be __proto__", () => {
    const labels = m.message({ labels: m.field(1, m.map(m.string)) });
    const value = JSON.parse('{"labels":{"__proto__":"x"}}') as { labels: { [key: string]: string } };
    expect(Object.entries(labels.decode(labels.encode(value)).labels)).toEqual([["__proto__", "x"]]);
  });
});

describe("the writer", () => {
  test("writes a nested message of any length with the length before it", () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 127, 128, 16383, 16384, 3_000_000), (size) => {
        const written = new WireWriter(1).message((w) => w.raw(new Uint8Array(size))).fixed32(7);
        const reader = new WireReader(written.finish());
        const nested = reader.message();
        expect(nested.end - nested.at).toBe(size);
        expect(reader.fixed32()).toBe(7);
      }),
    );
  });

  test("writes whole numbers as the bigint writer does", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const number = new WireWriter().safeInt64(value).finish();
        expect(number).toEqual(new WireWriter().int64(BigInt(value)).finish());
        expect(new WireReader(number).safeInt64()).toBe(value);
      }),
    );
  });

  test("zigzag numbers come back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(new WireReader(new WireWriter().sint64(value).finish()).sint64()).toBe(value);
      }),
    );
  });
});
