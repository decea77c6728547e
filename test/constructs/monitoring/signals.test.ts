import { expect, test } from "vitest";
import { resources } from "../../../constructs/monitoring/metrics";
import { cloudRunAlerts, cloudRunSignals } from "../../../constructs/monitoring/signals/cloud-run";
import { dataflowAlerts, dataflowSignals } from "../../../constructs/monitoring/signals/dataflow";
import { projectAlerts, projectSignals } from "../../../constructs/monitoring/signals/project";
import { pubsubAlerts, pubsubSignals } from "../../../constructs/monitoring/signals/pubsub";
import { schedulerAlerts, schedulerSignals } from "../../../constructs/monitoring/signals/scheduler";
import type { Signal } from "../../../constructs/monitoring/signals/signal";
import {
  processorAlerts,
  processorLogMetrics,
  processorSignals,
  type ProcessorMetrics,
} from "../../../constructs/monitoring/signals/stream-processor";
import { isAlignable } from "../../../constructs/monitoring/metric";
import { seriesOf } from "../../../constructs/monitoring/condition";
import type { Tile } from "../../../constructs/monitoring/tile";
import { alertWords, tileWords } from "./words";

const logged = (name: string, value: "number" | "distribution") => ({
  type: `logging.googleapis.com/user/clicks-${name}`,
  resource: resources.workerPool,
  labels: ["pipeline"] as const,
  kind: "delta" as const,
  value,
  unit: "1",
});
const metrics: ProcessorMetrics = {
  "watermark-age": logged("watermark-age", "distribution"),
  unwritten: logged("unwritten", "distribution"),
  "memory-short": logged("memory-short", "distribution"),
  errors: logged("errors", "distribution"),
  starts: logged("starts", "number"),
};
const processors = [
  { pipeline: "counts", workerPool: "pool" },
  { pipeline: "sums", workerPool: "pool" },
];
const pubsub = { topics: ["clicks"], subscriptions: ["reader", "landing"], deadLetters: ["dead"] };
const run = {
  services: [{ name: "intake", maxInstances: 4 }, { name: "enrich", maxInstances: 20 }, { name: "theirs" }],
  workerPools: ["counts"],
  jobs: ["cleanup"],
};
const jobs = [
  { name: "sessions", mode: "streaming" },
  { name: "report", mode: "batch" },
] as const;
const project = { apis: ["pubsub", "bigquery"], datasets: ["shop"] };

const all = {
  "Pub/Sub": pubsubSignals(pubsub),
  "Cloud Run": cloudRunSignals(run),
  Dataflow: dataflowSignals(jobs),
  Schedules: schedulerSignals(["hourly", "nightly"]),
  "The project": projectSignals(project),
  "Stream processors": processorSignals({ processors, metrics }),
};

test("what is told, and what is seen, of each service", async () => {
  const text = Object.entries(all).flatMap(([service, { alerts, ...groups }]) => [
    `# ${service}`,
    ...alerts.map((alert) => `- ${alertWords(alert)}`),
    ...Object.entries<readonly Tile[]>({ ...groups }).flatMap(([group, tiles]) => [
      `## ${group}`,
      ...tiles.map((tile) => `- ${tileWords(tile)}`),
    ]),
    "",
  ]);
  await expect(text.join("\n")).toMatchFileSnapshot("__snapshots__/signals.md");
});

test("what is nowhere is neither told nor seen", () => {
  const nothing = { alerts: [] };
  expect(pubsubSignals({})).toEqual({ ...nothing, topics: [], subscriptions: [] });
  expect(cloudRunSignals({})).toEqual({ ...nothing, services: [], workerPools: [], jobs: [] });
  expect(dataflowSignals([])).toEqual({ ...nothing, jobs: [] });
  expect(projectSignals({})).toEqual({ ...nothing, tables: [] });
  expect(schedulerSignals([])).toEqual(nothing);
  expect(processorSignals({ processors: [], metrics })).toEqual({ ...nothing, processors: [] });
});

const namesOf = ({ alerts }: { readonly alerts: readonly Signal[] }) => alerts.map(({ name }) => name);

