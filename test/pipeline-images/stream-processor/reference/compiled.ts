/** What the language's own parts make of a spec, made once: a model that compiled for each row would take minutes. */
import { compileCheck } from "../../../../pipeline/schema/value";
import { RowError, type AnyRow } from "../../../../pipeline/schema/row";
import type { FieldSpec, FunctionSpec } from "../../../../pipeline/spec";
import { type CompiledFunction, compileFunction } from "../../../../pipeline/udf/compile";
import { Wrong } from "./element";

type AnyFunction = Pick<FunctionSpec, "source" | "constants" | "helpers">;

const functions = new WeakMap<AnyFunction, CompiledFunction>();
const checks = new WeakMap<readonly FieldSpec[], ReturnType<typeof compileCheck>>();

/** Calls a function with its data. @param more what its context has besides */
export function call(spec: AnyFunction, data: readonly unknown[], more: object = {}): unknown {
  const compiled = functions.get(spec) ?? compileFunction(spec);
  functions.set(spec, compiled);
  return compiled.call(...data, { ...compiled.context, ...more });
}

/** A value as a row of these fields. @param where it is, for the sentence. @throws Wrong */
export function checked(fields: readonly FieldSpec[], value: unknown, where = ""): AnyRow {
  const check = checks.get(fields) ?? compileCheck(fields);
  checks.set(fields, check);
  const row = check(value);
  if (row instanceof RowError) throw new Wrong(where + row.message);
  return row;
}
