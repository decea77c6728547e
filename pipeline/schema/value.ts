/** What a user's function gave, made a row: checked, in the one form of each type, without undeclared fields. */
import type { FieldSpec, Json } from "../spec";
import { fieldSpecs, type Columns } from "./field-spec";
import { plainJson } from "./plain-json";
import { RowError, type AnyRow } from "./row";
import { normalFloat, normalInteger, normalInteger64, normalText, normalTextOf } from "./scalar";
import { shown, unfit } from "./unfit";
import { compileValues } from "./value-source";
import { walker, type Kind } from "./walk";

/**
 * Makes the check of what a function gave for some fields. It gives a new row, which shares nothing with the
 * value that may change; or a {@link RowError} that says what does not fit: `total is NaN, not a FLOAT`.
 *
 * TIMESTAMP may be any RFC 3339 text, NUMERIC any spelling of a number; undefined is null where the field is
 * NULLABLE and an empty list where it is REPEATED.
 */
export function compileCheck(columns: Columns): (value: unknown) => AnyRow | RowError {
  const fields = fieldSpecs(columns);
  const fast = compileValues(fields);
  const walk = walker(fields, given);
  return (value) => fast(value) ?? walk(value);
}

/** {@link compileCheck} of one value: of a combiner's output, say. The error's path is the field's name. */
export function compileValueCheck(field: FieldSpec): (value: unknown) => Json | RowError {
  const check = compileCheck([field]);
  return (value) => {
    const row = check({ [field.name]: value });
    return row instanceof RowError ? row : (row[field.name] as Json);
  };
}

/** Values as functions give them. */
const given: Kind<unknown> = {
  root: "",
  within: (path, name) => (path === "" ? name : `${path}.${name}`),
  isNull: (value) => value === null,
  list: (value) => (Array.isArray(value) ? value : undefined),
  record(value) {
    if (!isObject(value)) return undefined;
    // A field called constructor is not there just because every object has one.
    return (name) => (name in Object.prototype && !Object.hasOwn(value, name) ? undefined : value[name]);
  },
  unfit(path, field, value) {
    const subject = path === "" ? "the result" : path;
    const isNumeric = field !== "row" && field.type === "NUMERIC" && field.mode !== "REPEATED";
    if (isNumeric && typeof value === "number" && Number.isFinite(value)) {
      return `${subject} is the number ${value}, and a NUMERIC is text: decimal.of(${value})`;
    }
    const written =
      typeof value === "string" ? { text: value } : typeof value === "number" ? { digits: String(value) } : {};
    return `${subject} is ${shown(value)}, ${unfit(field, written)}`;
  },
  scalar(field, value) {
    switch (field.type) {
      case "STRING":
        if (typeof value !== "string" || field.values?.includes(value) === false) return undefined;
        return normalText(value);
      case "INTEGER":
        if (field.as === "text") return typeof value === "string" ? normalInteger64(value) : undefined;
        return typeof value === "number" ? normalInteger(value) : undefined;
      case "FLOAT":
        return typeof value === "number" ? normalFloat(value) : undefined;
      case "BOOLEAN":
        return typeof value === "boolean" ? value : undefined;
      case "JSON":
        return plainJson(value);
      case "RECORD":
        return undefined;
      default:
        return typeof value === "string" ? normalTextOf[field.type](value) : undefined;
    }
  },
};

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
