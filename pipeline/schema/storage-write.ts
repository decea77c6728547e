/**
 * Rows for BigQuery's Storage Write API: the descriptor of their message and their encoding. Column i has field
 * number i + 1; TIMESTAMP is int64 microseconds, DATE int32 days, NUMERIC, DATETIME, TIME and JSON are text.
 * @see https://cloud.google.com/bigquery/docs/supported-data-types
 */
import { WireType, type WireWriter } from "../protobuf/wire";
import type { FieldSpec, FieldType } from "../spec";
import { daysOf } from "./calendar";
import { Descriptor, ProtoLabel, ProtoType } from "./descriptor";
import { fieldSpecs, type Columns } from "./field-spec";
import { generate, literal } from "./generated";
import type { AnyRow } from "./row";
import { microsecondsOf, safeMicrosecondsOf } from "./timestamp";

const protoTypes = {
  STRING: ProtoType.string,
  INTEGER: ProtoType.int64,
  FLOAT: ProtoType.double,
  NUMERIC: ProtoType.string,
  BOOLEAN: ProtoType.bool,
  TIMESTAMP: ProtoType.int64,
  DATE: ProtoType.int32,
  DATETIME: ProtoType.string,
  TIME: ProtoType.string,
  BYTES: ProtoType.bytes,
  JSON: ProtoType.string,
  RECORD: ProtoType.message,
} as const satisfies Record<FieldType, number>;

/** The serialized DescriptorProto of rows of these columns: `proto_descriptor` of the first AppendRows request. */
export function storageWriteDescriptor(columns: Columns): Uint8Array {
  return Descriptor.encode(rowDescriptor("Row", fieldSpecs(columns)));
}

function rowDescriptor(name: string, fields: readonly FieldSpec[]): Descriptor {
  const nested = fields.flatMap((field, i) =>
    field.type === "RECORD" ? [rowDescriptor(nestedName(name, i), field.fields ?? [])] : [],
  );
  return {
    name,
    nested,
    enums: [],
    fields: fields.map((field, i) => ({
      name: field.name,
      number: i + 1,
      label: labels[field.mode],
      type: protoTypes[field.type],
      typeName: field.type === "RECORD" ? nestedName(name, i) : "",
      options: undefined,
    })),
  };
}

/** By place and not by name: no two records of a row share one, whatever its columns are called. */
const nestedName = (parent: string, index: number): string => `${parent}_${index + 1}`;

const labels = {
  REQUIRED: ProtoLabel.required,
  NULLABLE: ProtoLabel.optional,
  REPEATED: ProtoLabel.repeated,
} as const;

/** Writes a row as the content of its message. Within a request: `writer.tag(1, WireType.bytes).message((w) => encode(row, w))`. */
export type EncodeRow = (row: AnyRow, writer: WireWriter) => void;

/**
 * Makes the encoder of rows of these columns, in the one form of each type. Null is left out.
 * It checks nothing: rows come from the decoder or from the check of what a function gave.
 */
export function compileRowEncoder(columns: Columns): EncodeRow {
  const functions: string[] = [];
  const main = recordFunction(fieldSpecs(columns), functions);
  const scope = { writeMicroseconds, daysOf, bytesOf };
  return generate(`${functions.join("\n")}\nreturn ${main};`, scope) as EncodeRow;
}

const bytesOf = (base64: string): Uint8Array => Buffer.from(base64, "base64");

function writeMicroseconds(writer: WireWriter, timestamp: string): void {
  const safe = safeMicrosecondsOf(timestamp);
  if (safe === undefined) writer.int64(microsecondsOf(timestamp));
  else writer.safeInt64(safe);
}

function recordFunction(fields: readonly FieldSpec[], functions: string[]): string {
  const writes = fields.map((field, i) => {
    const value = `row[${literal(field.name)}]`;
    if (field.mode === "REPEATED") return `for (const v of ${value}) { ${write(field, i + 1, functions)} }`;
    const there = field.mode === "NULLABLE" ? "if (v !== null) " : "";
    return `{ const v = ${value}; ${there}{ ${write(field, i + 1, functions)} } }`;
  });
  const name = `record${functions.length}`;
  functions.push(`function ${name}(row, w) {\n${writes.join("\n")}\n}`);
  return name;
}

/** A statement that writes `v` with its tag. */
function write(field: FieldSpec, number: number, functions: string[]): string {
  const tagged = (wireType: WireType): string => `w.tag(${number}, ${wireType})`;
  switch (field.type) {
    case "STRING":
    case "NUMERIC":
    case "DATETIME":
    case "TIME":
      return `${tagged(WireType.bytes)}.string(v);`;
    case "JSON":
      return `${tagged(WireType.bytes)}.string(JSON.stringify(v));`;
    case "BYTES":
      return `${tagged(WireType.bytes)}.delimited(bytesOf(v));`;
    case "INTEGER":
      return field.as === "text"
        ? `${tagged(WireType.varint)}.int64(BigInt(v));`
        : `${tagged(WireType.varint)}.safeInt64(v);`;
    case "FLOAT":
      return `${tagged(WireType.fixed64)}.double(v);`;
    case "BOOLEAN":
      return `${tagged(WireType.varint)}.bool(v);`;
    case "TIMESTAMP":
      return `writeMicroseconds(${tagged(WireType.varint)}, v);`;
    case "DATE":
      return `${tagged(WireType.varint)}.int32(daysOf(v));`;
    case "RECORD":
      return `${tagged(WireType.bytes)}.message((w) => ${recordFunction(field.fields ?? [], functions)}(v, w));`;
  }
}
