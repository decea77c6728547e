/**
 * Values of JSON as values of a column: what insertAll, load jobs, query parameters and Pub/Sub's subscriptions bring.
 * A reader a column is made once and called for every row; what it refuses is a {@link BadValue}, never an exception.
 */
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import { daysOf, normalDate, normalDatetime, normalTime } from "../../../../pipeline/schema/calendar";
import { normalDecimal, unitsOf, whyNotNumeric } from "../../../../pipeline/schema/decimal";
import { parseEpoch, parseTimestamp } from "../../../../pipeline/schema/timestamp";
import type { FieldType } from "../../../../pipeline/spec";
import type { Column } from "../schema/column";

/** A value that a column does not take, and why. */
export class BadValue {
  constructor(
    /** The column's path: items.quantity */
    readonly path: string,
    readonly reason: string,
  ) {}
}

export type ValueReader = (value: unknown) => DuckDBValue | BadValue;

export interface ReaderOptions {
  /** What is no column is passed over. Else it is refused. */
  readonly ignoreUnknown?: boolean;
  /** A text in a JSON column is JSON itself (insertAll, Pub/Sub), or a JSON string (files of JSON lines). */
  readonly jsonText: boolean;
}

/** A reader of whole rows, its values in the order of the columns. */
export type RowReader = (row: { readonly [name: string]: unknown }) => readonly DuckDBValue[] | BadValue;

export function rowReader(columns: readonly Column[], options: ReaderOptions, path = ""): RowReader {
  const places = new Map(columns.map(({ name }, at) => [name.toLowerCase(), at]));
  const readers = columns.map((column) => columnReader(column, options, `${path}${column.name}`));
  const empty = columns.map(({ mode }): DuckDBValue => (mode === "REPEATED" ? new DuckDBListValue([]) : null));
  const required = columns.flatMap(({ mode }, at) => (mode === "REQUIRED" ? [at] : []));
  return (row) => {
    const values = [...empty];
    for (const name of Object.keys(row)) {
      const at = places.get(name) ?? places.get(name.toLowerCase());
      if (at === undefined) {
        if (options.ignoreUnknown === true) continue;
        return new BadValue(`${path}${name}`, `no such field: ${path}${name}.`);
      }
      const value = (readers[at] as ValueReader)(row[name]);
      if (value instanceof BadValue) return value;
      values[at] = value;
    }
    for (const at of required) {
      if (values[at] !== null) continue;
      const name = `${path}${(columns[at] as Column).name}`;
      return new BadValue(name, `Missing required field: ${name}.`);
    }
    return values;
  };
}

export function columnReader(column: Column, options: ReaderOptions, path: string): ValueReader {
  const one = column.type === "RECORD" ? recordReader(column, options, path) : scalarReader(column, options, path);
  const nullable: ValueReader = (value) => (value === null || value === undefined ? null : one(value));
  if (column.mode !== "REPEATED") {
    return (value) =>
      Array.isArray(value) && column.type !== "JSON"
        ? new BadValue(path, `Array specified for non-repeated field: ${path}.`)
        : nullable(value);
  }
  return (value) => {
    if (value === null || value === undefined) return new DuckDBListValue([]);
    if (!Array.isArray(value)) return new BadValue(path, `Repeated field ${path} is not an array.`);
    const items: DuckDBValue[] = [];
    for (const item of value as readonly unknown[]) {
      const read =
        item === null ? new BadValue(path, `Only optional fields can be set to NULL. Field: ${path}.`) : one(item);
      if (read instanceof BadValue) return read;
      items.push(read);
    }
    return new DuckDBListValue(items);
  };
}

function recordReader(column: Column, options: ReaderOptions, path: string): ValueReader {
  const fields = column.fields ?? [];
  const read = rowReader(fields, options, `${path}.`);
  return (value) => {
    if (typeof value !== "object" || value === null) return new BadValue(path, `This field: ${path} is not a record.`);
    const values = read(value as { readonly [name: string]: unknown });
    if (values instanceof BadValue) return values;
    return new DuckDBStructValue(Object.fromEntries(fields.map(({ name }, at) => [name, values[at] as DuckDBValue])));
  };
}

function scalarReader(column: Column, options: ReaderOptions, path: string): ValueReader {
  const { type, maxLength } = column;
  if (type === "RECORD") throw new TypeError("a record is read by recordReader");
  const bad = (what: string): BadValue => new BadValue(path, what);
  const convert = type === "JSON" ? undefined : scalars[type];
  return (value) => {
    if (convert !== undefined && typeof value === "object") return bad(`This field: ${path} is not a record.`);
    const read = convert === undefined ? jsonValue(value, options.jsonText) : convert(value as Plain);
    if (read === undefined) return bad(refusal(column, value));
    const length = maxLength === undefined ? 0 : lengthOf(read);
    if (maxLength === undefined || length <= maxLength) return read;
    return bad(`Field ${path} has maximum length ${maxLength} but got a value with length ${length}`);
  };
}

