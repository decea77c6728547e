import type { Duration } from "../../../pipeline/duration";
import { metrics } from "../metrics";
import type { Tile } from "../tile";
import { promql, timeSeries } from "../time-series";
import { alert, Alerts, percent, type AlertChanges, type AlertDefaults, type Signal } from "./signal";

/** The alerts on Dataflow's jobs, as they are where nothing is said of them. */
export const dataflowAlerts = {
  /** 5m for 5m: a job that scales or is updated holds its data for a minute or two. */
  jobLag: alert<Duration>({
    above: "5m",
    for: "5m",
    severity: "error",
    title: (above) => `a job's data waits for more than ${above}`,
    runbook: `In \${resource.label.job_name} something has been waiting or in work for too long (system lag).

1. The job's page, "Execution details": which stage stands?
2. "Worker logs" at severity ERROR: an element that fails is tried for ever, and holds all that is behind it.
3. Are all workers there that it wants? A quota of CPUs or addresses stops new ones.`,
  }),
  /** 10m for 5m: a watermark waits for the slowest source, which may be silent for a while. */
  jobWatermarkAge: alert<Duration>({
    above: "10m",
    for: "5m",
    severity: "error",
    title: (above) => `a job's watermark is older than ${above}`,
    runbook: `\${resource.label.job_name} cannot say that it has seen all that is older than this: windows stay open, and nothing comes out of them.

1. Is the backlog of its subscription old? Then it is too slow, or was stopped: see its lag.
2. Is there a single old message? A publisher with a wrong clock holds the watermark of all.`,
  }),
  /** 100 MB more in half an hour, by the trend of it: a burst is worked off in less. */
  jobBacklog: alert<number>({
    above: 100_000_000,
    for: "10m",
    severity: "warning",
    title: (above) => `a job's backlog grows by more than ${above / 1_000_000} MB in 30 minutes`,
    runbook: `A job gets more than it works off.

1. Is it at maxWorkers? Raise them, or take larger machines.
2. Is it not, and does its CPU idle? One key or one file holds it: "Execution details" shows the stage.`,
  }),
  /** 80 % for 10m: Dataflow scales up before, where it may. */
  jobCpu: alert<number>({
    above: 0.8,
    for: "10m",
    severity: "warning",
    title: (above) => `a job's workers use more than ${percent(above)} of their CPU`,
    runbook: `The workers of \${resource.label.job_name} are at the limit of their CPU.

1. Is it at maxWorkers? Raise them, or take larger machines.
2. Since a new version of the template? Look at its "CPU utilization" by stage.`,
  }),
  /** 80 % for 10m, of a worker: at 100 % it is killed, and its work is done again. */
  jobMemory: alert<number>({
    above: 0.8,
    for: "10m",
    severity: "warning",
    title: (above) => `a job's worker uses more than ${percent(above)} of its memory`,
    runbook: `A worker of \${resource.label.job_name} is near the limit of its memory, at which it is killed and its work is done again.

1. Take a machine with more memory per CPU (n2-highmem), or fewer threads (numberOfWorkerHarnessThreads).
2. What is kept per key, or is an input as a whole in memory (side input)?`,
  }),
  /** At once: a job that has failed does nothing more. */
  jobFailed: alert<number>({
    above: 0,
    for: "0m",
    severity: "critical",
    title: () => "a job failed",
    runbook: `\${resource.label.job_name} has failed, and nothing is processed any more.

1. "Job logs" and "Worker logs" at severity ERROR say why: most often a right, a quota, or a table that is not there. A job that was never launched is not told here: see the log of its schedule, and of its launcher.
2. Apply the stack again: it makes the job anew. What Pub/Sub holds is not lost until the subscription's retention is over.`,
  }),
} satisfies AlertDefaults;

export interface WatchedJob {
  /** As Dataflow knows it. */
  readonly name: string;
  /** Of batch jobs it is of interest whether they fail, and no more. */
  readonly mode: "streaming" | "batch";
}

