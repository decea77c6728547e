import { adapt, protos } from "@google-cloud/bigquery-storage";
import { JSONEncoder } from "@google-cloud/bigquery-storage/build/src/managedwriter/encoder";
import * as fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { WireReader, WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import { bigQuerySchema, type BigQueryColumn } from "../../../pipeline/schema/bigquery-schema";
import { daysOf } from "../../../pipeline/schema/calendar";
import { Descriptor, ProtoLabel, ProtoType } from "../../../pipeline/schema/descriptor";
import { integer, json, nullable, record, repeated, string, timestamp } from "../../../pipeline/schema/field";
import { compileRowReader, EnumValue, type WireRow } from "../../../pipeline/schema/storage-read";
import { compileRowEncoder, storageWriteDescriptor } from "../../../pipeline/schema/storage-write";
import { microsecondsOf } from "../../../pipeline/schema/timestamp";
import type { FieldSpec } from "../../../pipeline/spec";
import { fieldsAndRow, someFields, type PlainRow } from "./support/arbitrary";

const DescriptorProto = protos.google.protobuf.DescriptorProto;
type IDescriptorProto = protos.google.protobuf.IDescriptorProto;

function encode(columns: Parameters<typeof compileRowEncoder>[0], row: PlainRow): Uint8Array {
  const writer = new WireWriter();
  compileRowEncoder(columns)(row as Parameters<ReturnType<typeof compileRowEncoder>>[0], writer);
  return Uint8Array.from(writer.finish());
}

const safe = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

/** What BigQuery finds on the wire for a value of a row. */
function onTheWire(field: FieldSpec, value: unknown): unknown {
  if (field.mode === "REPEATED")
    return (value as unknown[]).map((one) => onTheWire({ ...field, mode: "REQUIRED" }, one));
  switch (field.type) {
    case "INTEGER":
      return safe(BigInt(value as string));
    case "TIMESTAMP":
      return safe(microsecondsOf(value as string));
    case "DATE":
      return daysOf(value as string);
    case "BYTES":
      return Uint8Array.from(Buffer.from(value as string, "base64"));
    case "JSON":
      return JSON.stringify(value);
    case "RECORD":
      return rowOnTheWire(field.fields ?? [], value as PlainRow);
    default:
      return value;
  }
}
/** Null and an empty list are not sent. */
function rowOnTheWire(fields: readonly FieldSpec[], row: PlainRow): PlainRow {
  const sent = fields.filter(({ name, mode }) =>
    mode === "NULLABLE" ? row[name] !== null : mode === "REPEATED" ? (row[name] as unknown[]).length > 0 : true,
  );
  return Object.fromEntries(sent.map((field) => [field.name, onTheWire(field, row[field.name])]));
}

/** Columns as Google's writers take them. */
const storageSchema = (columns: readonly BigQueryColumn[]): object =>
  adapt.convertBigQuerySchemaToStorageTableSchema({
    fields: columns as unknown as [],
  });
const googleDescriptor = (fields: readonly FieldSpec[]): IDescriptorProto =>
  adapt.convertStorageSchemaToProto2Descriptor(storageSchema(bigQuerySchema(fields)), "root");

/** Types, labels and numbers by path, whatever the messages are called. */
function layout(message: IDescriptorProto, root = message, path = ""): string[] {
  return (message.field ?? []).flatMap((field) => {
    const at = `${path}.${field.name}`;
    const name = field.typeName?.split(".").at(-1);
    const nested = [...(message.nestedType ?? []), ...(root.nestedType ?? [])].find((one) => one.name === name);
    const inner = field.typeName && nested ? layout(nested, root, at) : [];
    return [`${at} ${field.number} ${field.type} ${field.label}`, ...inner];
  });
}

describe("the descriptor of rows", () => {
  test("has the types, labels and numbers of Google's own", () => {
    fc.assert(
      fc.property(someFields, (fields) => {
        const ours = DescriptorProto.decode(storageWriteDescriptor(fields));
        expect(layout(ours)).toEqual(layout(googleDescriptor(fields)));
      }),
    );
  });

  test("is read back as the columns", () => {
    const fields = { at: timestamp(), items: repeated(record({ sku: string(), n: nullable(integer()) })) };
    expect(compileRowReader(storageWriteDescriptor(fields)).columns).toEqual([
      { name: "at", type: "int64", label: "required" },
      {
        name: "items",
        type: "message",
        label: "repeated",
        columns: [
          { name: "sku", type: "string", label: "required" },
          { name: "n", type: "int64", label: "optional" },
        ],
      },
    ]);
  });
});

/** Google's encoder trips over fields that every object has. */
const namedAsObjects = (fields: readonly FieldSpec[]): boolean =>
  fields.some(({ name, fields: inner = [] }) => name in Object.prototype || namedAsObjects(inner));

describe("an encoded row", () => {
  test("is read back by its descriptor", () => {
    fc.assert(
      fc.property(fieldsAndRow(), ({ fields, row }) => {
        const reader = compileRowReader(storageWriteDescriptor(fields));
        expect(reader.read(encode(fields, row))).toEqual(rowOnTheWire(fields, row));
      }),
      { numRuns: 100 },
    );
  });

  test("is what Google's encoder makes of it, and what protobufjs reads by Google's descriptor", () => {
    fc.assert(
      fc.property(fieldsAndRow(), ({ fields, row }) => {
        fc.pre(!namedAsObjects(fields));
        const descriptor = googleDescriptor(fields);
        const reader = compileRowReader(DescriptorProto.encode(DescriptorProto.create(descriptor)).finish());
        const wire = rowOnTheWire(fields, row);
        expect(reader.read(encode(fields, row))).toEqual(wire);

        const type = protobuf.Type.fromDescriptor(descriptor);
        expect(reader.read(type.encode(type.decode(encode(fields, row))).finish())).toEqual(wire);

        const encoder = new JSONEncoder({ protoDescriptor: descriptor });
        const [bytes] = encoder.encodeRows([asGoogleTakesIt(wire) as never]);
        expect(reader.read(bytes as Uint8Array)).toEqual(wire);
      }),
    );
  });

  test("is a message within a request", () => {
    const fields = { a: string(), b: nullable(json()) };
    const row = compileRowEncoder(fields);
    const writer = new WireWriter();
    for (const a of ["x", "y"]) writer.tag(1, WireType.bytes).message((inner) => row({ a, b: null }, inner));
    const request = new WireReader(writer.finish());
    const rows: WireRow[] = [];
    while (!request.done) {
      expect(request.uint32()).toBe(10);
      rows.push(compileRowReader(storageWriteDescriptor(fields)).read(request.view8()));
    }
    expect(rows).toEqual([{ a: "x" }, { a: "y" }]);
  });

  test("tells JSON's null from no value", () => {
    const fields = { must: json(), may: nullable(json()), list: repeated(json()) };
    const reader = compileRowReader(storageWriteDescriptor(fields));
    expect(reader.read(encode(fields, { must: null, may: null, list: [null] }))).toEqual({
      must: "null",
      list: ["null"],
    });
  });
});

const column = (
  name: string,
  number: number,
  type: number,
  more: { label?: number; typeName?: string; columnName?: string } = {},
) => ({
  name,
  number,
  type,
  label: more.label ?? ProtoLabel.optional,
  typeName: more.typeName ?? "",
  options: more.columnName === undefined ? undefined : { columnName: more.columnName },
});
const read = (descriptor: Partial<Descriptor>, write: (writer: WireWriter) => void): WireRow => {
  const writer = new WireWriter();
  write(writer);
  const whole = { name: "Row", fields: [], nested: [], enums: [], ...descriptor };
  return compileRowReader(Descriptor.encode(whole)).read(writer.finish());
};

const none = (): undefined => undefined;

describe("rows of other clients", () => {
  test("may have every type of number", () => {
    const numbers = [
      "float",
      "uint64",
      "fixed64",
      "fixed32",
      "uint32",
      "sfixed32",
      "sfixed64",
      "sint32",
      "sint64",
    ] as const;
    const fields = numbers.map((type, i) => column(type, i + 1, ProtoType[type]));
    const row = read({ fields }, (w) => {
      w.tag(1, WireType.fixed32).float(0.5);
      w.tag(2, WireType.varint).int64(-1n);
      w.tag(3, WireType.fixed64).fixed64(7n);
      w.tag(4, WireType.fixed32).fixed32(2 ** 32 - 1);
      w.tag(5, WireType.varint).uint32(5);
      w.tag(6, WireType.fixed32).fixed32(2 ** 32 - 1);
      w.tag(7, WireType.fixed64).fixed64(-7n);
      w.tag(8, WireType.varint).sint64(-8n);
      w.tag(9, WireType.varint).sint64(-(2n ** 60n));
    });
    const expected = [0.5, 2n ** 64n - 1n, 7, 2 ** 32 - 1, 5, -1, -7, -8, -(2n ** 60n)];
    expect(row).toEqual(Object.fromEntries(numbers.map((type, i) => [type, expected[i]])));
  });

  test("may have enums, wrappers, times, packed lists and columns that protobuf cannot name", () => {
    const fields = [
      column("kind", 1, ProtoType.enum, { typeName: ".acme.Row.Kind" }),
      column("text", 2, ProtoType.message, { typeName: ".google.protobuf.StringValue" }),
      column("flag", 3, ProtoType.message, { typeName: ".google.protobuf.BoolValue" }),
      column("at", 4, ProtoType.message, { typeName: ".google.protobuf.Timestamp" }),
      column("list", 5, ProtoType.int64, { label: ProtoLabel.repeated }),
      column("field_1", 6, ProtoType.string, { columnName: "größe" }),
      column("__proto__", 7, ProtoType.string),
    ];
    const enums = [
      {
        name: "Kind",
        values: [
          { name: "NONE", number: 0 },
          { name: "CLICK", number: 1 },
        ],
      },
    ];
    const row = read({ fields, enums }, (w) => {
      w.tag(1, WireType.varint).int32(1);
      w.tag(2, WireType.bytes).message((inner) => inner.tag(1, WireType.bytes).string("x"));
      w.tag(3, WireType.bytes).message(() => undefined);
      w.tag(4, WireType.bytes).message((inner) => inner.tag(1, WireType.varint).safeInt64(1_706_702_400));
      w.tag(5, WireType.varint).safeInt64(1);
      w.tag(5, WireType.bytes).message((inner) => inner.safeInt64(2).safeInt64(3));
      w.tag(6, WireType.bytes).string("XL");
      w.tag(7, WireType.bytes).string("own");
      w.tag(99, WireType.bytes).string("unknown");
    });
    expect(Object.entries(row)).toEqual([
      ["kind", new EnumValue(1, "CLICK")],
      ["text", "x"],
      ["flag", false],
      ["at", { seconds: 1_706_702_400 }],
      ["list", [1, 2, 3]],
      ["größe", "XL"],
      ["__proto__", "own"],
    ]);
  });

  test("are refused where the descriptor does not describe them", () => {
    const itself = { name: "A", fields: [column("a", 1, ProtoType.message, { typeName: "A" })], nested: [], enums: [] };
    expect(() => read({ fields: [column("x", 1, ProtoType.message, { typeName: "X" })] }, none)).toThrow(
      "field x is a X, which the descriptor does not describe",
    );
    expect(() => read({ fields: [column("x", 1, ProtoType.enum, { typeName: "X" })] }, none)).toThrow(
      "does not describe",
    );
    expect(() => read({ fields: [column("x", 1, ProtoType.group)] }, none)).toThrow(
      "has type 10, which no row can have",
    );
    expect(() => read({ fields: itself.fields, nested: [itself] }, none)).toThrow("A lies 16 messages deep");
  });

  test("are refused where their bytes are another type's", () => {
    const fields = [column("n", 1, ProtoType.int64)];
    expect(() => read({ fields }, (w) => w.tag(1, WireType.bytes).string("x"))).toThrow(
      "a field has wire type 2 where 0 belongs",
    );
    expect(() => read({ fields }, (w) => w.tag(1, WireType.varint))).toThrow("the message ends within a varint");
  });
});

/** Bytes as Buffers and 64 bits as text, which protobufjs takes. */
function asGoogleTakesIt(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return value.map(asGoogleTakesIt);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asGoogleTakesIt(one)]));
}
