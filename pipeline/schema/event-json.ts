import type { FieldSpec, TimestampEncoding } from "../spec";
import { fieldSpecs, type Columns } from "./field-spec";
import { microsecondsOf } from "./timestamp";

type Write = (value: unknown) => string;

/**
 * Rows as events of their fields: JSON that the decoder of the same fields reads back, timestamps in the encoding
 * that their field declares. NUMERIC and 64-bit integers are text, so that no reader of the event loses a digit.
 */
export function eventJson(columns: Columns): (row: object) => string {
  const fields = fieldSpecs(columns);
  return hasEpochs(fields) ? recordWriter(fields) : (row) => JSON.stringify(row);
}

const hasEpochs = (fields: readonly FieldSpec[]): boolean =>
  fields.some(({ encoding = "text", fields: inner = [] }) => encoding !== "text" || hasEpochs(inner));

function recordWriter(fields: readonly FieldSpec[]): Write {
  const writers = fields.map((field): readonly [key: string, name: string, write: Write] => [
    `${JSON.stringify(field.name)}:`,
    field.name,
    fieldWriter(field),
  ]);
  return (row) => {
    const values = row as { readonly [name: string]: unknown };
    return `{${writers.map(([key, name, write]) => key + write(values[name])).join(",")}}`;
  };
}

function fieldWriter(field: FieldSpec): Write {
  const write = valueWriter(field);
  if (field.mode === "NULLABLE") return (value) => (value === null ? "null" : write(value));
  if (field.mode === "REPEATED") return (value) => `[${(value as readonly unknown[]).map(write).join(",")}]`;
  return write;
}

function valueWriter({ type, encoding = "text", fields = [] }: FieldSpec): Write {
  if (type === "RECORD") return recordWriter(fields);
  if (encoding !== "text") return (value) => epochDigits(value as string, encoding);
  return (value) => JSON.stringify(value);
}

const fractionDigits = { "epoch-seconds": 6, "epoch-millis": 3, "epoch-micros": 0 } as const;

/** A timestamp as a number since 1970, all of its digits, by moving the point: a number would lose the last of them. */
function epochDigits(timestamp: string, encoding: Exclude<TimestampEncoding, "text">): string {
  const microseconds = microsecondsOf(timestamp);
  const places = fractionDigits[encoding];
  const sign = microseconds < 0n ? "-" : "";
  const digits = String(microseconds < 0n ? -microseconds : microseconds).padStart(places + 1, "0");
  const fraction = digits.slice(digits.length - places).replace(/0+$/, "");
  return `${sign}${digits.slice(0, digits.length - places)}${fraction === "" ? "" : `.${fraction}`}`;
}
