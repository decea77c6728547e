import * as fc from "fast-check";
import protobuf from "protobufjs";
import { expect, test } from "vitest";
import { Descriptor, ProtoLabel, ProtoType } from "../../../../../pipeline/schema/descriptor";
import { compileRowEncoder, storageWriteDescriptor } from "../../../../../pipeline/schema/storage-write";
import type { FieldSpec } from "../../../../../pipeline/spec";
import { WireWriter } from "../../../../../pipeline/protobuf/wire";
import { BadValue } from "../../../../../local/services/bigquery/rows/json-value";
import { plainRow, type PlainRow } from "../../../../../local/services/bigquery/rows/plain-value";
import type { Column } from "../../../../../local/services/bigquery/schema/column";
import { SchemaMismatch } from "../../../../../local/services/bigquery/write/wire-change";
import { sentRowReader, withoutMissing } from "../../../../../local/services/bigquery/write/wire-rows";

const column = (name: string, type: Column["type"], mode: Column["mode"] = "NULLABLE", fields?: Column[]): Column => ({
  name,
  type,
  mode,
  ...(fields === undefined ? {} : { fields }),
});

/** A row as it was sent, read for the columns: plain values, or what is wrong with it. */
function read(columns: readonly Column[], descriptor: Uint8Array, row: Uint8Array): PlainRow | string {
  const read = sentRowReader(columns, descriptor)(row);
  const values = read instanceof BadValue ? read : read.values;
  const filled = values instanceof BadValue ? values : withoutMissing(columns, values, "");
  return filled instanceof BadValue ? filled.reason : plainRow(columns, filled);
}

/** A descriptor of one field, and a message of it. */
function one(type: keyof typeof ProtoType, value: unknown, label: keyof typeof ProtoLabel = "optional") {
  const descriptor = Descriptor.encode({
    name: "Row",
    nested: [],
    enums: [{ name: "Kind", values: [{ name: "PURCHASE", number: 2 }] }],
    fields: [
      {
        name: "v",
        number: 1,
        label: ProtoLabel[label],
        type: ProtoType[type],
        typeName: type === "enum" ? "Kind" : "",
        options: undefined,
      },
    ],
  });
  if (typeof value === "bigint") return { descriptor, row: new WireWriter().tag(1, 0).int64(value).finish() };
  const message = new protobuf.Type("Row").add(new protobuf.Field("v", 1, type === "enum" ? "int32" : type, label));
  return { descriptor, row: message.encode(message.create({ v: value })).finish() };
}

/** 2024-05-06 12:34:56.789 packed as CivilTimeEncoder does. */
const packedTime = ((12n << 12n) | (34n << 6n) | 56n) * 1_048_576n + 789_000n;
const packedDatetime = (((2024n << 9n) | (5n << 5n) | 6n) << 37n) | packedTime;

test.each([
  ["STRING", "string", "ä", "ä"],
  ["STRING", "enum", 2, "PURCHASE"],
  ["BYTES", "bytes", Buffer.from("ab"), "YWI="],
  ["INTEGER", "int64", 5, 5],
  ["INTEGER", "int32", -5, -5],
  ["INTEGER", "uint32", 4_294_967_295, 4_294_967_295],
  ["INTEGER", "sint64", -7, -7],
  ["FLOAT", "double", 1.5, 1.5],
  ["FLOAT", "float", 0.5, 0.5],
  ["BOOLEAN", "bool", true, true],
  ["BOOLEAN", "int64", 1, true],
  ["NUMERIC", "string", "12.34", "12.34"],
  ["NUMERIC", "int64", 12, "12"],
  ["NUMERIC", "double", 1.25, "1.25"],
  ["NUMERIC", "bytes", Buffer.from([0x00, 0x65, 0xcd, 0x1d]), "0.5"],
  ["NUMERIC", "bytes", Buffer.from([0x00, 0x36, 0x65, 0xc4]), "-1"],
  ["DATE", "int32", 19_849, "2024-05-06"],
  ["DATE", "string", "2024-05-06", "2024-05-06"],
  ["TIME", "string", "12:34:56.789", "12:34:56.789000"],
  ["TIME", "int64", packedTime, "12:34:56.789000"],
  ["DATETIME", "string", "2024-05-06 12:34:56", "2024-05-06T12:34:56.000000"],
  ["DATETIME", "int64", packedDatetime, "2024-05-06T12:34:56.789000"],
  ["TIMESTAMP", "int64", 1_714_998_896_789_000n, "2024-05-06T12:34:56.789000Z"],
  ["TIMESTAMP", "string", "2024-05-06T12:34:56Z", "2024-05-06T12:34:56.000000Z"],
  ["JSON", "string", '{"a":1}', '{"a":1}'],
] as const)("a %s column takes %s", (type, wire, value, expected) => {
  const { descriptor, row } = one(wire, value);
  expect(read([column("v", type)], descriptor, row)).toEqual({ v: expected });
});

