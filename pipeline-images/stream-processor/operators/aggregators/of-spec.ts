import type { AggregateSpec, FieldSpec } from "../../../../pipeline/spec";
import type { Aggregator } from "./aggregator";
import { collect } from "./collect";
import { combine } from "./combine";
import { count } from "./count";
import { countDistinct } from "./count-distinct";
import { max, min } from "./extreme";
import { latest } from "./latest";
import { mean } from "./mean";
import { sample } from "./sample";
import { sum } from "./sum";

/** What is known of the window that a pane is of: no rows are needed for it. */
export type PaneAggregate = Extract<AggregateSpec, { readonly kind: "windowStart" | "windowEnd" | "paneTiming" }>;
export type RowAggregate = Exclude<AggregateSpec, PaneAggregate>;

export const isPaneAggregate = (spec: AggregateSpec): spec is PaneAggregate =>
  spec.kind === "windowStart" || spec.kind === "windowEnd" || spec.kind === "paneTiming";

/** @param fields of the rows that are put together */
export function aggregatorOf(spec: RowAggregate, fields: readonly FieldSpec[]): Aggregator {
  const fieldOf = (name: string): FieldSpec => {
    const field = fields.find((one) => one.name === name);
    if (field === undefined) throw new Error(`there is no field "${name}" to ${spec.kind}`);
    return field;
  };
  switch (spec.kind) {
    case "count":
      return count;
    case "sum":
      return sum(fieldOf(spec.field));
    case "mean":
      return mean(fieldOf(spec.field));
    case "min":
      return min(fieldOf(spec.field));
    case "max":
      return max(fieldOf(spec.field));
    case "latest":
      return latest;
    case "collect":
      return collect;
    case "countDistinct":
      return countDistinct;
    case "sample":
      return sample(spec.size);
    case "combine":
      return combine(spec);
  }
}
