/**
 * A row as BigQuery's REST lists it: values without names, almost all of them text.
 * @see https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list
 */
import { timestampOfMicroseconds } from "../../../pipeline/schema/timestamp";
import type { Json } from "../../../pipeline/spec";

/** A column as a table's schema has it. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly fields?: readonly Column[];
}

export interface Listed {
  readonly f: readonly { readonly v: unknown }[];
}

/** As JSON, with the names of its columns; timestamps were asked for as microseconds. */
export const rowOf = (columns: readonly Column[], { f }: Listed): { [name: string]: Json } =>
  Object.fromEntries(columns.map((column, i) => [column.name, valueOf(column, f[i]?.v)]));

function valueOf(column: Column, value: unknown): Json {
  if (column.mode === "REPEATED") return (value as readonly { v: unknown }[]).map(({ v }) => one(column, v));
  return one(column, value);
}

function one({ type, fields = [] }: Column, value: unknown): Json {
  if (value === null || value === undefined) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  switch (type) {
    case "RECORD":
    case "STRUCT":
      return rowOf(fields, value as Listed);
    case "FLOAT":
    case "FLOAT64":
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case "BOOLEAN":
    case "BOOL":
      return text === "true";
    case "TIMESTAMP":
      return timestampOfMicroseconds(BigInt(text));
    case "JSON":
      return JSON.parse(text) as Json;
    default:
      return text;
  }
}