type Plain = string | number | boolean | bigint;
const INT64 = 2n ** 63n;

const scalars: {
  readonly [type in Exclude<FieldType, "JSON" | "RECORD">]: (value: Plain) => DuckDBValue | undefined;
} = {
  STRING: (value) => String(value),
  BYTES: (value) => (typeof value === "string" ? bytesOf(value) : undefined),
  INTEGER: (value) => integerOf(value),
  FLOAT: (value) => {
    if (typeof value === "boolean" || value === "") return undefined;
    const text = String(value).trim();
    const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
    if (special !== null) return /nan/i.test(text) ? Number.NaN : special[1] === "-" ? -Infinity : Infinity;
    const number = Number(text);
    return Number.isNaN(number) ? undefined : number;
  },
  NUMERIC: (value) => {
    const decimal = typeof value === "boolean" ? undefined : normalDecimal(String(value).trim());
    return decimal === undefined ? undefined : new DuckDBDecimalValue(unitsOf(decimal), 38, 9);
  },
  BOOLEAN: (value) => {
    if (typeof value === "boolean") return value;
    const text = String(value).toLowerCase();
    return text === "true" ? true : text === "false" ? false : undefined;
  },
  TIMESTAMP: (value) => {
    // A number is seconds since 1970.
    const instant =
      typeof value === "number" || typeof value === "bigint" || /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(String(value))
        ? parseEpoch(String(value), "epoch-seconds")
        : timestampText(String(value));
    return instant && new DuckDBTimestampTZValue(BigInt(instant.seconds) * 1_000_000n + BigInt(instant.micros));
  },
  DATE: (value) => {
    const date = normalDate(String(value));
    return date === undefined ? undefined : new DuckDBDateValue(daysOf(date));
  },
  TIME: (value) => {
    const time = normalTime(String(value));
    return time === undefined ? undefined : new DuckDBTimeValue(microsOfDay(time));
  },
  DATETIME: (value) => {
    const text = normalDatetime(String(value).replace(/Z$/, ""));
    if (text === undefined) return undefined;
    return new DuckDBTimestampValue(BigInt(daysOf(text)) * 86_400_000_000n + microsOfDay(text.slice(11)));
  },
};

function timestampText(text: string): ReturnType<typeof parseTimestamp> {
  // "2024-01-31" alone is its midnight; "+02" is "+02:00", and BigQuery writes a space before UTC.
  if (text.length === 10) return parseTimestamp(`${text}T00:00:00Z`);
  return parseTimestamp(text.replace(/ ?([+-]\d\d)$/, "$1:00").replace(/ ([+-]\d\d:\d\d)$/, "$1"));
}

/** 12:00:00.123456 */
function microsOfDay(time: string): bigint {
  const [hours, minutes, seconds] = time.split(":") as [string, string, string];
  const micros = Math.round(Number(seconds) * 1_000_000);
  return BigInt((Number(hours) * 3_600 + Number(minutes) * 60) * 1_000_000 + micros);
}

function integerOf(value: Plain): bigint | undefined {
  if (typeof value === "number" && !Number.isInteger(value)) return undefined;
  if (typeof value === "boolean") return undefined;
  const text = String(value).trim().replace(/\.0*$/, "");
  if (!/^[+-]?\d{1,40}$/.test(text) && typeof value !== "number") return undefined;
  const integer = BigInt(typeof value === "number" ? value : text.replace(/^\+/, ""));
  return integer >= -INT64 && integer < INT64 ? integer : undefined;
}

function bytesOf(text: string): DuckDBBlobValue | undefined {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return undefined;
  return new DuckDBBlobValue(Buffer.from(text, "base64"));
}

function jsonValue(value: unknown, isText: boolean): string | undefined {
  if (typeof value !== "string" || !isText) return JSON.stringify(value);
  try {
    JSON.parse(value);
    // As it came: JSON.parse would lose digits of long numbers.
    return value;
  } catch {
    return undefined;
  }
}

/** In characters of a text, in bytes of bytes. */
const lengthOf = (value: DuckDBValue): number =>
  value instanceof DuckDBBlobValue ? value.bytes.length : typeof value === "string" ? Array.from(value).length : 0;

function refusal({ type }: Column, value: unknown): string {
  const shown = String(value).slice(0, 100);
  if (type === "INTEGER") return `Cannot convert value to integer (bad value): ${shown}`;
  if (type === "FLOAT") return `Cannot convert value to floating point (bad value): ${shown}`;
  if (type === "BOOLEAN") return `Cannot convert value to boolean (bad value): ${shown}`;
  if (type === "NUMERIC") return `Invalid NUMERIC value: ${shown} ${whyNotNumeric(shown)}`;
  if (type === "BYTES") return `Cannot decode bytes value: ${shown} is not base64`;
  if (type === "JSON") return `Invalid JSON text: ${shown}`;
  return `Unable to parse ${type.toLowerCase()}: ${shown}`;
}
