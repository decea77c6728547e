/**
 * A row as a document of Firestore: each field by the type that Firestore has for it. NUMERIC, DATE, DATETIME and TIME,
 * for which it has none, are text.
 */
import { WireReader, WireType, type WireWriter } from "../../../../pipeline/protobuf/wire";
import type { FieldSpec, FieldType, Json } from "../../../../pipeline/spec";
import { millisecondsOf, timestampOf } from "../../../../pipeline/schema/timestamp";
import type { KeyText } from "../key-text";
import type { EncodeInRequest } from "../row-buffer";

const { bytes, varint, fixed64 } = WireType;
/** Document.name: until it leaves, the id alone. */
const NAME = 1;
/** Document.fields, MapValue.fields, and their entries' keys and values. */
const DOCUMENT_FIELDS = 2;
const MAP_FIELDS = 1;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;
/** ArrayValue.values */
const VALUES = 1;
/** Kinds of Value. */
const kinds = { boolean: 1, integer: 2, double: 3, map: 6, array: 9, timestamp: 10, null: 11, string: 17, bytes: 18 };

type WriteValue = (writer: WireWriter, value: Json) => void;

export function documentEncoder(fields: readonly FieldSpec[], id: KeyText): EncodeInRequest {
  const writeFields = fieldsWriter(fields, DOCUMENT_FIELDS);
  return (row, writer) => {
    writer.tag(NAME, bytes).string(id(row));
    writeFields(writer, row);
  };
}

/** Writes the fields of a record as entries of a map. */
function fieldsWriter(fields: readonly FieldSpec[], number: number): WriteValue {
  const writers = fields.map((field) => ({ name: field.name, value: valueWriter(field) }));
  return (writer, record) => {
    const given = record as { readonly [name: string]: Json };
    for (const { name, value } of writers) {
      writer.tag(number, bytes).message((entry) => {
        entry.tag(ENTRY_KEY, bytes).string(name);
        entry.tag(ENTRY_VALUE, bytes).message((into) => value(into, given[name] as Json));
      });
    }
  };
}

function valueWriter(field: FieldSpec): WriteValue {
  const one = field.type === "RECORD" ? mapWriter(field.fields ?? []) : scalars[field.type];
  if (field.mode === "REPEATED") return (writer, values) => writeArray(writer, values as readonly Json[], one);
  if (field.mode === "REQUIRED") return one;
  return (writer, value) => (value === null ? writeNull(writer) : one(writer, value));
}

function mapWriter(fields: readonly FieldSpec[]): WriteValue {
  const writeFields = fieldsWriter(fields, MAP_FIELDS);
  return (writer, record) => {
    writer.tag(kinds.map, bytes).message((map) => writeFields(map, record));
  };
}

function writeArray(writer: WireWriter, values: readonly Json[], one: WriteValue): void {
  writer.tag(kinds.array, bytes).message((array) => {
    for (const value of values) array.tag(VALUES, bytes).message((into) => one(into, value));
  });
}

const writeNull = (writer: WireWriter): void => void writer.tag(kinds.null, varint).uint32(0);

const writeText: WriteValue = (writer, value) => void writer.tag(kinds.string, bytes).string(value as string);

const scalars: { readonly [Type in Exclude<FieldType, "RECORD">]: WriteValue } = {
  STRING: writeText,
  NUMERIC: writeText,
  DATE: writeText,
  DATETIME: writeText,
  TIME: writeText,
  // Digits of 64 bits are text in a row.
  INTEGER: (writer, value) => void writer.tag(kinds.integer, varint).int64(BigInt(value as number | string)),
  FLOAT: (writer, value) => void writer.tag(kinds.double, fixed64).double(value as number),
  BOOLEAN: (writer, value) => void writer.tag(kinds.boolean, varint).bool(value as boolean),
  BYTES: (writer, value) => void writer.tag(kinds.bytes, bytes).delimited(Buffer.from(value as string, "base64")),
  TIMESTAMP(writer, value) {
    const text = value as string;
    const seconds = Math.floor(millisecondsOf(text) / 1_000);
    writer.tag(kinds.timestamp, bytes).message((time) => {
      time.tag(1, varint).safeInt64(seconds);
      time.tag(2, varint).int32(Number(text.slice(20, 26)) * 1_000);
    });
  },
  JSON: writeJson,
};

/** Whatever JSON there is: whole numbers of the safe range are integers, others are not. */
function writeJson(writer: WireWriter, value: Json): void {
  if (value === null) writeNull(writer);
  else if (typeof value === "string") writeText(writer, value);
  else if (typeof value === "boolean") scalars.BOOLEAN(writer, value);
  else if (typeof value === "number") {
    const whole = Number.isSafeInteger(value);
    (whole ? scalars.INTEGER : scalars.FLOAT)(writer, value);
  } else if (Array.isArray(value)) writeArray(writer, value as readonly Json[], writeJson);
  else {
    writer.tag(kinds.map, bytes).message((map) => {
      for (const [name, one] of Object.entries(value)) {
        map.tag(MAP_FIELDS, bytes).message((entry) => {
          entry.tag(ENTRY_KEY, bytes).string(name);
          entry.tag(ENTRY_VALUE, bytes).message((into) => writeJson(into, one));
        });
      }
    });
  }
}

/** A document that was encoded, apart: its id, and its fields as they stand in it. */
export function partsOfDocument(document: Uint8Array): { readonly id: string; readonly fields: Uint8Array } {
  const reader = new WireReader(document);
  reader.uint32();
  return { id: reader.string(), fields: document.subarray(reader.at) };
}

export const idOfDocument = (document: Uint8Array): string => partsOfDocument(document).id;

/** A document as the row that it was. */
export function readableDocument(document: Uint8Array, fields: readonly FieldSpec[]): Json {
  const row = mapOf(new WireReader(partsOfDocument(document).fields));
  // What has no type of its own in Firestore, and what is text in a row, is in the row as it was.
  for (const { name, as } of fields) if (as === "text" && typeof row[name] === "number") row[name] = String(row[name]);
  return row;
}

function mapOf(reader: WireReader): { [name: string]: Json } {
  const map: [string, Json][] = [];
  while (!reader.done) {
    reader.uint32();
    const entry = reader.message();
    entry.uint32();
    const name = entry.string();
    entry.uint32();
    map.push([name, valueOf(entry.message())]);
  }
  return Object.fromEntries(map);
}

function valueOf(reader: WireReader): Json {
  const kind = reader.uint32() >>> 3;
  if (kind === kinds.boolean) return reader.bool();
  if (kind === kinds.integer) return integerOf(reader.int64());
  if (kind === kinds.double) return reader.double();
  if (kind === kinds.string) return reader.string();
  if (kind === kinds.bytes) return Buffer.from(reader.view8()).toString("base64");
  if (kind === kinds.timestamp) return timeOf(reader.message());
  if (kind === kinds.map) return mapOf(reader.message());
  if (kind !== kinds.array) return null;
  const array = reader.message();
  const values: Json[] = [];
  while (!array.done) {
    array.uint32();
    values.push(valueOf(array.message()));
  }
  return values;
}

const integerOf = (value: bigint): Json => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value));

function timeOf(reader: WireReader): string {
  reader.uint32();
  const seconds = reader.safeInt64();
  reader.uint32();
  return timestampOf(seconds, reader.int32() / 1_000);
}
