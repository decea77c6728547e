import type { Duration } from "../../../pipeline/duration";
import { metrics } from "../metrics";
import type { Tile } from "../tile";
import { promql, timeSeries } from "../time-series";
import { alert, Alerts, anyOf, percent, type AlertChanges, type AlertDefaults, type Signal } from "./signal";

/** The alerts on Cloud Run, as they are where nothing is said of them. */
export const cloudRunAlerts = {
  /** 5 % for 5m: what calls tries again, and single failures come through. */
  serverErrors: alert<number>({
    above: 0.05,
    for: "5m",
    severity: "error",
    title: (above) => `more than ${percent(above)} of requests fail`,
    runbook: `\${resource.label.service_name} answers with 5xx.

1. Its log, at severity ERROR, says why. Without a line of its own the instance was killed or never came up: see the lines of Cloud Run itself.
2. Since a deployment? Send the traffic back to the revision before.`,
  }),
  /** 5s for 10m, of the slowest in a hundred: Pub/Sub waits for a minute, and people for less. */
  latency: alert<Duration>({
    above: "5s",
    for: "10m",
    severity: "warning",
    title: (above) => `one request in a hundred takes more than ${above}`,
    runbook: `\${resource.label.service_name} is slow.

1. Does it wait for something: a table, another service, a lock?
2. Is its CPU at the limit, or are instances at their maximum, so that requests queue?
3. Do instances start again and again? The first request of each waits for it.`,
  }),
  /** All of them for 10m: what comes on top of that waits, and is refused with 429 in the end. */
  atMaximum: alert<number>({
    above: 1,
    for: "10m",
    severity: "warning",
    title: (above) => `a service has ${percent(above)} of the instances that it may have`,
    runbook: `A service has all the instances that it may have: what comes on top waits, and is answered with 429 in the end.

1. Does more come in, or does each request take longer than it did?
2. Raise maxInstances, where what is behind it (a database, a quota) bears more.`,
  }),
  /** The first of them, told once an hour: what crashes does so again and again. */
  crashes: alert<undefined>({
    above: undefined,
    for: "0s",
    severity: "error",
    title: () => "an instance crashed",
    runbook: `Cloud Run says that a container left by itself, was killed for its memory, or by a signal.

1. The lines before it in the log say what it did.
2. "Memory limit exceeded": give it more, or let it do less at once (concurrency).
3. Nothing is lost where messages are acknowledged after their work; the rest was answered with an error.`,
  }),
  /** 80 % for 10m: above it the latency grows sooner than instances come. */
  cpu: alert<number>({
    above: 0.8,
    for: "10m",
    severity: "warning",
    title: (above) => `instances use more than ${percent(above)} of their CPU`,
    runbook: `The busiest instances are at the limit of their CPU.

1. A service: lower its concurrency or raise maxInstances.
2. A worker pool: give it more CPU; one that keeps no state may have more instances.`,
  }),
  /** 80 % for 10m: at 100 % the instance is killed. */
  memory: alert<number>({
    above: 0.8,
    for: "10m",
    severity: "warning",
    title: (above) => `instances use more than ${percent(above)} of their memory`,
    runbook: `The fullest instances are near the limit of their memory, at which they are killed.

1. Does it rise for hours? Something is kept that should be let go; of a stream processor, windows and keys that are open.
2. Raise the memory, or lower the concurrency.`,
  }),
  /** A single one: a job has tried each of its tasks again already. */
  executionsFailed: alert<number>({
    above: 0,
    for: "1m",
    severity: "error",
    title: (above) => (above === 0 ? "a job failed" : `a job failed more than ${above} times in 10 minutes`),
    runbook: `An execution of the job \${resource.label.job_name} failed, with all its retries.

1. The log of the execution says why.
2. Run it again when that is mended: \`gcloud run jobs execute NAME\`. What it does has to bear being done twice.`,
  }),
} satisfies AlertDefaults;

export interface WatchedService {
  readonly name: string;
  /** @default not known: then nobody is told when all are there */
  readonly maxInstances?: number;
}

export interface CloudRunWatch {
  /** Services and functions. */
  readonly services?: readonly WatchedService[];
  /** Names of worker pools. */
  readonly workerPools?: readonly string[];
  /** Names of jobs. */
  readonly jobs?: readonly string[];
}

/** What to alarm of Cloud Run, and what to look at. */
export function cloudRunSignals(
  { services = [], workerPools = [], jobs = [] }: CloudRunWatch,
  changes: AlertChanges<typeof cloudRunAlerts> = {},
): {
  readonly alerts: readonly Signal[];
  readonly services: readonly Tile[];
  readonly workerPools: readonly Tile[];
  readonly jobs: readonly Tile[];
} {
  const alerts = new Alerts(cloudRunAlerts, changes);
  const names = services.map(({ name }) => name);
  return {
    alerts: [
      ...(names.length === 0 ? [] : answering(alerts, names)),
      ...full(alerts, services),
      ...living(alerts, names, workerPools),
      ...(jobs.length === 0 ? [] : alerts.signal("executionsFailed", (start) => ({ series: failed(jobs), ...start }))),
    ],
    services: names.length === 0 ? [] : serviceTiles(alerts, names),
    workerPools: workerPools.length === 0 ? [] : poolTiles(alerts, workerPools),
    jobs: jobs.length === 0 ? [] : jobTiles(jobs),
  };
}

type RunAlerts = Alerts<typeof cloudRunAlerts>;

const MILLISECONDS = 1_000;

