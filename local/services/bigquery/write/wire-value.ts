/**
 * Which protobuf types a column takes, and what they mean in it.
 * @see https://cloud.google.com/bigquery/docs/supported-data-types#supported-protocol-buffer-data-types
 */
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import { daysOfDay, isDay } from "../../../../pipeline/schema/calendar";
import { EnumValue, type WireColumn, type WireRow, type WireValue } from "../../../../pipeline/schema/storage-read";
import { BadValue, columnReader } from "../rows/json-value";
import type { Column } from "../schema/column";

type ProtoType = WireColumn["type"];
type ScalarType = Exclude<Column["type"], "RECORD">;

const integers: readonly ProtoType[] = [
  "int64",
  "int32",
  "uint32",
  "sint32",
  "sint64",
  "fixed32",
  "sfixed32",
  "sfixed64",
  "enum",
];
const packable: readonly ProtoType[] = ["string", "int64", "sint64", "sfixed64"];

const accepted: { readonly [type in ScalarType]: readonly ProtoType[] } = {
  BOOLEAN: ["bool", "uint64", "fixed64", ...integers],
  BYTES: ["bytes", "string"],
  DATE: ["string", ...integers],
  DATETIME: packable,
  FLOAT: ["double", "float", "string", ...integers],
  INTEGER: ["string", ...integers],
  JSON: ["string"],
  NUMERIC: ["string", "bytes", "double", "float", "uint64", "fixed64", ...integers],
  STRING: ["string", "enum"],
  TIME: packable,
  TIMESTAMP: ["string", ...integers],
};

/** A message of Google's own may stand for a scalar: a wrapper (it reads as its value), or a Timestamp. */
export function takes(type: ScalarType, wire: WireColumn): boolean {
  if (wire.type !== "message") return accepted[type].includes(wire.type);
  if (wire.columns === undefined) return true;
  const [seconds, nanos] = wire.columns;
  return type === "TIMESTAMP" && seconds?.name === "seconds" && nanos?.name === "nanos";
}

export type WireReader = (value: WireValue) => DuckDBValue | BadValue;

/** A reader of one scalar; whether the column takes the type was asked before. */
export function scalarReader(column: Column & { readonly type: ScalarType }, path: string): WireReader {
  const bad = (what: string): BadValue => new BadValue(path, what);
  // Text means what it means in JSON; so do numbers, where the wire has none of its own.
  const plain = columnReader({ ...column, mode: "NULLABLE" }, { jsonText: true }, path);
  const text = (value: WireValue): DuckDBValue | BadValue => plain(value);
  const { type, maxLength } = column;
  switch (type) {
    case "STRING":
      return (value) => {
        if (value instanceof EnumValue) return value.name ?? bad(`Enum value ${value.number} of ${path} has no name`);
        return maxLength === undefined ? (value as string) : text(value);
      };
    case "BYTES":
      return (value) => {
        const bytes = typeof value === "string" ? Buffer.from(value) : (value as Uint8Array);
        if (maxLength === undefined || bytes.length <= maxLength) return new DuckDBBlobValue(bytes);
        return bad(`Field ${path} has maximum length ${maxLength} but got a value with length ${bytes.length}`);
      };
    case "BOOLEAN":
      return (value) => Boolean(numberOf(value));
    case "INTEGER":
      return (value) => (typeof value === "string" ? text(value) : BigInt(numberOf(value)));
    case "FLOAT":
      return (value) => (typeof value === "string" ? text(value) : Number(numberOf(value)));
    case "NUMERIC":
      return (value) => {
        if (!(value instanceof Uint8Array)) return text(numberOf(value));
        return scaledNumeric(value) ?? bad(`Invalid NUMERIC value in ${path}`);
      };
    case "DATE":
      return (value) => {
        if (typeof value === "string") return text(value);
        const days = Number(numberOf(value));
        if (days >= FIRST_DAY && days <= LAST_DAY) return new DuckDBDateValue(days);
        return bad(`Cannot return an invalid date value of ${days} relative to the Unix epoch in ${path}`);
      };
    case "TIMESTAMP":
      return (value) => {
        if (typeof value === "string") return text(value);
        const micros = microsecondsOf(value);
        if (micros >= FIRST_MICRO && micros <= LAST_MICRO) return new DuckDBTimestampTZValue(micros);
        return bad(
          `Cannot return an invalid timestamp value of ${micros} microseconds relative to the Unix epoch in ${path}`,
        );
      };
    case "TIME":
      return (value) => {
        if (typeof value === "string") return text(value);
        return packedTime(BigInt(numberOf(value))) ?? bad(`Invalid TIME value in ${path}`);
      };
    case "DATETIME":
      return (value) => {
        if (typeof value === "string") return text(value);
        return packedDatetime(BigInt(numberOf(value))) ?? bad(`Invalid DATETIME value in ${path}`);
      };
    case "JSON":
      return text;
  }
}

