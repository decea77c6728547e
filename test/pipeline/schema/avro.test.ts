import avro from "avsc";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { avroJson } from "../../../pipeline/schema/avro-json";
import { avroSchema } from "../../../pipeline/schema/avro-schema";
import { daysOf } from "../../../pipeline/schema/calendar";
import { unitsOf } from "../../../pipeline/schema/decimal";
import {
  bytes,
  float,
  integer,
  json,
  nullable,
  numeric,
  record,
  repeated,
  string,
} from "../../../pipeline/schema/field";
import { microsecondsOf } from "../../../pipeline/schema/timestamp";
import type { FieldSpec } from "../../../pipeline/spec";
import { fieldsAndRow, someFields } from "./support/arbitrary";

/** 64 bits, kept whole. */
// oxlint-disable-next-line no-underscore-dangle -- the name that avsc gave its public method
const long = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: (value: number | string) => BigInt(String(value)),
  toJSON: String,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});
const typeOf = (schema: unknown) =>
  avro.Type.forSchema(schema as avro.Schema, {
    wrapUnions: true,
    typeHook: (type) =>
      type === "long" || (typeof type === "object" && "type" in type && type.type === "long") ? long : undefined,
  });

/** The value that Avro's reader must find for a value of a row. */
function expected(field: FieldSpec, value: unknown): unknown {
  if (field.mode === "REPEATED")
    return (value as unknown[]).map((one) => expected({ ...field, mode: "REQUIRED" }, one));
  if (value === null && field.mode === "NULLABLE") return null;
  switch (field.type) {
    case "INTEGER":
      return BigInt(value as string);
    case "NUMERIC":
      return unitsOf(value as string);
    case "TIMESTAMP":
      return microsecondsOf(value as string);
    case "DATE":
      return daysOf(value as string);
    case "TIME":
      return microsecondsOf(`1970-01-01T${value as string}Z`);
    case "BYTES":
      return value;
    case "JSON":
      return JSON.stringify(value);
    case "RECORD":
      return Object.fromEntries(
        (field.fields ?? []).map((f) => [f.name, expected(f, (value as { [n: string]: unknown })[f.name])]),
      );
    default:
      return value;
  }
}

/** What Avro's reader found, in the same words. */
function found(field: FieldSpec, value: unknown): unknown {
  if (field.mode === "REPEATED") return (value as unknown[]).map((one) => found({ ...field, mode: "REQUIRED" }, one));
  if (field.mode === "NULLABLE") {
    return value === null ? null : found({ ...field, mode: "REQUIRED" }, Object.values(value as object)[0]);
  }
  if (field.type === "NUMERIC")
    return BigInt.asIntN(8 * (value as Buffer).length, BigInt(`0x${(value as Buffer).toString("hex")}`));
  if (field.type === "BYTES") return (value as Buffer).toString("base64");
  if (field.type === "RECORD") {
    return Object.fromEntries(
      (field.fields ?? []).map((f) => [f.name, found(f, (value as { [n: string]: unknown })[f.name])]),
    );
  }
  return value;
}

/** Avro's own reader takes longs from JSON as numbers, and rounds them: as text they stay whole. */
const longsAsText = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : `"${token}"`,
  );

describe("an event's Avro schema", () => {
  test("is read by Avro, and its JSON gives Avro the values of the row", () => {
    fc.assert(
      fc.property(fieldsAndRow(), ({ fields, row }) => {
        const type = typeOf(avroSchema("event", fields));
        const read: unknown = type.fromString(longsAsText(avroJson("event", fields)(row)));
        const whole: FieldSpec = { name: "event", type: "RECORD", mode: "REQUIRED", fields };
        expect(found(whole, read)).toEqual(expected(whole, row));
        expect(type.fromBuffer(type.toBuffer(read))).toEqual(read);
      }),
    );
  });

  test("names each record once", () => {
    fc.assert(
      fc.property(someFields, (fields) => {
        expect(() => avro.Type.forSchema(avroSchema("event", fields) as avro.Schema)).not.toThrow();
      }),
    );
    const inner = { c: string() };
    const twins = { a: record({ b_c: record(inner) }), a_b: record({ c: record(inner) }) };
    expect(JSON.stringify(avroSchema("e", twins)).match(/"name":"e_a_b_c_*"/g)).toEqual([
      '"name":"e_a_b_c"',
      '"name":"e_a_b_c_"',
    ]);
  });

  test("reads as a user would write it", () => {
    const fields = {
      user: string({ description: "who" }),
      value: nullable(float()),
      tags: repeated(string()),
      price: numeric(),
    };
    expect(avroSchema("click", fields)).toEqual({
      type: "record",
      name: "click",
      fields: [
        { name: "user", doc: "who", type: "string" },
        { name: "value", type: ["null", "double"], default: null },
        { name: "tags", type: { type: "array", items: "string" }, default: [] },
        { name: "price", type: { type: "bytes", logicalType: "decimal", precision: 38, scale: 9 } },
      ],
    });
  });
});

describe("a row in Avro's JSON", () => {
  test("wraps what may be null and writes bytes as characters", () => {
    const write = avroJson("click", {
      value: nullable(float()),
      note: nullable(string()),
      at: nullable(record({ x: integer({ as: "text" }) })),
      raw: bytes(),
      more: json(),
      price: numeric(),
    });
    const row = {
      value: 1.5,
      note: null,
      at: { x: "9007199254740993" },
      raw: "/wA=",
      more: { a: [1] },
      price: "-0.000000001",
    };
    expect(write(row)).toBe(
      '{"value":{"double":1.5},"note":null,"at":{"click_at":{"x":9007199254740993}},"raw":"ÿ\\u0000","more":"{\\"a\\":[1]}","price":"ÿ"}',
    );
  });
});
