import type { CompiledFunction } from "../../../pipeline/udf/compile";
import { type Refuse, wordsOf } from "./error-rows";
import { stepFunction, type TakeRow } from "./flow";

const call =
  "let held; try { held = f(row, context); } catch (error) { refuse('function', wordsOf(error), row, time); return; }";
const noBoolean = "refuse('function', 'the result is ' + typeof held + ', not true or false', row, time)";

/** Rows for which the function is true go on. */
export const filter = ({ call: f, context }: CompiledFunction, refuse: Refuse, next: TakeRow): TakeRow =>
  stepFunction(`${call} if (held === true) next(row, time); else if (held !== false) ${noBoolean};`, {
    f,
    context,
    refuse,
    next,
    wordsOf,
  });

/** Rows for which it is false are errors that carry the sentence. */
export const assert = (
  sentence: string,
  { call: f, context }: CompiledFunction,
  refuse: Refuse,
  next: TakeRow,
): TakeRow =>
  stepFunction(
    `${call} if (held === true) next(row, time);
    else if (held === false) refuse('function', sentence, row, time);
    else ${noBoolean};`,
    { f, context, refuse, next, wordsOf, sentence },
  );
