/** Values as events write them: JSON of any spelling, to the one form of each type. */
import type { FieldSpec, Json } from "../../spec";
import { normalDecimal, parts } from "../decimal";
import { normalFloat, normalInteger, normalInteger64, normalText, normalTextOf } from "../scalar";
import { parseEpoch, timestampOf } from "../timestamp";

import { cut, shown, unfit } from "../unfit";
import type { Kind } from "../walk";
import { NumberText, type Parsed } from "./parse";

/** What a field of an event gives, or undefined where it does not fit. */
export function scalarOf(field: FieldSpec, value: Parsed): Json | undefined {
  switch (field.type) {
    case "STRING":
      if (typeof value !== "string" || field.values?.includes(value) === false) return undefined;
      return normalText(value);
    case "INTEGER":
      return field.as === "text" ? normalInteger64(wholeDigits(value)) : integerOf(wholeDigits(value));
    case "FLOAT":
      return value instanceof NumberText ? normalFloat(Number(value.digits)) : undefined;
    case "BOOLEAN":
      return typeof value === "boolean" ? value : undefined;
    case "NUMERIC":
      return normalDecimal(digitsOf(value));
    case "TIMESTAMP":
      return timestampOfEvent(field, value);
    case "DATE":
    case "DATETIME":
    case "TIME":
    case "BYTES":
      return typeof value === "string" ? normalTextOf[field.type](value) : undefined;
    case "JSON":
      return jsonOf(value);
    case "RECORD":
      return undefined;
  }
}

/** The digits of a number, or of a text that holds one; of anything else none. */
const digitsOf = (value: Parsed): string =>
  value instanceof NumberText ? value.digits : typeof value === "string" ? value : "";

const integerOf = (digits: string): number | undefined => (digits === "" ? undefined : normalInteger(Number(digits)));

/** A whole number without point and exponent: "1.0" and "1e0" are "1". Of text, only what is written so. */
function wholeDigits(value: Parsed): string {
  const digits = digitsOf(value);
  if (/^-?\d+$/.test(digits)) return digits;
  const number = value instanceof NumberText ? parts(digits) : undefined;
  if (number === undefined || number.exponent < 0 || number.digits.length + number.exponent > 20) return "";
  return `${number.negative ? "-" : ""}${number.digits || "0"}${"0".repeat(number.exponent)}`;
}

function timestampOfEvent({ encoding = "text" }: FieldSpec, value: Parsed): string | undefined {
  if (encoding === "text") return typeof value === "string" ? normalTextOf.TIMESTAMP(value) : undefined;
  const instant = parseEpoch(digitsOf(value), encoding);
  return instant && timestampOf(instant.seconds, instant.micros);
}

/** Any JSON; undefined where a number of it would lose digits, or a text of it holds half a surrogate pair. */
export function jsonOf(value: Parsed): Json | undefined {
  if (typeof value === "string") return normalText(value);
  if (typeof value === "boolean" || value === null) return value;
  if (value instanceof NumberText) return exactNumber(value.digits);
  if (value instanceof Map) {
    const entries: [string, Json][] = [];
    for (const [name, one] of value as ReadonlyMap<string, Parsed>) {
      const found = normalText(name) === undefined ? undefined : jsonOf(one);
      if (found === undefined) return undefined;
      entries.push([name, found]);
    }
    return Object.fromEntries(entries);
  }
  const list: Json[] = [];
  for (const one of value as readonly Parsed[]) {
    const found = jsonOf(one);
    if (found === undefined) return undefined;
    list.push(found);
  }
  return list;
}

/** A number that prints as it was written, but for zeros and exponents. */
function exactNumber(digits: string): number | undefined {
  const value = normalFloat(Number(digits));
  const [written, kept] = [parts(digits), parts(String(value))];
  return written?.digits === kept?.digits && written?.exponent === kept?.exponent ? value : undefined;
}

/** An event's JSON, for the readable way. */
export const event: Kind<Parsed> = {
  root: "$",
  within: (path, name) => `${path}.${name}`,
  scalar: scalarOf,
  isNull: (value) => value === null,
  list: (value) => (Array.isArray(value) ? (value as readonly Parsed[]) : undefined),
  record(value) {
    if (!(value instanceof Map)) return undefined;
    const fields = value as ReadonlyMap<string, Parsed>;
    return (name) => fields.get(name);
  },
  unfit(path, field, value) {
    if (value instanceof NumberText)
      return `${path}: ${cut(value.digits)} is ${unfit(field, { digits: value.digits })}`;
    const written = typeof value === "string" ? { text: value } : {};
    return `${path}: ${shown(value instanceof Map ? {} : value)} is ${unfit(field, written)}`;
  },
};
