import { seconds, type Duration } from "../../pipeline/duration";
import { expr, expressionText, isExpression, type Expression, type Reference } from "./expression";
import type { Part } from "./step-data";
import type { ParallelOptions, Retry } from "./steps-props";

/** Workflows counts time in seconds. */
export const secondsOf = (time: Duration | Expression): number | Expression =>
  isExpression(time) ? time : Number.parseFloat(seconds(time));

/** "total" or "report.pages[0]": what an assignment writes to. */
export const placeOf = (of: Reference): string => expressionText(of).slice(2, -1);

export const parallelOf = ({ shared, concurrency, onError }: ParallelOptions): { readonly [name: string]: Part } => ({
  exception_policy: onError === "continue" ? "continueAll" : undefined,
  shared: shared?.map(placeOf),
  concurrency_limit: concurrency,
});

const policies = {
  idempotent: "http.default_retry",
  "non-idempotent": "http.default_retry_non_idempotent",
} as const;
const predicates = {
  idempotent: "http.default_retry_predicate",
  "non-idempotent": "http.default_retry_predicate_non_idempotent",
  always: "retry.always",
} as const;

export function retryOf(retry: Retry<{ readonly name: string }>): Part {
  if (typeof retry === "string") return expr(`\${${policies[retry]}}`);
  const { when = "idempotent", retries, backoff } = retry;
  return {
    predicate: expr(`\${${typeof when === "string" ? predicates[when] : when.name}}`),
    max_retries: retries,
    backoff: {
      initial_delay: secondsOf(backoff.initial),
      max_delay: secondsOf(backoff.maximum),
      multiplier: backoff.multiplier ?? 2,
    },
  };
}
