/** The words for values that do not fit their field. */
import type { FieldSpec } from "../spec";
import { whyNotNumeric } from "./decimal";
import { normalInteger64 } from "./scalar";

const LONGEST_SHOWN = 40;

/** Text cut at 40 characters. */
export const cut = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;

/** A value as an error shows it: text in quotes, cut; what is large by its kind alone. */
export function shown(value: unknown): string {
  if (typeof value === "string") return cut(JSON.stringify(value));
  if (value === null || value === undefined) return String(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return cut(`${value}n`);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A value as it is written: text, or the digits of a number; neither, where it is anything else. */
export interface Written {
  readonly text?: string;
  readonly digits?: string;
}

/** What a value is not, to be read after "is". */
export function unfit(field: FieldSpec | "row", written: Written): string {
  if (field === "row") return "not a row";
  if (field.mode === "REPEATED") return `not a list of ${field.type}`;
  return whyNot(field, written) ?? (field.type === "INTEGER" ? "not an INTEGER" : `not a ${field.type}`);
}

function whyNot(field: FieldSpec, { text, digits }: Written): string | undefined {
  const number = digits ?? text ?? "";
  switch (field.type) {
    case "STRING":
      if (text === undefined) return undefined;
      if (field.values === undefined || field.values.includes(text)) return HALF;
      return `not one of ${cut(field.values.map((value) => JSON.stringify(value)).join(", "))}`;
    case "INTEGER":
      if (!/^-?\d+$/.test(number)) return undefined;
      if (field.as === "text") return normalInteger64(number) === undefined ? MORE_BITS : undefined;
      return Number.isSafeInteger(Number(number)) ? undefined : BEYOND;
    case "NUMERIC": {
      const why = whyNotNumeric(number);
      return why === "is no number" ? undefined : `not a NUMERIC: it ${why}`;
    }
    case "TIMESTAMP":
      return field.encoding === undefined || field.encoding === "text"
        ? undefined
        : `not a TIMESTAMP in ${field.encoding}`;
    case "JSON":
      return NOT_JSON;
    default:
      return undefined;
  }
}

const BEYOND = 'beyond the safe integers: declare the field as integer({ as: "text" })';
const MORE_BITS = "not an INTEGER: it has more than 64 bits";
const HALF = "not a STRING: half of a surrogate pair is no character";
const NOT_JSON =
  "not JSON that is kept whole: it holds a number of too many digits, NaN, undefined, half a surrogate pair, what is no plain object, or nests deeper than 100";
