import type { MonitoringAlertPolicyConditions } from "@cdktf/provider-google/lib/monitoring-alert-policy";
import { milliseconds, seconds, type Duration } from "../../pipeline/duration";
import { literal } from "../core/text";
import type { Ratio, TimeSeries } from "./time-series";

interface Named {
  /** What people are told that it is. @default the policy's title */
  readonly name?: string;
}

/** How many of the series it must hold of. @default one of them is enough */
export type Share = { readonly count: number } | { readonly percent: number };

interface OfSeries extends Named {
  /** @default { count: 1 } */
  readonly trigger?: Share;
}

interface Threshold extends OfSeries {
  readonly series: TimeSeries | Ratio;
  /** How long it must hold, in whole minutes, so that a moment alarms nobody. @default "0m" */
  readonly for?: Duration;
  /**
   * What no data means: "good", "bad", or that nothing changes.
   * @default "good": what counts errors says nothing where there are none. For what must always be told, see `absent`
   */
  readonly missing?: "good" | "bad" | "unchanged";
  /**
   * Alarms when the values are going to be past the threshold within this time, 1h to 60h, judged by what they were.
   * @default when they are
   */
  readonly within?: Duration;
}

/** Values above or below a number. */
export type ThresholdCondition =
  | (Threshold & { readonly above: number; readonly below?: undefined })
  | (Threshold & { readonly below: number; readonly above?: undefined });

/** Series that were there and are no more. One that never was is missed by nobody. */
export interface AbsenceCondition extends OfSeries {
  readonly absent: TimeSeries;
  /** For how long, in whole minutes, 2m to 23h30m. */
  readonly for: Duration;
}

/** A query in PromQL: whatever it answers is wrong. */
export interface PromqlCondition extends Named {
  readonly promql: string;
  /** How long it must hold. @default "0s" */
  readonly for?: Duration;
  /** How often it is asked, a multiple of 30 s. @default "30s", as Monitoring does */
  readonly every?: Duration;
  /** Labels of what it finds. @default those of the answer */
  readonly labels?: { readonly [name: string]: string };
  /**
   * Takes metrics that Monitoring does not know, or not yet.
   * @default false, so that a name that is wrong is found at once
   */
  readonly unvalidated?: boolean;
  /** Where it comes from, in a file of Prometheus's rules. @default from none */
  readonly rule?: { readonly group: string; readonly name: string };
}

/** A part of a log entry. */
export type Extract =
  | { readonly field: string; readonly matching?: undefined }
  /** What the parentheses of a regular expression match: `"took (\\d+) ms"`. */
  | { readonly field: string; readonly matching: string };

/** A log entry that should not be. It tells that it was there, and not how often. */
export interface LogCondition extends Named {
  /**
   * Which entries, in Logging's language.
   * @see https://cloud.google.com/logging/docs/view/logging-query-language
   */
  readonly log: string;
  /** What of the entry is told with the alarm: one incident for each of their values. @default nothing */
  readonly labels?: { readonly [name: string]: Extract };
  /**
   * At most one notification in this time. @default "1h": what logs it once logs it again and again
   */
  readonly notifyAtMostEvery?: Duration;
}

export type SeriesCondition = ThresholdCondition | AbsenceCondition | PromqlCondition;

/** One condition, or several. A log entry is a condition by itself. */
export type Conditions =
  | SeriesCondition
  | LogCondition
  | { readonly any: readonly SeriesCondition[] }
  /** `onOneResource`: of the same resource, not some of one and some of another. */
  | { readonly all: readonly SeriesCondition[]; readonly onOneResource?: boolean };

export const isLog = (when: Conditions): when is LogCondition => "log" in when;

/** The conditions of series, if it is any. */
export function seriesConditionsOf(when: Conditions): readonly SeriesCondition[] {
  if ("any" in when) return when.any;
  if ("all" in when) return when.all;
  return isLog(when) ? [] : [when];
}

