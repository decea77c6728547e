import { type AnyRow, RowError } from "../../../pipeline/schema/row";
import { millisecondsOf, normalTimestamp } from "../../../pipeline/schema/timestamp";
import { compileCheck } from "../../../pipeline/schema/value";
import type { StepSpec } from "../../../pipeline/spec";

/** What a stateful function gave, checked. */
export interface Answer {
  /** Null: the key is forgotten. */
  readonly state: AnyRow | null;
  readonly output: readonly AnyRow[];
  /** Event time in milliseconds; null takes it back, undefined leaves it as it is. */
  readonly timer: number | null | undefined;
}

type StatefulStep = Extract<StepSpec, { readonly kind: "stateful" }>;

/** Reads what a function of a step gave. @returns what is wrong with it, where something is */
export function answerReader({ state, fields }: StatefulStep): (given: unknown, mayForget: boolean) => Answer | string {
  const checkState = compileCheck(state);
  const checkRow = compileCheck(fields);
  return (given, mayForget) => {
    if (typeof given !== "object" || given === null) return `the result is ${String(given)}, not { state, output }`;
    const answer = given as { readonly state?: unknown; readonly output?: unknown; readonly timer?: unknown };
    if (!Array.isArray(answer.output)) return `output is ${typeof answer.output}, not a list of rows`;
    const output: AnyRow[] = [];
    for (const [i, row] of (answer.output as readonly unknown[]).entries()) {
      const checked = checkRow(row);
      if (checked instanceof RowError) return `row ${i}: ${checked.message}`;
      output.push(checked);
    }
    const timer = timerOf(answer.timer);
    if (typeof timer === "string") return timer;
    if (answer.state === null && mayForget) return { state: null, output, timer };
    const kept = checkState(answer.state);
    return kept instanceof RowError ? kept.message : { state: kept, output, timer };
  };
}

function timerOf(timer: unknown): number | null | undefined | string {
  if (timer === undefined || timer === null) return timer;
  const text = typeof timer === "string" ? normalTimestamp(timer) : undefined;
  return text === undefined ? `timer is ${JSON.stringify(timer)}, not a TIMESTAMP` : millisecondsOf(text);
}