test.each([
  ["INTEGER", "double"],
  ["STRING", "int64"],
  ["TIMESTAMP", "double"],
  ["JSON", "bytes"],
  ["RECORD", "string"],
] as const)("a %s column does not take %s, which is said before any row", (type, wire) => {
  const { descriptor } = one(wire, undefined);
  expect(() => sentRowReader([column("v", type, "NULLABLE", [column("x", "STRING")])], descriptor)).toThrow(
    SchemaMismatch,
  );
});

test.each([
  ["DATE", "int32", 3_000_000, /invalid date value of 3000000/],
  ["DATE", "string", "2024-02-30", /Unable to parse date: 2024-02-30/],
  ["TIMESTAMP", "int64", 2n ** 62n, /invalid timestamp value/],
  ["NUMERIC", "string", "1.1234567891", /has more than 9 digits after the point/],
  ["JSON", "string", "{", /Invalid JSON text/],
  ["TIME", "int64", packedTime + (24n << 32n), /Invalid TIME value/],
  ["STRING", "enum", 9, /Enum value 9 of v has no name/],
] as const)("a value that %s does not hold is an error of its row (%s)", (type, wire, value, reason) => {
  const { descriptor, row } = one(wire, value);
  expect(read([column("v", type)], descriptor, row)).toMatch(reason);
});

test("what is repeated has to be so on both sides", () => {
  const list = one("int64", [1, 2], "repeated");
  expect(read([column("v", "INTEGER", "REPEATED")], list.descriptor, list.row)).toEqual({ v: [1, 2] });
  expect(() => sentRowReader([column("v", "INTEGER")], list.descriptor)).toThrow(/field mode mismatched at v/);
});

test("bytes that are no message are an error of their row", () => {
  const { descriptor } = one("int64", 1);
  expect(read([column("v", "INTEGER")], descriptor, Buffer.from([0x08]))).toMatch(/^Malformed row/);
});

test("a column may be called as what every object has", () => {
  const descriptor = Descriptor.encode({
    name: "Row",
    nested: [],
    enums: [],
    fields: [{ name: "constructor", number: 1, label: 1, type: 9, typeName: "", options: undefined }],
  });
  expect(read([column("constructor", "STRING")], descriptor, new Uint8Array(0))).toEqual({ constructor: null });
});

const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });

test("what the stream processor sends is what the table holds", () => {
  const fields: readonly FieldSpec[] = [
    { name: "id", type: "STRING", mode: "REQUIRED" },
    { name: "n", type: "INTEGER", mode: "NULLABLE" },
    { name: "price", type: "NUMERIC", mode: "NULLABLE" },
    { name: "at", type: "TIMESTAMP", mode: "NULLABLE" },
    { name: "day", type: "DATE", mode: "NULLABLE" },
    { name: "tags", type: "STRING", mode: "REPEATED" },
    {
      name: "items",
      type: "RECORD",
      mode: "REPEATED",
      fields: [
        { name: "sku", type: "STRING", mode: "NULLABLE" },
        { name: "quantity", type: "INTEGER", mode: "NULLABLE" },
      ],
    },
  ];
  const columns = fields as readonly Column[];
  const encode = compileRowEncoder(fields);
  const descriptor = storageWriteDescriptor(fields);
  const rows = fc.record({
    id: fc.string(),
    n: orNull(fc.maxSafeInteger()),
    price: orNull(fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => String(cents / 8))),
    at: orNull(
      fc.constantFrom("2024-05-06T12:34:56.789012Z", "0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"),
    ),
    day: orNull(fc.constantFrom("2024-02-29", "1969-12-31")),
    tags: fc.array(fc.string(), { maxLength: 3 }),
    items: fc.array(fc.record({ sku: orNull(fc.string()), quantity: orNull(fc.integer()) }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(rows, (row) => {
      const writer = new WireWriter();
      encode(row, writer);
      expect(read(columns, descriptor, writer.finish())).toEqual(row);
    }),
  );
});
