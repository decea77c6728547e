/** Values of binary formats as the JSON of events: what a logical type of Avro or Parquet is, said once. */
import { eventJson } from "../../../pipeline/schema/event-json";
import { timestampOfMicroseconds } from "../../../pipeline/schema/timestamp";
import type { FieldSpec } from "../../../pipeline/spec";

/** JSON has no NaN and no infinity: as a text, the decoder says so. */
export const numberJson = (value: number): string => (Number.isFinite(value) ? String(value) : `"${value}"`);

/** Of microseconds since 1970, in the encoding in which the field's events have it. */
export function timestampJson(field: FieldSpec | undefined): (microseconds: bigint) => string {
  if (field?.encoding === undefined) return (microseconds) => `"${timestampOfMicroseconds(microseconds)}"`;
  const event = eventJson([{ name: "t", type: "TIMESTAMP", mode: "REQUIRED", encoding: field.encoding }]);
  return (microseconds) => event({ t: timestampOfMicroseconds(microseconds) }).slice(5, -1);
}

/** The same of a time that has no zone. */
export const datetimeJson = (microseconds: bigint): string => `"${timestampOfMicroseconds(microseconds).slice(0, 26)}"`;

/** Of microseconds since midnight. */
export const timeJson = (microseconds: bigint): string => `"${timestampOfMicroseconds(microseconds).slice(11, 26)}"`;

/** Of units of 10^-scale. */
export function decimalJson(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const fraction = scale === 0 ? "" : `.${digits.slice(point)}`;
  return `"${units < 0n ? "-" : ""}${digits.slice(0, point)}${fraction}"`;
}
