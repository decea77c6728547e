/**
 * The key of a row as text, for sinks that find rows by one: the values of some fields, with "#" between them. Two rows
 * have one text if they have the same values, and only then.
 */
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec } from "../../../pipeline/spec";
import { keyTypes } from "../../../pipeline/transforms/field-names";

const SEPARATOR = "#";
/** No text looks like this, for its own % is written %25. */
const NULL = "%00";

export type KeyText = (row: AnyRow) => string;

/**
 * A value's text, in which characters of a sink's own are written as in an URL: % and two digits. So a reader splits a
 * key at "#", and decodes its parts by whatever decodes URLs.
 * @param key names of fields
 * @param own characters that the sink has no place for, beside % and #
 * @throws Error for a field that is not there, or whose values are no keys
 */
export function keyText(output: string, key: readonly string[], fields: readonly FieldSpec[], own = ""): KeyText {
  for (const name of key) {
    const field = fields.find((one) => one.name === name);
    if (field === undefined) throw new Error(`output ${output} has no field ${name}, which its key names`);
    if (field.mode === "REPEATED" || !keyTypes.has(field.type)) {
      throw new Error(`the key of output ${output} names ${name}, a ${field.mode} ${field.type}: that is no key`);
    }
  }
  const escaped = new RegExp(`[%${SEPARATOR}${own}]`, "g");
  const partOf = (row: AnyRow, name: string): string => {
    const value = row[name];
    if (value === null || value === undefined) return NULL;
    return (typeof value === "string" ? value : JSON.stringify(value)).replace(escaped, percent);
  };
  const [first] = key;
  if (key.length === 1 && first !== undefined) return (row) => partOf(row, first);
  return (row) => {
    let text = "";
    for (const [i, name] of key.entries()) text += i === 0 ? partOf(row, name) : SEPARATOR + partOf(row, name);
    return text;
  };
}

/** An ASCII character as an URL has it. */
export const percent = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
