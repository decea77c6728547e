/** Fields as a user declares them, and fields as the pipeline's spec carries them: the same, either way. */
import type { FieldSpec } from "../spec";
import { Field, type AnyField, type Fields } from "./field";

/** Fields in either form. All that is derived from fields takes both. */
export type Columns = Fields | readonly FieldSpec[];

/** Fields as the spec carries them, in the order of their columns; what is a default is left out. */
export function fieldSpecs(columns: Columns): readonly FieldSpec[] {
  if (isSpecs(columns)) return columns;
  return Object.entries(columns).map(([name, { type, mode, options, fields }]) => ({
    name,
    type,
    mode,
    ...(options.description !== undefined && { description: options.description }),
    ...(fields !== undefined && { fields: fieldSpecs(fields) }),
    ...(options.encoding !== undefined && options.encoding !== "text" && { encoding: options.encoding }),
    ...(options.as !== undefined && { as: options.as }),
    ...(options.values !== undefined && { values: options.values }),
  }));
}

/** Fields of a spec as they would have been declared. The compiler knows no more of them than that they are fields. */
export function declaredFields(specs: readonly FieldSpec[]): Fields {
  const declared = specs.map(({ name, type, mode, fields, ...options }): [string, AnyField] => [
    name,
    new Field<string | {} | null, FieldSpec["type"], FieldSpec["mode"]>(
      type,
      mode,
      options,
      fields && declaredFields(fields),
    ),
  ]);
  return Object.fromEntries(declared);
}

const isSpecs = (columns: Columns): columns is readonly FieldSpec[] => Array.isArray(columns);