test("each part alone is told what it can tell", () => {
  expect(namesOf(pubsubSignals({ topics: ["a"] }))).toEqual(["publish-errors"]);
  expect(namesOf(pubsubSignals({ subscriptions: ["a"] }))).toEqual([
    "oldest-message",
    "backlog-rising",
    "push-failures",
    "dead-letters",
  ]);
  expect(namesOf(pubsubSignals({ deadLetters: ["a"] }))).toEqual(["dead-letters"]);
  expect(namesOf(cloudRunSignals({ workerPools: ["a"] }))).toEqual(["crashes", "cpu", "memory"]);
  expect(namesOf(cloudRunSignals({ services: [{ name: "a" }] }))).toEqual([
    "server-errors",
    "latency",
    "crashes",
    "cpu",
    "memory",
  ]);
  expect(namesOf(cloudRunSignals({ jobs: ["a"] }))).toEqual(["executions-failed"]);
  expect(namesOf(dataflowSignals([{ name: "a", mode: "batch" }]))).toEqual(["job-failed"]);
  expect(dataflowSignals([{ name: "a", mode: "batch" }]).jobs).toEqual([]);
  expect(namesOf(projectSignals({ apis: ["run"] }))).toEqual(["quota"]);
  expect(namesOf(projectSignals({ datasets: ["a"] }))).toEqual(["bigquery-errors"]);
});

const words = (signals: { readonly alerts: readonly Signal[] }, name: string) =>
  signals.alerts.filter((alert) => alert.name === name).map(alertWords);
const titled = (signals: { readonly alerts: readonly Signal[] }, name: string) =>
  signals.alerts.find((alert) => alert.name === name)?.title;

test("conditions of an alert are of what there is", () => {
  expect(words(pubsubSignals({ subscriptions: ["a"] }), "dead-letters")).toEqual([
    'dead-letters, warning: messages are set aside: [messages were set aside] sum by resource.labels.subscription_id of sum in 10m of metric.type="pubsub.googleapis.com/subscription/dead_letter_message_count" AND resource.type="pubsub_subscription" AND resource.labels.subscription_id="a" > 0 for 1m',
  ]);
  expect(words(pubsubSignals({ deadLetters: ["a"] }), "dead-letters")).toEqual([
    'dead-letters, warning: messages are set aside: [dead letters wait] sum by resource.labels.subscription_id of max in 1m of metric.type="pubsub.googleapis.com/subscription/num_undelivered_messages" AND resource.type="pubsub_subscription" AND resource.labels.subscription_id="a" > 0 for 1m',
  ]);
  expect(words(cloudRunSignals({ workerPools: ["a"] }), "cpu")).toEqual([
    'cpu, warning: instances use more than 80 % of their CPU: [of a worker pool] max by resource.labels.worker_pool_name of percentile-99 in 1m of metric.type="run.googleapis.com/container/cpu/utilizations" AND resource.type="cloud_run_worker_pool" AND resource.labels.worker_pool_name="a" > 0.8 for 10m',
  ]);
  expect(words(cloudRunSignals({ services: [{ name: "a" }] }), "memory")).toEqual([
    'memory, warning: instances use more than 80 % of their memory: [of a service] max by resource.labels.service_name of percentile-99 in 1m of metric.type="run.googleapis.com/container/memory/utilizations" AND resource.type="cloud_run_revision" AND resource.labels.service_name="a" > 0.8 for 10m',
  ]);
  expect(words(cloudRunSignals({ workerPools: ["a"] }), "crashes")).toEqual([
    String.raw`crashes, error: an instance crashed: log log_id("run.googleapis.com/varlog/system") AND ((resource.type="cloud_run_worker_pool" AND resource.labels.worker_pool_name=("a"))) AND (textPayload=~"Container called exit\([1-9]" OR textPayload:"Container terminated on signal" OR textPayload:"Memory limit of") AND NOT textPayload=~"Container called exit\(1[34][0-9]\)" told with service, worker_pool`,
  ]);
});

test("an alert is switched off, with the level that it draws", () => {
  const { alerts, subscriptions } = pubsubSignals(pubsub, { oldestMessage: false, deadLetters: undefined });
  expect(alerts.map(({ name }) => name)).toEqual(["publish-errors", "backlog-rising", "push-failures", "dead-letters"]);
  expect(subscriptions[0]).toMatchObject({ chart: "Oldest message that waits", levels: [] });
});

