import type { FieldSpec } from "../spec";
import { avroSchema, type AvroRecord, type AvroType } from "./avro-schema";
import { daysOf, microsecondsOfDay } from "./calendar";
import { unitsOf } from "./decimal";
import { fieldSpecs, type Columns } from "./field-spec";
import { microsecondsOf } from "./timestamp";

type Write = (value: unknown) => string;

/**
 * Rows as Pub/Sub takes them on a topic with an Avro schema and JSON messages: every field there, a value that
 * may be null wrapped in its type (`{"value": {"double": 1.5}}`), bytes as text of one character a byte.
 * @returns text, because an Avro long may have more digits than a JavaScript number.
 * @see https://avro.apache.org/docs/1.11.1/specification/#json-encoding
 */
export function avroJson(name: string, columns: Columns): (row: object) => string {
  return recordWriter(avroSchema(name, columns), fieldSpecs(columns));
}

function recordWriter(record: AvroRecord, fields: readonly FieldSpec[]): Write {
  const writers = record.fields.map(({ name, type }, i): readonly [name: string, write: Write] => [
    name,
    fieldWriter(type, fields[i] as FieldSpec),
  ]);
  return (row) => {
    const values = row as { readonly [name: string]: unknown };
    return `{${writers.map(([name, write]) => `${JSON.stringify(name)}:${write(values[name])}`).join(",")}}`;
  };
}

function fieldWriter(type: AvroType, field: FieldSpec): Write {
  if (field.mode === "NULLABLE") {
    const [, there] = type as readonly ["null", AvroType];
    const write = valueWriter(there, field);
    const branch = JSON.stringify(branchName(there));
    return (value) => (value === null ? "null" : `{${branch}:${write(value)}}`);
  }
  if (field.mode === "REPEATED") {
    const write = valueWriter((type as { readonly items: AvroType }).items, field);
    return (value) => `[${(value as readonly unknown[]).map(write).join(",")}]`;
  }
  return valueWriter(type, field);
}

/** What Avro calls a type within a union: a record by its name, a logical type by what it is made of. */
const branchName = (type: AvroType): string =>
  typeof type === "string" ? type : "name" in type ? type.name : "type" in type ? type.type : "union";

function valueWriter(type: AvroType, field: FieldSpec): Write {
  switch (field.type) {
    case "STRING":
    case "DATETIME":
    case "BOOLEAN":
    case "FLOAT":
      return (value) => JSON.stringify(value);
    case "INTEGER":
      return (value) => String(value);
    case "JSON":
      return (value) => JSON.stringify(JSON.stringify(value));
    case "BYTES":
      return (value) => JSON.stringify(Buffer.from(value as string, "base64").toString("latin1"));
    case "NUMERIC":
      return (value) => JSON.stringify(twosComplement(unitsOf(value as string)));
    case "TIMESTAMP":
      return (value) => String(microsecondsOf(value as string));
    case "DATE":
      return (value) => String(daysOf(value as string));
    case "TIME":
      return (value) => String(microsecondsOfDay(value as string));
    case "RECORD":
      return recordWriter(type as AvroRecord, field.fields ?? []);
  }
}

/** The fewest bytes that hold a whole number, highest first, a character each. */
function twosComplement(value: bigint): string {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes++;
  const hex = BigInt.asUintN(bytes * 8, value).toString(16);
  return Buffer.from(hex.padStart(bytes * 2, "0"), "hex").toString("latin1");
}