const numberOf = (value: WireValue): number | bigint | boolean =>
  value instanceof EnumValue ? value.number : (value as number | bigint | boolean);

/** Of an integer, or of google.protobuf.Timestamp. */
function microsecondsOf(value: WireValue): bigint {
  if (typeof value !== "object" || value instanceof EnumValue) return BigInt(numberOf(value));
  const { seconds = 0, nanos = 0 } = value as WireRow;
  return BigInt(seconds as number) * 1_000_000n + BigInt(nanos as number) / 1_000n;
}

/** 0001-01-01 and 9999-12-31, in days from 1970. */
const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;
const DAY = 86_400_000_000n;
const FIRST_MICRO = BigInt(FIRST_DAY) * DAY;
const LAST_MICRO = BigInt(LAST_DAY + 1) * DAY - 1n;
const NUMERIC_LIMIT = 10n ** 38n;

/** Units of 10^-9, two's complement, the lowest byte first, as BigDecimalByteStringEncoder writes them. */
function scaledNumeric(bytes: Uint8Array): DuckDBDecimalValue | undefined {
  if (bytes.length > 16) return undefined;
  let units = 0n;
  for (const byte of bytes.toReversed()) units = (units << 8n) | BigInt(byte);
  const signed = BigInt.asIntN(bytes.length * 8, units);
  return signed > -NUMERIC_LIMIT && signed < NUMERIC_LIMIT ? new DuckDBDecimalValue(signed, 38, 9) : undefined;
}

/** Hour, minute, second and microsecond in 5, 6, 6 and 20 bits, as CivilTimeEncoder packs them. */
function microsOfPacked(packed: bigint): bigint | undefined {
  const micros = packed & 0xfffffn;
  const [second, minute, hour] = [(packed >> 20n) & 0x3fn, (packed >> 26n) & 0x3fn, (packed >> 32n) & 0x1fn];
  if (micros > 999_999n || second > 59n || minute > 59n || hour > 23n) return undefined;
  return ((hour * 60n + minute) * 60n + second) * 1_000_000n + micros;
}

function packedTime(packed: bigint): DuckDBTimeValue | undefined {
  const micros = packed >> 37n === 0n ? microsOfPacked(packed) : undefined;
  return micros === undefined ? undefined : new DuckDBTimeValue(micros);
}

/** Year, month and day in 14, 4 and 5 bits above the time. */
function packedDatetime(packed: bigint): DuckDBTimestampValue | undefined {
  const micros = microsOfPacked(packed);
  const day = Number((packed >> 37n) & 0x1fn);
  const month = Number((packed >> 42n) & 0xfn);
  const year = Number((packed >> 46n) & 0x3fffn);
  if (micros === undefined || year > 9999 || !isDay(year, month, day)) return undefined;
  return new DuckDBTimestampValue(BigInt(daysOfDay(year, month, day)) * DAY + micros);
}
