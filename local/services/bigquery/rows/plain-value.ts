/** Values of DuckDB as plain rows, for tests, the console and the command line: what a pipeline's functions see. */
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import { dateOf } from "../../../../pipeline/schema/calendar";
import { timestampOfMicroseconds } from "../../../../pipeline/schema/timestamp";
import type { Column } from "../schema/column";
import { clockText, datetimeText, decimalText, intervalText } from "./rest-value";

/**
 * INTEGER is a number, and text outside of the safe range; NUMERIC, times and JSON are text, BYTES base64;
 * a RECORD is an object, REPEATED an array.
 */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [field: string]: PlainValue };
export interface PlainRow {
  readonly [column: string]: PlainValue;
}

export const plainRow = (columns: readonly Column[], values: readonly DuckDBValue[]): PlainRow =>
  Object.fromEntries(columns.map((column, at) => [column.name, columnValue(column, values[at] ?? null)]));

function columnValue(column: Column, value: DuckDBValue): PlainValue {
  if (column.mode !== "REPEATED") return itemValue(column, value);
  return value instanceof DuckDBListValue ? value.items.map((item) => itemValue(column, item)) : [];
}

function itemValue({ fields = [] }: Column, value: DuckDBValue): PlainValue {
  if (value instanceof DuckDBStructValue) return plainRow(fields, Object.values(value.entries));
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBTimestampTZValue) return timestampOfMicroseconds(value.micros);
  if (value instanceof DuckDBTimestampValue) return datetimeText(value.micros);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("base64");
  if (value instanceof DuckDBDecimalValue) return decimalText(value);
  if (value instanceof DuckDBDateValue) return dateOf(value.days);
  if (value instanceof DuckDBTimeValue) return clockText(value.micros);
  if (value instanceof DuckDBIntervalValue) return intervalText(value);
  return String(value);
}
