import { fieldSpecs } from "./schema/field-spec";
import type { FieldSpec, PipelineSpec } from "./spec";
import { errorFields } from "./transforms/errors";

/**
 * The fields of the rows behind each reference of a spec: an input's name, a step's id, or one of them with `#errors`.
 * A step that does not say what its rows are gives those of its first input.
 */
export function rowsOfSpec(spec: PipelineSpec): ReadonlyMap<string, readonly FieldSpec[]> {
  const errors = fieldSpecs(errorFields);
  const rows = new Map<string, readonly FieldSpec[]>();
  const put = (reference: string, fields: readonly FieldSpec[]): void => {
    rows.set(reference, fields).set(`${reference}#errors`, errors);
  };
  for (const [name, input] of Object.entries(spec.inputs)) put(name, input.fields);
  for (const step of spec.steps) {
    const fields = step.fields ?? rows.get(step.inputs[0] ?? "");
    if (fields !== undefined) put(step.id, fields);
  }
  return rows;
}
