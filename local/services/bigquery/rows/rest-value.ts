/** Values of DuckDB as BigQuery's REST API writes them: {"f":[{"v":...}]}. */
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
import { decimalOf } from "../../../../pipeline/schema/decimal";
import { timestampOfMicroseconds } from "../../../../pipeline/schema/timestamp";
import type { Column } from "../schema/column";

/** How TIMESTAMP is written; "seconds" (a float's text) is the API's default. */
export type TimestampFormat = "seconds" | "microseconds" | "ISO8601";

export type RestValue = string | null | { readonly f: readonly RestCell[] } | readonly RestCell[];
interface RestCell {
  readonly v: RestValue;
}
export interface RestRow {
  readonly f: readonly RestCell[];
}

export const restRow = (
  columns: readonly Column[],
  values: readonly DuckDBValue[],
  format: TimestampFormat,
): RestRow => ({ f: columns.map((column, at) => ({ v: columnValue(column, values[at] ?? null, format) })) });

/** A list that is NULL is shown as an empty one. */
function columnValue(column: Column, value: DuckDBValue, format: TimestampFormat): RestValue {
  if (column.mode === "REPEATED") {
    const items = value instanceof DuckDBListValue ? value.items : [];
    return items.map((item) => ({ v: itemValue(column, item, format) }));
  }
  return itemValue(column, value, format);
}

function itemValue({ fields = [] }: Column, value: DuckDBValue, format: TimestampFormat): RestValue {
  if (value instanceof DuckDBStructValue) return restRow(fields, Object.values(value.entries), format);
  return value === null ? null : scalarText(value, format);
}

/** A scalar as text: the API writes numbers and booleans so as well. */
function scalarText(value: DuckDBValue, format: TimestampFormat): string {
  if (value instanceof DuckDBTimestampTZValue) return timestampText(value.micros, format);
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("base64");
  if (value instanceof DuckDBDecimalValue) return decimalText(value);
  if (value instanceof DuckDBDateValue) return dateOf(value.days);
  if (value instanceof DuckDBTimeValue) return shortened(clockText(value.micros));
  if (value instanceof DuckDBTimestampValue) return shortened(datetimeText(value.micros));
  if (value instanceof DuckDBIntervalValue) return intervalText(value);
  if (typeof value === "number") return floatText(value);
  return String(value);
}

/** FLOAT as BigQuery writes it: a whole number has its ".0". */
function floatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Any decimal: a NUMERIC has 9 digits after its point, an intermediate result may have others. */
export function decimalText({ value, scale }: DuckDBDecimalValue): string {
  if (scale <= 9) return decimalOf(value * 10n ** BigInt(9 - scale));
  return String(Number(value) / 10 ** scale);
}

function timestampText(micros: bigint, format: TimestampFormat): string {
  if (format === "microseconds") return String(micros);
  if (format === "ISO8601") return timestampOfMicroseconds(micros);
  // As a double in scientific notation, to the microsecond: 1.7149968E9.
  const negative = micros < 0n;
  const digits = String(negative ? -micros : micros).padStart(7, "0");
  const plain = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  return `${negative ? "-" : ""}${scientific(plain)}`;
}

/** "1714996800.000000" as "1.7149968E9": every digit kept. */
function scientific(plain: string): string {
  const [whole = "", fraction = ""] = plain.split(".");
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return "0.0";
  const exponent = digits.length - 1 - fraction.length;
  const rest = digits.slice(1).replace(/0+$/, "");
  return `${digits[0]}.${rest === "" ? "0" : rest}E${exponent}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** 12:00:00.123456 */
export function clockText(microsOfDay: bigint): string {
  const seconds = Number(microsOfDay / 1_000_000n);
  const clock = `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${clock}.${String(microsOfDay % 1_000_000n).padStart(6, "0")}`;
}

/** 2024-01-31T12:00:00.123456 */
export const datetimeText = (micros: bigint): string => timestampOfMicroseconds(micros).slice(0, 26);

/** Without a fraction of zeros. */
const shortened = (text: string): string => text.replace(/\.000000$/, "");

/** Y-M D H:M:S, BigQuery's canonical form. */
export function intervalText({ months, days, micros }: DuckDBIntervalValue): string {
  const whole = Math.abs(months);
  const clock = clockOf(micros < 0n ? -micros : micros);
  return `${minus(months)}${Math.floor(whole / 12)}-${whole % 12} ${days} ${minus(micros)}${clock}`;
}

const minus = (value: number | bigint): string => (value < 0 ? "-" : "");

function clockOf(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n);
  const fraction = String(micros % 1_000_000n).padStart(6, "0");
  const clock = `${Math.floor(seconds / 3_600)}:${Math.floor(seconds / 60) % 60}:${seconds % 60}`;
  return fraction === "000000" ? clock : `${clock}.${fraction}`;
}