const TREND = "30m";
const TREND_SECONDS = 1_800;

/** What to alarm of Dataflow's jobs, and what to look at. */
export function dataflowSignals(
  jobs: readonly WatchedJob[],
  changes: AlertChanges<typeof dataflowAlerts> = {},
): { readonly alerts: readonly Signal[]; readonly jobs: readonly Tile[] } {
  const alerts = new Alerts(dataflowAlerts, changes);
  const all = jobs.map(({ name }) => name);
  const streaming = jobs.filter(({ mode }) => mode === "streaming").map(({ name }) => name);
  return {
    alerts: [
      ...(all.length === 0 ? [] : alerts.signal("jobFailed", (start) => ({ series: failing(all), ...start }))),
      ...(streaming.length === 0 ? [] : lagging(alerts, streaming)),
    ],
    jobs: streaming.length === 0 ? [] : jobTiles(alerts, streaming),
  };
}

type JobAlerts = Alerts<typeof dataflowAlerts>;

function lagging(alerts: JobAlerts, job_name: readonly string[]): readonly Signal[] {
  return [
    ...alerts.signal("jobLag", (start) => ({ series: lag(job_name), ...start })),
    ...alerts.signal("jobWatermarkAge", (start) => ({ series: watermarkAge(job_name), ...start })),
    ...alerts.signal("jobBacklog", ({ above, for: lasting }) => ({
      promql: `sum by (job_name) (deriv(${promql(metrics.dataflowJob.backlogBytes, { job_name })}[${TREND}])) * ${TREND_SECONDS} > ${above}`,
      for: lasting,
    })),
    ...alerts.signal("jobCpu", (start) => ({ series: cpu(job_name), ...start })),
    ...alerts.signal("jobMemory", (start) => ({ series: memory(job_name), ...start })),
  ];
}

const slowest = { align: "max", combine: "max", by: ["job_name"] } as const;

const failing = (job_name: readonly string[]) =>
  timeSeries(metrics.dataflowJob.failed, { where: { job_name }, ...slowest });
const lag = (job_name: readonly string[]) =>
  timeSeries(metrics.dataflowJob.systemLag, { where: { job_name }, ...slowest });
const watermarkAge = (job_name: readonly string[]) =>
  timeSeries(metrics.dataflowJob.watermarkAge, { where: { job_name }, ...slowest });
const cpu = (job_name: readonly string[]) =>
  timeSeries(metrics.dataflowJob.cpu, { where: { job_name }, combine: "mean", by: ["job_name"] });

/** A worker's containers together, of what the worker has. */
function memory(job_name: readonly string[]) {
  const worker = { where: { job_name }, combine: "sum", by: ["job_name", "worker_id"] } as const;
  return {
    of: timeSeries(metrics.dataflowWorker.memoryUsed, worker),
    to: timeSeries(metrics.dataflowWorker.memoryLimit, worker),
  };
}

function jobTiles(alerts: JobAlerts, job_name: readonly string[]): readonly Tile[] {
  const of = { where: { job_name }, combine: "sum", by: ["job_name"] } as const;
  return [
    { chart: "System lag", lines: [{ series: lag(job_name) }], levels: alerts.levels("jobLag") },
    {
      chart: "Age of the job's watermark",
      lines: [{ series: watermarkAge(job_name) }],
      levels: alerts.levels("jobWatermarkAge"),
    },
    { chart: "Backlog", lines: [{ series: timeSeries(metrics.dataflowJob.backlogBytes, of), as: "area" }] },
    {
      chart: "CPU of workers",
      lines: [{ series: cpu(job_name) }],
      levels: alerts.levels("jobCpu"),
    },
    {
      chart: "Memory of workers",
      lines: [{ series: memory(job_name) }],
      levels: alerts.levels("jobMemory"),
    },
    { chart: "vCPUs", lines: [{ series: timeSeries(metrics.dataflowJob.vcpus, of), as: "area" }] },
  ];
}
