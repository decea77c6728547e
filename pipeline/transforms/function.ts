/** What users' functions are given, and how the steps that take them name their parameters. */
import type { DecimalArithmetic } from "../schema/decimal";
import type { FunctionRole } from "../udf/problem";

/** Values that a function needs beside its row: JSON, or self-contained functions. */
export type Constants = { readonly [name: string]: unknown };

/** The last parameter of every function. */
export interface Context<C> {
  /** What the step was given as `constants`. */
  readonly constants: C;
  /** Exact arithmetic for NUMERIC fields, whose values are text. */
  readonly decimal: DecimalArithmetic;
}

export interface StepOptions {
  /**
   * Names the step. A step's state is found by its name, so a named step keeps its state when others come or go.
   * @default the first output that it leads to, and its kind: "activity.filter"
   */
  readonly name?: string;
}

export interface FunctionOptions<C> extends StepOptions {
  /** What the function finds as `constants` in its second parameter. A function sees nothing else of its file. */
  readonly constants?: C;
}

/** The function of `.filter(fn)`, `.map(fields, fn)` and others that take a row. */
export const rowFunction = (call: string): FunctionRole => ({
  data: ["row"],
  handIn: (parameters, use, name) => `${call}(${parameters}) => ... ${use}, { constants: { ${name} } })`,
});

/** A function among options, beside its constants: `.stateful({ constants, process })`. */
export const optionFunction = (call: string, option: string, data: FunctionRole["data"]): FunctionRole => ({
  data,
  handIn: (parameters, use, name) => `${call}({ constants: { ${name} }, ${option}: (${parameters}) => ... ${use} })`,
});
