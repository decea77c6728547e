import { keyOf, literal } from "../../../pipeline/schema/generated";
import { RowError } from "../../../pipeline/schema/row";
import { compileCheck } from "../../../pipeline/schema/value";
import type { FieldSpec } from "../../../pipeline/spec";
import type { CompiledFunction } from "../../../pipeline/udf/compile";
import { type Refuse, wordsOf } from "./error-rows";
import { stepFunction, type TakeRow } from "./flow";

const call =
  "let made; try { made = f(row, context); } catch (error) { refuse('function', wordsOf(error), row, time); return; }";

interface RowMaker {
  readonly function: CompiledFunction;
  /** What the function gives. */
  readonly fields: readonly FieldSpec[];
  readonly refuse: Refuse;
  readonly next: TakeRow;
}

const scopeOf = ({ function: { call: f, context }, fields, refuse, next }: RowMaker) => ({
  f,
  context,
  refuse,
  next,
  wordsOf,
  RowError,
  check: compileCheck(fields),
});

/** One row for each row. */
export const map = (step: RowMaker): TakeRow =>
  stepFunction(
    `${call} const checked = check(made);
    if (checked instanceof RowError) refuse('function', checked.message, row, time); else next(checked, time);`,
    scopeOf(step),
  );

/**
 * Fields added or replaced.
 * @param kept names of the row's own fields that go on
 */
export function withFields(step: RowMaker, kept: readonly string[]): TakeRow {
  const fields = [
    ...kept.map((name) => `${keyOf(name)}: row[${literal(name)}]`),
    ...step.fields.map(({ name }) => `${keyOf(name)}: checked[${literal(name)}]`),
  ];
  return stepFunction(
    `${call} const checked = check(made);
    if (checked instanceof RowError) refuse('function', checked.message, row, time);
    else next({ ${fields.join(", ")} }, time);`,
    scopeOf(step),
  );
}

/** Any number of rows for each row: all of them, or an error. */
export const flatMap = (step: RowMaker): TakeRow =>
  stepFunction(
    `${call} if (!Array.isArray(made)) { refuse('function', 'the result is ' + typeof made + ', not a list of rows', row, time); return; }
    const rows = [];
    for (let i = 0; i < made.length; i++) {
      const checked = check(made[i]);
      if (checked instanceof RowError) { refuse('function', 'row ' + i + ': ' + checked.message, row, time); return; }
      rows.push(checked);
    }
    for (const one of rows) next(one, time);`,
    scopeOf(step),
  );