test("an alert is changed in what is said of it, and in nothing else", () => {
  const { alerts, subscriptions } = pubsubSignals(pubsub, {
    oldestMessage: { above: "1h", severity: "critical", runbook: "Call the shop.", for: undefined },
    backlogRising: { for: "20m" },
  });
  expect(alerts[1]).toMatchObject({
    name: "oldest-message",
    title: "a message waits for more than 1h",
    severity: "critical",
    when: { above: 3_600, for: "5m" },
    runbook: "Call the shop.",
  });
  expect(alerts[2]).toMatchObject({ severity: "warning", when: { for: "20m" } });
  expect(subscriptions[0]).toMatchObject({ levels: [{ value: 3_600, label: "alert" }] });
});

test("titles say their numbers", () => {
  expect(titled(pubsubSignals(pubsub, { deadLetters: { above: 5 } }), "dead-letters")).toBe(
    "more than 5 messages are set aside",
  );
  expect(titled(cloudRunSignals(run, { executionsFailed: { above: 2 } }), "executions-failed")).toBe(
    "a job failed more than 2 times in 10 minutes",
  );
  expect(titled(cloudRunSignals(run, { serverErrors: { above: 0.001 } }), "server-errors")).toBe(
    "more than 0.1 % of requests fail",
  );
  expect(titled(processorSignals({ processors, metrics }, { errorRows: { above: 7 } }), "error-rows")).toBe(
    "a pipeline refuses more than 7 rows in 10 minutes",
  );
  expect(titled(dataflowSignals(jobs, { jobBacklog: { above: 5_000_000 } }), "job-backlog")).toBe(
    "a job's backlog grows by more than 5 MB in 30 minutes",
  );
});

test("a part of the instances is enough where it is said", () => {
  const { alerts } = cloudRunSignals(run, { atMaximum: { above: 0.5 } });
  expect(alerts.find(({ name }) => name === "at-maximum")).toMatchObject({
    title: "a service has 50 % of the instances that it may have",
    when: { promql: expect.stringMatching(/>= 2 or .*>= 10$/) as string },
  });
});

test("no two alerts of a journey have one name, and each says what to do", () => {
  const tables = [pubsubAlerts, cloudRunAlerts, dataflowAlerts, projectAlerts, processorAlerts, schedulerAlerts];
  const names = tables.flatMap((table) => Object.keys(table));
  expect(new Set(names).size).toBe(names.length);
  for (const { runbook, name } of Object.values(all).flatMap(({ alerts }) => alerts)) {
    expect(runbook, name).toMatch(/^\S.{20,}\n\n1\. \S.{20,}/);
  }
});

test("all series of alerts can be aligned as they are", () => {
  const series = Object.values(all).flatMap(({ alerts }) => alerts.flatMap(({ when }) => [...seriesOf(when)]));
  expect(series.length).toBeGreaterThan(20);
  for (const { metric, align } of series) expect(isAlignable(metric, align), `${metric.type} ${align}`).toBe(true);
});

test("what processors say once a minute is measured, and their starts are counted", () => {
  const labels = { pipeline: { field: "jsonPayload.pipeline" } };
  const pool = 'resource.type="cloud_run_worker_pool" AND resource.labels.worker_pool_name=("pool" OR "other")';
  const report = `${pool} AND jsonPayload.kind="report"`;
  expect(processorLogMetrics([...processors, { pipeline: "more", workerPool: "other" }])).toEqual({
    "watermark-age": {
      filter: `${report} AND jsonPayload.watermarkAgeSeconds>=0`,
      value: { field: "jsonPayload.watermarkAgeSeconds" },
      unit: "s",
      labels,
      title: "Age of the watermark",
    },
    unwritten: {
      filter: `${report} AND jsonPayload.unwritten>=0`,
      value: { field: "jsonPayload.unwritten" },
      unit: "1",
      labels,
      title: "Rows that wait to be written",
    },
    "memory-short": {
      filter: `${report} AND jsonPayload.memoryShort>=0`,
      value: { field: "jsonPayload.memoryShort" },
      unit: "1",
      labels,
      title: "Whether memory is short",
    },
    errors: {
      filter: `${report} AND jsonPayload.newErrors>=0`,
      value: { field: "jsonPayload.newErrors" },
      unit: "1",
      labels,
      title: "Rows that were refused",
    },
    starts: { filter: `${pool} AND jsonPayload.kind="start"`, labels, title: "Starts" },
  });
});