export function combinerOf(when: Conditions): "OR" | "AND" | "AND_WITH_MATCHING_RESOURCE" {
  if (!("all" in when)) return "OR";
  return when.onOneResource === true ? "AND_WITH_MATCHING_RESOURCE" : "AND";
}

/** All series that conditions look at. */
export function seriesOf(when: Conditions): readonly TimeSeries[] {
  return seriesConditionsOf(when).flatMap((condition) => {
    if ("absent" in condition) return [condition.absent];
    if ("promql" in condition) return [];
    return "of" in condition.series ? [condition.series.of, condition.series.to] : [condition.series];
  });
}

/** As Terraform takes them. */
export function conditionsOf(when: Conditions, title: string): MonitoringAlertPolicyConditions[] {
  if (isLog(when)) {
    return [
      {
        displayName: literal(when.name ?? title),
        conditionMatchedLog: { filter: literal(when.log), labelExtractors: when.labels && extractors(when.labels) },
      },
    ];
  }
  return seriesConditionsOf(when).map((condition, index) => {
    // Of one name, two could not be told apart.
    const displayName = literal(condition.name ?? (index === 0 ? title : `${title} (${index + 1})`));
    if ("promql" in condition) return { displayName, conditionPrometheusQueryLanguage: promqlConfig(condition) };
    if ("absent" in condition) {
      return {
        displayName,
        conditionAbsent: {
          filter: literal(condition.absent.filter),
          aggregations: [aggregationOf(condition.absent)],
          duration: seconds(condition.for),
          trigger: condition.trigger,
        },
      };
    }
    return { displayName, conditionThreshold: thresholdConfig(condition) };
  });
}

const missing = {
  good: "EVALUATION_MISSING_DATA_INACTIVE",
  bad: "EVALUATION_MISSING_DATA_ACTIVE",
  unchanged: "EVALUATION_MISSING_DATA_NO_OP",
} as const;

function thresholdConfig(condition: ThresholdCondition) {
  const { series, for: lasting = "0m", above, below, within, trigger } = condition;
  const { of, to } = "of" in series ? series : { of: series };
  return {
    filter: literal(of.filter),
    aggregations: [aggregationOf(of)],
    denominatorFilter: to && literal(to.filter),
    denominatorAggregations: to && [aggregationOf(to)],
    comparison: above === undefined ? "COMPARISON_LT" : "COMPARISON_GT",
    thresholdValue: above ?? below,
    duration: seconds(lasting),
    // Monitoring takes it only of what has to last.
    evaluationMissingData: milliseconds(lasting) === 0 ? undefined : missing[condition.missing ?? "good"],
    forecastOptions: within && { forecastHorizon: seconds(within) },
    trigger,
  };
}

function promqlConfig({ promql, every, labels, unvalidated, rule, ...condition }: PromqlCondition) {
  return {
    query: literal(promql),
    duration: seconds(condition.for ?? "0s"),
    evaluationInterval: every && seconds(every),
    labels: labels && { ...labels },
    disableMetricValidation: unvalidated,
    ruleGroup: rule?.group,
    alertRule: rule?.name,
  };
}

/** As alerts take it; charts call the same by the same names. */
export function aggregationOf({ align, every, combine, by }: TimeSeries) {
  return {
    alignmentPeriod: seconds(every),
    perSeriesAligner: `ALIGN_${constant(align)}`,
    crossSeriesReducer: combine && `REDUCE_${constant(combine)}`,
    groupByFields: by.length === 0 ? undefined : [...by],
  };
}

const constant = (word: string): string => word.toUpperCase().replaceAll("-", "_");

/** Parts of log entries, as Logging writes them. */
export function extractors(labels: { readonly [name: string]: Extract }): { [name: string]: string } {
  return Object.fromEntries(Object.entries(labels).map(([name, extract]) => [name, extractor(extract)]));
}

export const extractor = ({ field, matching }: Extract): string =>
  literal(matching === undefined ? `EXTRACT(${field})` : `REGEXP_EXTRACT(${field}, "${matching}")`);
