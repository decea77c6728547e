import type { ProcessorReport, ProcessorStart } from "../../../pipeline-images/stream-processor/contract";
import type { Duration } from "../../../pipeline/duration";
import type { LogMetricProps } from "../log-metric-props";
import type { Metric } from "../metric";
import type { resources } from "../metrics";
import type { Tile } from "../tile";
import { promql, timeSeries } from "../time-series";
import { alert, Alerts, anyOf, type AlertChanges, type AlertDefaults, type Signal } from "./signal";

/** The alerts on stream processors, as they are where nothing is said of them. */
export const processorAlerts = {
  /** 10m for 5m: it waits for the slowest source, and goes on without a silent one after a while. */
  watermarkAge: alert<Duration>({
    above: "10m",
    for: "5m",
    severity: "error",
    title: (above) => `a pipeline's watermark is older than ${above}`,
    runbook: `The pipeline cannot say that it has seen all that is older than this: windows stay open, and nothing comes out of them.

1. Is the backlog of its subscription old? Then it is too slow, or does not write: see rows that wait to be written.
2. Is there a single old message? A publisher with a wrong clock holds the watermark of all.`,
  }),
  /** 10,000 for 10m: a burst is written in seconds. */
  unwrittenRows: alert<number>({
    above: 10_000,
    for: "10m",
    severity: "error",
    title: (above) => `more than ${above} rows of a pipeline wait to be written`,
    runbook: `What the pipeline made is safe in its checkpoints, and its sink does not take it.

1. The processor's log, at severity WARNING: what does BigQuery, or the topic, answer?
2. A table that was changed or deleted, a right that was taken away, a quota.`,
  }),
  /** 5m: a burst is worked off in less, and takes nothing meanwhile as it should. */
  memoryShort: alert<number>({
    above: 0,
    for: "5m",
    severity: "error",
    title: () => "a pipeline takes nothing, for its memory is short",
    runbook: `The processor uses more than 85 % of its container's memory, or of its heap, and waits for it to be less. Nothing is lost, and the backlog grows.

1. Do rows wait to be written? Then it is their sink: see that alert.
2. Else it is what the pipeline keeps: keys and open windows, in its log as openGroups. Give the worker pool more memory, the windows less allowed lateness, or the pipeline Dataflow.`,
  }),
  /** A single one: a row that is refused was to be processed, and is kept for a person. */
  errorRows: alert<number>({
    above: 0,
    for: "0s",
    severity: "warning",
    title: (above) =>
      above === 0 ? "a pipeline refuses rows" : `a pipeline refuses more than ${above} rows in 10 minutes`,
    runbook: `Rows could not be processed or written; they are in the pipeline's errors, with the reason.

1. Look at them: the column or attribute "reason" is parse, function, late or write, and "step" says where.
2. Mend the pipeline, and publish them again to the topic they came from.`,
  }),
  /** 3 in half an hour: a deployment is one, and now and then an instance is moved. */
  restarts: alert<number>({
    above: 3,
    for: "0s",
    severity: "error",
    title: (above) => `a pipeline started more than ${above} times in 30 minutes`,
    runbook: `The processor starts again and again. It goes on from its last checkpoint, and loses nothing, and gets nowhere.

1. The last lines before each start say why it left: its memory, a checkpoint that it cannot read, a right.
2. Two that take turns: is there a second one of the same pipeline?`,
  }),
  /** 10m: it reports once a minute, also when there is nothing to do. */
  silent: alert<Duration>({
    above: "10m",
    for: "0s",
    severity: "critical",
    title: (above) => `a pipeline says nothing for ${above}`,
    runbook: `The processor says once a minute how it is, and did not.

1. Is the worker pool there, with one instance? Was it paused on purpose?
2. Its log: does it start, and what does it wait for? What Pub/Sub holds is not lost until the subscription's retention is over.`,
  }),
} satisfies AlertDefaults;

/** What stands in the log of a worker pool that runs a pipeline. */
export interface WatchedProcessor {
  /** The pipeline's name, as it says it. */
  readonly pipeline: string;
  /** The worker pool, as Cloud Run knows it. */
  readonly workerPool: string;
}

/** What is measured in reports, by the field that has it. */
const measured = {
  "watermark-age": { field: "watermarkAgeSeconds", unit: "s", title: "Age of the watermark" },
  unwritten: { field: "unwritten", unit: "1", title: "Rows that wait to be written" },
  "memory-short": { field: "memoryShort", unit: "1", title: "Whether memory is short" },
  errors: { field: "newErrors", unit: "1", title: "Rows that were refused" },
} as const satisfies {
  readonly [name: string]: { readonly field: keyof ProcessorReport; readonly unit: string; readonly title: string };
};

const REPORT: ProcessorReport["kind"] = "report";
const START: ProcessorStart["kind"] = "start";
const PIPELINE = "pipeline" satisfies keyof ProcessorReport & keyof ProcessorStart;

export type ProcessorMetricName = keyof typeof measured | "starts";

