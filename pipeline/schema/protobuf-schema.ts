import type { FieldSpec } from "../spec";
import { fieldSpecs, type Columns } from "./field-spec";

/**
 * An event as a protobuf schema, for Pub/Sub topics whose messages are JSON: there null, an absent field and
 * 64-bit integers as text are all legal, which Avro's JSON refuses. Field numbers follow the order of the fields,
 * so a field is added at the end, as with a table's columns. NUMERIC and JSON are text in such a message.
 * @see https://cloud.google.com/pubsub/docs/schemas
 */
export function protobufSchema(name: string, columns: Columns): string {
  return `syntax = "proto3";\n\n${message(name, fieldSpecs(columns), "")}`;
}

function message(name: string, fields: readonly FieldSpec[], indent: string): string {
  const within = `${indent}  `;
  const taken = new Set(fields.map((field) => field.name));
  const nested: string[] = [];
  const lines = fields.map((field, index) => {
    let type = scalar(field);
    if (field.type === "RECORD") {
      type = unused(pascal(field.name), taken);
      nested.push(message(type, field.fields ?? [], within));
    }
    return `${comment(field, within)}${within}${label(field)}${type} ${field.name} = ${index + 1};\n`;
  });
  return `${indent}message ${name} {\n${nested.join("")}${lines.join("")}${indent}}\n`;
}

const label = ({ mode }: FieldSpec): string =>
  mode === "REPEATED" ? "repeated " : mode === "NULLABLE" ? "optional " : "";

const comment = ({ description = "" }: FieldSpec, indent: string): string =>
  description === "" ? "" : `${description.replaceAll(/^/gm, `${indent}// `)}\n`;

function scalar({ type, encoding }: FieldSpec): string {
  switch (type) {
    case "INTEGER":
      return "int64";
    case "FLOAT":
      return "double";
    case "BOOLEAN":
      return "bool";
    case "BYTES":
      return "bytes";
    case "TIMESTAMP":
      return encoding === undefined || encoding === "text" ? "string" : "int64";
    case "STRING":
    case "NUMERIC":
    case "DATE":
    case "DATETIME":
    case "TIME":
    case "JSON":
    case "RECORD":
      return "string";
  }
}

const pascal = (name: string): string =>
  name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("") || "Record";

/** A message and a field of one name in one message are a conflict to protobuf. */
function unused(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free += "_";
  taken.add(free);
  return free;
}
