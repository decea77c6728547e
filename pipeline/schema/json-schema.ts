import type { FieldSpec, Json } from "../spec";
import { fieldSpecs, type Columns } from "./field-spec";

export type JsonSchema = { readonly [keyword: string]: Json };

/**
 * What an event's JSON must be like, for publishers and their tools: JSON Schema, draft 2020-12.
 * It takes what the decoder takes, but for values that a schema cannot describe (that there is a 30th of February).
 * Unknown fields are allowed, as the decoder passes over them.
 * @see https://json-schema.org/draft/2020-12
 */
export function jsonSchema(title: string, columns: Columns): JsonSchema {
  return { $schema: "https://json-schema.org/draft/2020-12/schema", title, ...object(fieldSpecs(columns)) };
}

function object(fields: readonly FieldSpec[]): JsonSchema {
  const required = fields.filter(({ mode }) => mode === "REQUIRED").map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map((field) => [field.name, property(field)])),
    ...(required.length > 0 && { required }),
  };
}

function property(field: FieldSpec): JsonSchema {
  const value = valueOf(field);
  const described: JsonSchema = field.description === undefined ? {} : { description: field.description };
  if (field.mode === "REQUIRED") return { ...value, ...described };
  const there = field.mode === "NULLABLE" ? value : { type: "array", items: value };
  return { anyOf: [there, { type: "null" }], ...described };
}

const INTEGER_TEXT = "^-?[0-9]+$";
const NUMBER_TEXT = "^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?$";
const CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?";
const DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
const ZONE = "([Zz]| UTC|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?";
/** A leap second, where there can be one. */
const LEAP = "([01][0-9]|2[0-3]):59:60([.][0-9]+)?";
const BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";

const text = (pattern: string): JsonSchema => ({ type: "string", pattern });

function valueOf(field: FieldSpec): JsonSchema {
  switch (field.type) {
    case "STRING":
      return { type: "string", ...(field.values !== undefined && { enum: field.values }) };
    case "INTEGER":
      return field.as === "text"
        ? { anyOf: [{ type: "integer" }, text(INTEGER_TEXT)] }
        : {
            anyOf: [
              { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
              text(INTEGER_TEXT),
            ],
          };
    case "FLOAT":
      return { type: "number" };
    case "NUMERIC":
      return { anyOf: [{ type: "number" }, text(NUMBER_TEXT)] };
    case "BOOLEAN":
      return { type: "boolean" };
    case "TIMESTAMP":
      return field.encoding === undefined || field.encoding === "text"
        ? text(`^${DATE}[Tt ](${CLOCK}|${LEAP})${ZONE}$`)
        : { anyOf: [{ type: "number" }, text(NUMBER_TEXT)] };
    case "DATE":
      return text(`^${DATE}$`);
    case "DATETIME":
      return text(`^${DATE}[Tt ]${CLOCK}$`);
    case "TIME":
      return text(`^${CLOCK}$`);
    case "BYTES":
      return { ...text(BASE64), contentEncoding: "base64" };
    case "JSON":
      return {};
    case "RECORD":
      return object(field.fields ?? []);
  }
}