/** Metrics made of what processors say in their logs. */
export type ProcessorMetrics = {
  readonly [Name in ProcessorMetricName]: Metric<(typeof resources.workerPool)["labels"][number], typeof PIPELINE>;
};

/** What the metrics of these processors are made of. */
export function processorLogMetrics(processors: readonly WatchedProcessor[]): {
  readonly [Name in ProcessorMetricName]: Pick<
    LogMetricProps<typeof PIPELINE>,
    "filter" | "value" | "unit" | "labels" | "title"
  >;
} {
  const pools = [...new Set(processors.map(({ workerPool }) => workerPool))];
  const said = (kind: string) =>
    `resource.type="cloud_run_worker_pool" AND resource.labels.worker_pool_name=${anyOf(pools)} AND jsonPayload.kind="${kind}"`;
  const labels = { [PIPELINE]: { field: `jsonPayload.${PIPELINE}` } } as const;
  const reported = (name: keyof typeof measured) => {
    const { field, unit, title } = measured[name];
    const filter = `${said(REPORT)} AND jsonPayload.${field}>=0`;
    return { filter, value: { field: `jsonPayload.${field}` }, unit, labels, title };
  };
  return {
    "watermark-age": reported("watermark-age"),
    unwritten: reported("unwritten"),
    "memory-short": reported("memory-short"),
    errors: reported("errors"),
    starts: { filter: said(START), labels, title: "Starts" },
  };
}

/**
 * What to alarm of stream processors, and what to look at. The alerts take metrics that Monitoring does not know yet:
 * nothing was said when they are made.
 */
export function processorSignals(
  { processors, metrics }: { readonly processors: readonly WatchedProcessor[]; readonly metrics: ProcessorMetrics },
  changes: AlertChanges<typeof processorAlerts> = {},
): { readonly alerts: readonly Signal[]; readonly processors: readonly Tile[] } {
  if (processors.length === 0) return { alerts: [], processors: [] };
  const alerts = new Alerts(processorAlerts, changes);
  const unvalidated = true;
  const where = { worker_pool_name: [...new Set(processors.map(({ workerPool }) => workerPool))] };
  const counted = (name: ProcessorMetricName, window: string, part?: "sum" | "count") =>
    `sum by (pipeline) (increase(${promql(metrics[name], where, part)}[${window}]))`;
  /** A report a minute: a few of them, so that one that is late is no gap. */
  const mean = (name: ProcessorMetricName) => `${counted(name, "3m", "sum")} / ${counted(name, "3m", "count")}`;
  return {
    alerts: [
      ...alerts.signal("watermarkAge", ({ above, for: lasting }) => ({
        promql: `${mean("watermark-age")} > ${above}`,
        for: lasting,
        unvalidated,
      })),
      ...alerts.signal("unwrittenRows", ({ above, for: lasting }) => ({
        promql: `${mean("unwritten")} > ${above}`,
        for: lasting,
        unvalidated,
      })),
      ...alerts.signal("memoryShort", ({ above, for: lasting }) => ({
        promql: `${mean("memory-short")} > ${above}`,
        for: lasting,
        unvalidated,
      })),
      ...alerts.signal("errorRows", ({ above, for: lasting }) => ({
        promql: `${counted("errors", "10m", "sum")} > ${above}`,
        for: lasting,
        unvalidated,
      })),
      ...alerts.signal("restarts", ({ above, for: lasting }) => ({
        promql: `${counted("starts", "30m")} > ${above}`,
        for: lasting,
        unvalidated,
      })),
      ...alerts.signal("silent", ({ above, for: lasting }) => ({
        promql: processors
          .map((processor) => `absent_over_time(${reports(metrics, processor)}[${above}s])`)
          .join(" or "),
        for: lasting,
        unvalidated,
      })),
    ],
    processors: tiles(alerts, metrics, where),
  };
}

const reports = (metrics: ProcessorMetrics, { pipeline, workerPool }: WatchedProcessor): string =>
  promql(metrics.unwritten, { worker_pool_name: workerPool, pipeline }, "count");

function tiles(
  alerts: Alerts<typeof processorAlerts>,
  metrics: ProcessorMetrics,
  where: { readonly worker_pool_name: readonly string[] },
): readonly Tile[] {
  // One report a minute: the mean of a distribution is what it said.
  const mean = (name: keyof typeof measured) => timeSeries(metrics[name], { where, combine: "mean", by: ["pipeline"] });
  return [
    {
      chart: "Age of the watermark",
      lines: [{ series: mean("watermark-age") }],
      levels: alerts.levels("watermarkAge"),
    },
    {
      chart: "Rows that wait to be written",
      lines: [{ series: mean("unwritten") }],
      levels: alerts.levels("unwrittenRows"),
    },
    // 1 where it takes nothing.
    { chart: "Memory is short", lines: [{ series: mean("memory-short"), as: "bars" }] },
    { chart: "Rows that were refused, a minute", lines: [{ series: mean("errors"), as: "bars" }] },
    {
      chart: "Starts",
      lines: [{ series: timeSeries(metrics.starts, { where, combine: "sum", by: ["pipeline"] }), as: "bars" }],
    },
  ];
}