function answering(alerts: RunAlerts, service_name: readonly string[]): readonly Signal[] {
  const all = { combine: "sum", by: ["service_name"] } as const;
  return [
    ...alerts.signal("serverErrors", (start) => ({
      series: {
        of: timeSeries(metrics.service.requests, { ...all, where: { service_name, response_code_class: "5xx" } }),
        to: timeSeries(metrics.service.requests, { ...all, where: { service_name } }),
      },
      ...start,
    })),
    ...alerts.signal("latency", ({ above, for: lasting }) => ({
      series: slowest(service_name),
      above: above * MILLISECONDS,
      for: lasting,
    })),
  ];
}

/** Each service has a maximum of its own: one query, and one alert. */
function full(alerts: RunAlerts, services: readonly WatchedService[]): readonly Signal[] {
  const limited = services.flatMap(({ name, maxInstances }) =>
    maxInstances === undefined ? [] : [{ name, maxInstances }],
  );
  if (limited.length === 0) return [];
  return alerts.signal("atMaximum", ({ above, for: lasting }) => ({
    promql: limited
      .map(({ name, maxInstances }) => {
        const instances = promql(metrics.service.instances, { service_name: name, state: "active" });
        return `sum by (service_name) (${instances}) >= ${above * maxInstances}`;
      })
      .join(" or "),
    for: lasting,
  }));
}

function living(
  alerts: RunAlerts,
  service_name: readonly string[],
  worker_pool_name: readonly string[],
): readonly Signal[] {
  const used = (what: "cpu" | "memory", start: { readonly above: number; readonly for: Duration }) => ({
    any: [
      ...(service_name.length === 0 ? [] : [{ name: "of a service", series: busiest(what, service_name), ...start }]),
      ...(worker_pool_name.length === 0
        ? []
        : [{ name: "of a worker pool", series: busiestOfPools(what, worker_pool_name), ...start }]),
    ],
  });
  if (service_name.length + worker_pool_name.length === 0) return [];
  return [
    ...alerts.signal("crashes", () => ({
      log: crashed(service_name, worker_pool_name),
      labels: {
        service: { field: "resource.labels.service_name" },
        worker_pool: { field: "resource.labels.worker_pool_name" },
      },
    })),
    ...alerts.signal("cpu", (start) => used("cpu", start)),
    ...alerts.signal("memory", (start) => used("memory", start)),
  ];
}

/**
 * What Cloud Run itself says of an instance. Codes from 130 on are those of one that was asked to stop.
 * @see https://cloud.google.com/run/docs/troubleshooting
 */
function crashed(services: readonly string[], workerPools: readonly string[]): string {
  const of = [
    ...(services.length === 0
      ? []
      : [`(resource.type="cloud_run_revision" AND resource.labels.service_name=${anyOf(services)})`]),
    ...(workerPools.length === 0
      ? []
      : [`(resource.type="cloud_run_worker_pool" AND resource.labels.worker_pool_name=${anyOf(workerPools)})`]),
  ];
  return [
    `log_id("run.googleapis.com/varlog/system")`,
    `(${of.join(" OR ")})`,
    String.raw`(textPayload=~"Container called exit\([1-9]" OR textPayload:"Container terminated on signal" OR textPayload:"Memory limit of")`,
    String.raw`NOT textPayload=~"Container called exit\(1[34][0-9]\)"`,
  ].join(" AND ");
}

const slowest = (service_name: readonly string[]) =>
  timeSeries(metrics.service.latencies, { where: { service_name }, combine: "percentile-99", by: ["service_name"] });

const busiest = (what: "cpu" | "memory", service_name: readonly string[]) =>
  timeSeries(metrics.service[what], {
    where: { service_name },
    align: "percentile-99",
    combine: "max",
    by: ["service_name"],
  });

const busiestOfPools = (what: "cpu" | "memory", worker_pool_name: readonly string[]) =>
  timeSeries(metrics.workerPool[what], {
    where: { worker_pool_name },
    align: "percentile-99",
    combine: "max",
    by: ["worker_pool_name"],
  });

const failed = (job_name: readonly string[]) =>
  timeSeries(metrics.runJob.executions, {
    where: { job_name, result: "failed" },
    align: "sum",
    every: "10m",
    combine: "sum",
    by: ["job_name"],
  });

function serviceTiles(alerts: RunAlerts, service_name: readonly string[]): readonly Tile[] {
  const of = { where: { service_name }, combine: "sum" } as const;
  return [
    {
      chart: "Requests, by answer",
      lines: [
        {
          series: timeSeries(metrics.service.requests, { ...of, by: ["service_name", "response_code_class"] }),
          as: "bars",
        },
      ],
    },
    {
      chart: "Time of the slowest in a hundred",
      lines: [{ series: slowest(service_name) }],
      levels: alerts.levels("latency", MILLISECONDS),
    },
    {
      chart: "Instances",
      lines: [{ series: timeSeries(metrics.service.instances, { ...of, by: ["service_name", "state"] }), as: "area" }],
    },
    {
      chart: "CPU and memory of the busiest",
      lines: [{ series: busiest("cpu", service_name) }, { series: busiest("memory", service_name) }],
      levels: alerts.levels("memory"),
    },
  ];
}

const poolTiles = (alerts: RunAlerts, names: readonly string[]): readonly Tile[] => [
  {
    chart: "CPU and memory of the busiest",
    lines: [{ series: busiestOfPools("cpu", names) }, { series: busiestOfPools("memory", names) }],
    levels: alerts.levels("memory"),
  },
];

const jobTiles = (job_name: readonly string[]): readonly Tile[] => [
  {
    chart: "Executions of jobs",
    lines: [
      {
        series: timeSeries(metrics.runJob.executions, {
          where: { job_name },
          combine: "sum",
          by: ["job_name", "result"],
        }),
        as: "bars",
      },
    ],
  },
];
