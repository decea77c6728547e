/** Rows as Avro's binary values, by the schema that is derived from their fields. */
import type { WireWriter } from "../../../pipeline/protobuf/wire";
import { daysOf, microsecondsOfDay } from "../../../pipeline/schema/calendar";
import { unitsOf } from "../../../pipeline/schema/decimal";
import type { AnyRow } from "../../../pipeline/schema/row";
import { microsecondsOf } from "../../../pipeline/schema/timestamp";
import type { FieldSpec, Json } from "../../../pipeline/spec";
import { twosComplement } from "./avro-bytes";

type Write = (value: Json, into: WireWriter) => void;

export function rowWriter(fields: readonly FieldSpec[]): (row: AnyRow, into: WireWriter) => void {
  const writers = fields.map((field) => [field.name, fieldWriter(field)] as const);
  return (row, into) => {
    for (const [name, write] of writers) write(row[name] ?? null, into);
  };
}

/** A length before bytes: zigzag, twice as much. */
export const writeBytes = (bytes: Uint8Array, into: WireWriter): WireWriter =>
  into.sint64(BigInt(bytes.length)).raw(bytes);

/** A NULLABLE is a union of null and its type, a REPEATED an array of one block. */
function fieldWriter(field: FieldSpec): Write {
  const write = valueWriter(field);
  if (field.mode === "NULLABLE") {
    return (value, into) => {
      into.sint64(value === null ? 0n : 1n);
      if (value !== null) write(value, into);
    };
  }
  if (field.mode === "REQUIRED") return write;
  return (value, into) => {
    const list = value as readonly Json[];
    if (list.length > 0) into.sint64(BigInt(list.length));
    for (const one of list) write(one, into);
    into.sint64(0n);
  };
}

function valueWriter({ type, fields = [] }: FieldSpec): Write {
  switch (type) {
    case "STRING":
    case "DATETIME":
      return (value, into) => void writeBytes(Buffer.from(value as string), into);
    case "JSON":
      return (value, into) => void writeBytes(Buffer.from(JSON.stringify(value)), into);
    case "INTEGER":
      return (value, into) => void into.sint64(BigInt(value as string | number));
    case "FLOAT":
      return (value, into) => void into.double(value as number);
    case "BOOLEAN":
      return (value, into) => void into.bool(value as boolean);
    case "BYTES":
      return (value, into) => void writeBytes(Buffer.from(value as string, "base64"), into);
    case "NUMERIC":
      return (value, into) => void writeBytes(twosComplement(unitsOf(value as string)), into);
    case "TIMESTAMP":
      return (value, into) => void into.sint64(microsecondsOf(value as string));
    case "DATE":
      return (value, into) => void into.sint64(BigInt(daysOf(value as string)));
    case "TIME":
      return (value, into) => void into.sint64(BigInt(microsecondsOfDay(value as string)));
    case "RECORD": {
      const write = rowWriter(fields);
      return (value, into) => write(value as AnyRow, into);
    }
  }
}
