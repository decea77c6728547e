import { Token } from "cdktf";
import type { Duration } from "../../pipeline/duration";
import { usualAligner, type Aligner, type Metric, type Reducer } from "./metric";

/** What a label has to be: a text, or one of several. */
export type Where<Label extends string> = { readonly [L in Label]?: string | readonly string[] };

/** How the points of a metric become what is looked at. */
interface Aggregation<Label extends string = string> {
  /** How the values of one series in a period become one. @default a gauge's mean; of others, what was counted */
  readonly align?: Aligner;
  /** The period, of whole minutes. @default "1m", as often as most metrics are written */
  readonly every?: Duration;
  /** How several series become one. @default not at all: each is looked at by itself */
  readonly combine?: Reducer;
  /** The labels that stay when series are combined: one series for each of their values. @default one series in all */
  readonly by?: readonly Label[];
}

export interface TimeSeriesOptions<Label extends string> extends Aggregation<Label> {
  /** @default all that there are */
  readonly where?: Where<Label>;
  /**
   * What else must hold, in Monitoring's language: `metric.labels.response_class != "ack"`.
   * @default nothing
   * @see https://cloud.google.com/monitoring/api/v3/filters
   */
  readonly and?: string;
}

/** Points of a metric, chosen and combined: what alerts and charts look at. Made by {@link timeSeries}. */
export interface TimeSeries {
  readonly metric: Metric;
  /** In Monitoring's language. */
  readonly filter: string;
  readonly align: Aligner;
  readonly every: Duration;
  readonly combine?: Reducer;
  /** As Monitoring calls them: "resource.labels.topic_id". */
  readonly by: readonly string[];
}

/** One divided by another, which must be combined alike. */
export interface Ratio {
  readonly of: TimeSeries;
  readonly to: TimeSeries;
}

/**
 * The points of a metric that have these labels.
 *
 *     timeSeries(metrics.topic.publishRequests, { where: { topic_id: "clicks" }, combine: "sum", by: ["response_class"] })
 *
 * @throws Error where a label is to be one of none
 */
export function timeSeries<Of extends string, Label extends string>(
  metric: Metric<Of, Label>,
  { where = {}, and, align, every = "1m", combine, by = [] }: TimeSeriesOptions<Of | Label> = {},
): TimeSeries {
  const wanted = wantedOf(where).map(([label, values]) => `${pathOf(metric, label)}=${oneOf(values)}`);
  const filter = [
    `metric.type="${metric.type}"`,
    `resource.type="${metric.resource.type}"`,
    ...wanted,
    ...(and === undefined ? [] : [`(${and})`]),
  ].join(" AND ");
  return {
    metric,
    filter,
    align: align ?? usualAligner(metric),
    every,
    ...(combine && { combine }),
    by: by.map((label) => pathOf(metric, label)),
  };
}

const pathOf = (metric: Metric, label: string): string =>
  `${metric.labels.includes(label) ? "metric" : "resource"}.labels.${label}`;

/** @throws Error where a label is to be one of none */
function wantedOf(where: Where<string>): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(where).flatMap(([label, value]) => {
    if (value === undefined) return [];
    if (value.length === 0) throw new Error(`where.${label} is empty: no series has none of its values`);
    return [[label, typeof value === "string" ? [value] : value] as const];
  });
}

function oneOf(values: readonly string[]): string {
  const quoted = values.map((value) => JSON.stringify(value));
  return quoted.length === 1 ? quoted.join("") : `one_of(${quoted.join(",")})`;
}

/**
 * The points of a metric in PromQL, for what filters cannot say. Of a distribution, `part` is which of its series.
 *
 *     `deriv(${promql(metrics.subscription.undeliveredMessages, { subscription_id: "clicks" })}[30m]) > 0`
 *
 * @see https://cloud.google.com/monitoring/promql/promql-mapping
 */
export function promql<Of extends string, Label extends string>(
  metric: Metric<Of, Label>,
  where: Where<Of | Label> = {},
  part?: "count" | "sum" | "bucket",
): string {
  const [domain = "", ...path] = metric.type.split("/");
  const name = `${underscored(domain)}:${underscored(path.join("/"))}${part === undefined ? "" : `_${part}`}`;
  const wanted = wantedOf(where).map(([label, values]) => `${label}${matcher(values)}`);
  return `${name}{${[`monitored_resource="${metric.resource.type}"`, ...wanted].join(",")}}`;
}

const underscored = (text: string): string => text.replace(/[^A-Za-z0-9]/g, "_");

function matcher(values: readonly string[]): string {
  if (values.length === 1) return `=${JSON.stringify(values.join(""))}`;
  const patterns = values.map((value) =>
    Token.isUnresolved(value) ? value : value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  );
  return `=~${JSON.stringify(patterns.join("|"))}`;
}
