/** Keys of groups as text, and back. */
import { generate, literal } from "../../../pipeline/schema/generated";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec, Json } from "../../../pipeline/spec";

export interface KeyCodec {
  /** The text of a row's key: one text for each key, null among them. */
  of(row: AnyRow): string;
  /** The values of a key. */
  values(key: string): Json[];
}

/**
 * @param names of the fields that make a key, in their order
 * @param of the rows' fields
 */
export function keyCodec(names: readonly string[], of: readonly FieldSpec[]): KeyCodec {
  const fields = names.map((key) => of.find(({ name }) => name === key) as FieldSpec);
  const [only] = fields;
  if (only?.type === "STRING" && only.mode === "REQUIRED" && fields.length === 1) {
    // The text itself, without a copy.
    return {
      of: generate(`return (row) => row[${literal(only.name)}];`, {}) as KeyCodec["of"],
      values: (key) => [key],
    };
  }
  const parts = fields.map(({ name }) => `part(row[${literal(name)}])`);
  return {
    of: generate(`return (row) => ${parts.join(" + ") || '""'};`, { part }) as KeyCodec["of"],
    values: (key) => valuesOf(key, fields),
  };
}

const NULL = "~";

/** A value with its length before it, so that no two keys are one text. */
function part(value: string | number | boolean | null): string {
  if (value === null) return NULL;
  const text = String(value);
  return `${text.length}:${text}`;
}

function valuesOf(key: string, fields: readonly FieldSpec[]): Json[] {
  let at = 0;
  return fields.map((field) => {
    if (key[at] === NULL) {
      at += 1;
      return null;
    }
    const colon = key.indexOf(":", at);
    const start = colon + 1;
    at = start + Number(key.slice(at, colon));
    return valueOf(field, key.slice(start, at));
  });
}

function valueOf(field: FieldSpec, text: string): Json {
  if (field.type === "BOOLEAN") return text === "true";
  return field.type === "INTEGER" && field.as !== "text" ? Number(text) : text;
}
