import type { Waits } from "../core/waits";

/** What a metric is of: a subscription, a revision of a service. Its labels say which one. */
export interface MonitoredResource<Label extends string = string> {
  readonly type: string;
  readonly labels: readonly Label[];
}

/**
 * A metric, and all that a query of it may name. Google's are {@link metrics}; those made of log lines come from a
 * LogMetric; others are written down in this form.
 */
export interface Metric<Of extends string = string, Label extends string = string> {
  /** "pubsub.googleapis.com/subscription/backlog_bytes" */
  readonly type: string;
  readonly resource: MonitoredResource<Of>;
  readonly labels: readonly Label[];
  /** A gauge is what is; a delta is what came since the last one; a cumulative has counted from its beginning. */
  readonly kind: "gauge" | "delta" | "cumulative";
  readonly value: "number" | "yes-or-no" | "distribution";
  /** As Google writes units: "s", "By", "1", "10^2.%" (of which 1 is everything). */
  readonly unit: string;
  /** What an alert on it must wait for, as Monitoring refuses those on a metric that it does not know. Asked at once. */
  readonly waits?: Waits;
}

/** How the values of one series in a period become one. */
export type Aligner =
  | "none"
  | "delta"
  | "rate"
  | "interpolate"
  | "next-older"
  | "min"
  | "max"
  | "mean"
  | "count"
  | "sum"
  | "stddev"
  | "count-true"
  | "count-false"
  | "fraction-true"
  | "percentile-99"
  | "percentile-95"
  | "percentile-50"
  | "percentile-05"
  | "percent-change";

/** How several series become one. */
export type Reducer =
  | "mean"
  | "min"
  | "max"
  | "sum"
  | "stddev"
  | "count"
  | "count-true"
  | "count-false"
  | "fraction-true"
  | "percentile-99"
  | "percentile-95"
  | "percentile-50"
  | "percentile-05";

type Kind = Metric["kind"];
type Value = Metric["value"];

const any: readonly Value[] = ["number", "yes-or-no", "distribution"];
const counted: readonly Kind[] = ["delta", "cumulative"];
const sampled: readonly Kind[] = ["gauge", "delta"];
const ofNumbers = { kinds: sampled, values: ["number"] } as const;
const ofTruths = { kinds: ["gauge"], values: ["yes-or-no"] } as const;
const ofDistributions = { kinds: sampled, values: ["distribution"] } as const;

/** @see https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Aligner */
const aligners: { readonly [A in Aligner]: { readonly kinds: readonly Kind[]; readonly values: readonly Value[] } } = {
  none: { kinds: ["gauge", "delta", "cumulative"], values: any },
  delta: { kinds: counted, values: any },
  rate: { kinds: counted, values: ["number"] },
  interpolate: { kinds: ["gauge"], values: ["number"] },
  "next-older": { kinds: ["gauge"], values: any },
  min: ofNumbers,
  max: ofNumbers,
  mean: ofNumbers,
  stddev: ofNumbers,
  "percent-change": ofNumbers,
  sum: { kinds: sampled, values: ["number", "distribution"] },
  count: { kinds: sampled, values: ["number", "yes-or-no"] },
  "count-true": ofTruths,
  "count-false": ofTruths,
  "fraction-true": ofTruths,
  "percentile-99": ofDistributions,
  "percentile-95": ofDistributions,
  "percentile-50": ofDistributions,
  "percentile-05": ofDistributions,
};

export const isAlignable = ({ kind, value }: Metric, aligner: Aligner): boolean =>
  aligners[aligner].kinds.includes(kind) && aligners[aligner].values.includes(value);

/** What most want to see of it: what a gauge says on the average, and what was counted in a period. */
export function usualAligner({ kind, value }: Metric): Aligner {
  if (kind !== "gauge") return "delta";
  if (value === "yes-or-no") return "count-true";
  return value === "distribution" ? "sum" : "mean";
}
