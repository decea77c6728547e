import type { LoggingMetricConfig } from "@cdktf/provider-google/lib/logging-metric";
import type { Overridable } from "../core/overridable";
import type { Rules } from "../core/rules";
import type { Extract } from "./condition";

/** Where the values of a distribution are told apart. A mean is exact whatever they are. */
export type Buckets =
  /** `count` of one width, from `from` on. */
  | { readonly width: number; readonly count: number; readonly from?: number }
  /** `count` of them, each `growth` times as wide as the one before; the first ends at `first`. */
  | { readonly growth: number; readonly count: number; readonly first: number }
  /** By their bounds, rising. */
  | { readonly bounds: readonly number[] };

/** A label of a metric: where it is in the log entry, and what it is. */
export type MetricLabel = Extract & {
  /** @default "text" */
  readonly type?: "text" | "number" | "yes-or-no";
  /** @default none */
  readonly description?: string;
};

export interface LogMetricProps<Label extends string = string> extends Overridable<LoggingMetricConfig> {
  /** Also that of the metric, behind "logging.googleapis.com/user/". @default the construct's id */
  readonly name?: string;
  /**
   * Which log entries, in Logging's language; at most 20,000 characters.
   * @see https://cloud.google.com/logging/docs/view/logging-query-language
   */
  readonly filter: string;
  /** What is measured: a number in the entry. @default the entries are counted */
  readonly value?: Extract;
  /** Of the value. @default "1" */
  readonly unit?: string;
  /** @default Logging's own, which grow by powers of two */
  readonly buckets?: Buckets;
  /** At most ten, each of few values: every combination is a series of its own, and paid for. @default none */
  readonly labels?: { readonly [L in Label]: MetricLabel };
  /** What people see. @default the name */
  readonly title?: string;
  /** At most 8,000 characters. @default none */
  readonly description?: string;
  /** Entries of a log bucket, "projects/P/locations/L/buckets/B". @default those of the project, as they come in */
  readonly logBucket?: string;
  /** Counts nothing more. @default true */
  readonly enabled?: boolean;
}

const page = "https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.metrics";

function wrongBuckets(buckets: Buckets): string | undefined {
  if ("bounds" in buckets) {
    const { bounds } = buckets;
    const rising = bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? bound));
    return bounds.length >= 1 && rising
      ? undefined
      : `bounds is [${bounds.join(", ")}]: they rise, and there is one at least`;
  }
  if (!Number.isInteger(buckets.count) || buckets.count < 1 || buckets.count > MOST_BUCKETS) {
    return `count is ${buckets.count}: Logging takes 1 to ${MOST_BUCKETS}`;
  }
  if ("width" in buckets) return buckets.width > 0 ? undefined : `width is ${buckets.width}: it is above 0`;
  if (buckets.growth <= 1) return `growth is ${buckets.growth}: it is above 1`;
  return buckets.first > 0 ? undefined : `first is ${buckets.first}: it is above 0`;
}

const MOST_BUCKETS = 200;

export const logMetricRules: Rules<LogMetricProps & { readonly name: string }> = [
  {
    id: "name-form",
    reads: ["name"],
    page,
    broken: ({ name }) =>
      /^[A-Za-z0-9_\-.,+!*'()%][A-Za-z0-9_\-.,+!*'()%/]{0,99}$/.test(name)
        ? undefined
        : `name is "${name}": Logging takes 1 to 100 letters, digits and _-.,+!*'()%/, no "/" first`,
  },
  {
    id: "filter-length",
    reads: ["filter"],
    page,
    broken({ filter }) {
      if (filter.trim() === "") return "filter is empty: every log entry of the project would be counted";
      return filter.length <= 20_000 ? undefined : `filter has ${filter.length} characters: Logging takes 20000`;
    },
  },
  {
    id: "description-length",
    reads: ["description"],
    page,
    broken: ({ description = "" }) =>
      description.length <= 8_000 ? undefined : `description has ${description.length} characters: Logging takes 8000`,
  },
  {
    id: "labels-form",
    reads: ["labels"],
    page: "https://cloud.google.com/logging/docs/logs-based-metrics/labels",
    broken({ labels = {} }) {
      const names = Object.keys(labels);
      if (names.length > 10) return `labels has ${names.length}: Logging takes at most 10`;
      const wrong = names.find((name) => !/^[A-Za-z][A-Za-z0-9_]{0,99}$/.test(name));
      return wrong === undefined
        ? undefined
        : `labels has "${wrong}": Logging takes letters, digits and "_", a letter first, at most 100`;
    },
  },
  {
    id: "extract-form",
    reads: ["labels", "value"],
    page: "https://cloud.google.com/logging/docs/logs-based-metrics/labels",
    broken({ labels = {}, value }) {
      const all: [string, Extract][] = Object.entries(labels);
      const quoted = [...all, ...(value ? [["value", value] as const] : [])].find(
        ([, { matching }]) => matching !== undefined && (matching.includes('"') || !/\((?!\?)/.test(matching)),
      );
      return (
        quoted &&
        `matching of ${quoted[0]} is ${quoted[1].matching}: Logging takes an expression without quotes that has parentheses around what is meant`
      );
    },
  },
  {
    id: "buckets-form",
    reads: ["buckets"],
    page,
    broken({ buckets }) {
      const wrong = buckets && wrongBuckets(buckets);
      return wrong && `buckets.${wrong}`;
    },
  },
  {
    id: "value-measured",
    reads: ["value", "unit", "buckets"],
    page,
    broken: ({ value, unit, buckets }) =>
      value === undefined && (unit !== undefined || buckets !== undefined)
        ? `${unit === undefined ? "buckets" : "unit"} is said of entries that are counted: say which value they have`
        : undefined,
  },
];
