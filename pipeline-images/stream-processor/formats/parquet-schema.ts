/** Fields as Parquet's schema, each column's values as hyparquet-writer takes them. */
import type { SchemaElement } from "hyparquet";
import { daysOf, microsecondsOfDay } from "../../../pipeline/schema/calendar";
import { unitsOf } from "../../../pipeline/schema/decimal";
import type { AnyRow } from "../../../pipeline/schema/row";
import { microsecondsOf } from "../../../pipeline/schema/timestamp";
import type { FieldSpec, Json } from "../../../pipeline/spec";

/**
 * Logical types are those that BigQuery reads as the same columns.
 * @see https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-parquet#parquet_conversions
 */
export function parquetSchema(fields: readonly FieldSpec[]): SchemaElement[] {
  return [{ name: "row", num_children: fields.length }, ...fields.flatMap(elementsOf)];
}

/** A REPEATED is a LIST of three levels, in which nothing is missing. */
function elementsOf(field: FieldSpec): SchemaElement[] {
  const { name, mode } = field;
  if (mode === "NULLABLE") return valueElements(field, name, "OPTIONAL");
  if (mode === "REQUIRED") return valueElements(field, name, "REQUIRED");
  return [
    { name, repetition_type: "REQUIRED", num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...valueElements(field, "element", "REQUIRED"),
  ];
}

function valueElements(
  { type, fields = [] }: FieldSpec,
  name: string,
  repetition_type: "OPTIONAL" | "REQUIRED",
): SchemaElement[] {
  if (type !== "RECORD") return [{ name, repetition_type, ...leaves[type] }];
  return [{ name, repetition_type, num_children: fields.length }, ...fields.flatMap(elementsOf)];
}

/** A time without a zone has no older name: that would say that it is of UTC. */
const leaves: { readonly [type in Exclude<FieldSpec["type"], "RECORD">]: Omit<SchemaElement, "name"> } = {
  STRING: { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } },
  JSON: { type: "BYTE_ARRAY", converted_type: "JSON", logical_type: { type: "JSON" } },
  BYTES: { type: "BYTE_ARRAY" },
  INTEGER: { type: "INT64" },
  FLOAT: { type: "DOUBLE" },
  BOOLEAN: { type: "BOOLEAN" },
  NUMERIC: {
    type: "FIXED_LEN_BYTE_ARRAY",
    type_length: 16,
    converted_type: "DECIMAL",
    logical_type: { type: "DECIMAL", precision: 38, scale: 9 },
    precision: 38,
    scale: 9,
  },
  TIMESTAMP: {
    type: "INT64",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
  },
  DATETIME: { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MICROS" } },
  DATE: { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } },
  TIME: { type: "INT64", logical_type: { type: "TIME", isAdjustedToUTC: false, unit: "MICROS" } },
};

/** A field of a row as a value of its column. What it adds to a file is told: about so many bytes. */
export type ToColumn = (value: Json, grows: (bytes: number) => void) => unknown;

export function columnOf(field: FieldSpec): ToColumn {
  const value = valueOf(field);
  if (field.mode !== "REPEATED") return (one, grows) => (one === null ? null : value(one, grows));
  return (list, grows) => (list as readonly Json[]).map((one) => value(one, grows));
}

function valueOf({ type, fields = [] }: FieldSpec): ToColumn {
  switch (type) {
    case "STRING":
      return (value, grows) => {
        grows((value as string).length + 4);
        return value;
      };
    case "JSON":
      return (value, grows) => {
        grows(JSON.stringify(value).length + 4);
        return value;
      };
    case "BYTES":
      return (value, grows) => {
        const bytes = Buffer.from(value as string, "base64");
        grows(bytes.length + 4);
        return bytes;
      };
    case "RECORD":
      return recordOf(fields);
    default:
      return sized(type);
  }
}

function recordOf(fields: readonly FieldSpec[]): ToColumn {
  const members = fields.map((field) => [field.name, columnOf(field)] as const);
  return (value, grows) => {
    const row = value as AnyRow;
    return Object.fromEntries(members.map(([name, toColumn]) => [name, toColumn(row[name] ?? null, grows)]));
  };
}

/** Values of one size. */
function sized(type: FieldSpec["type"]): ToColumn {
  const [size, value] = sizes[type] ?? [1, (one: Json): unknown => one];
  return (one, grows) => {
    grows(size);
    return value(one);
  };
}

const sizes: { readonly [type in FieldSpec["type"]]?: readonly [bytes: number, value: (one: Json) => unknown] } = {
  INTEGER: [8, (one) => BigInt(one as string | number)],
  FLOAT: [8, (one) => one],
  NUMERIC: [16, (one) => unitsOf(one as string)],
  TIMESTAMP: [8, (one) => microsecondsOf(one as string)],
  DATETIME: [8, (one) => microsecondsOf(`${one as string}Z`)],
  DATE: [4, (one) => daysOf(one as string)],
  TIME: [8, (one) => BigInt(microsecondsOfDay(one as string))],
};
