import { expect, test } from "vitest";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { WorkerPool } from "../../../constructs/cloud-run/worker-pool";
import { ContainerImage } from "../../../constructs/core/image";
import { JourneyMonitoring, type JourneyMonitoringProps } from "../../../constructs/monitoring/journey-monitoring";
import { namesOf } from "../../../constructs/monitoring/journey-parts";
import { Topic } from "../../../constructs/pubsub/topic";
import type { Template } from "../../../constructs/testing/template";
import { examples as functions } from "../functions/examples";
import { aStack, IMAGE, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { allParts } from "./support";

const image = ContainerImage.fromRegistry(IMAGE);

const namesIn = (template: Template, type: string) => Object.keys(template.allResources(type));

interface Tile {
  readonly xPos?: number;
  readonly yPos?: number;
  readonly widget: {
    readonly title?: string;
    readonly text?: { readonly content: string };
    readonly sectionHeader?: object;
    readonly incidentList?: { readonly policyNames: readonly string[] };
    readonly logsPanel?: { readonly filter: string };
  };
}

function tilesOf(template: Template, name: string): readonly Tile[] {
  const { dashboard_json: text } = template.resource(`google_monitoring_dashboard.${name}`);
  const { mosaicLayout } = JSON.parse(String(text)) as { readonly mosaicLayout: { readonly tiles: readonly Tile[] } };
  return mosaicLayout.tiles;
}

/** The titles of a dashboard, a line for each section or column. */
function layoutOf(template: Template, name: string): readonly string[] {
  const lines: string[] = [];
  for (const { widget } of tilesOf(template, name)) {
    const heading = widget.sectionHeader ? `# ${widget.title}` : widget.text?.content;
    if (heading === undefined && lines.length > 0) lines.push(`${lines.pop()} | ${widget.title}`);
    else lines.push(heading ?? widget.title ?? "");
  }
  return lines;
}

const told = (props: (stack: ReturnType<typeof aStack>) => Partial<JourneyMonitoringProps>) =>
  templateOf(
    (stack) => void new JourneyMonitoring(stack, "monitoring", { name: "clicks", channels: [], ...props(stack) }),
  );

test("a topic alone: what of it may be wrong, and a dashboard", () => {
  const template = templateOf(examples.JourneyMonitoring.minimal);
  expect(namesIn(template, "google_monitoring_alert_policy")).toEqual(["journey-publish-errors", "journey-quota"]);
  expect(template.resource("google_monitoring_alert_policy.journey-quota")).toMatchObject({
    display_name: "journey: a quota is used up",
    severity: "ERROR",
  });
  expect(template.resource("google_monitoring_alert_policy.journey-quota")).not.toHaveProperty("notification_channels");
  expect(layoutOf(template, "journey")).toEqual([
    "What is wrong now",
    "# From left to right, as the data flows",
    "### Topics | Published, by answer",
  ]);
});

test("all of a journey: an alert for each thing that may be wrong, and the data from left to right", () => {
  const template = templateOf(examples.JourneyMonitoring.maximal, { labels: { stage: "dev" }, prefix: "alice" });
  expect(namesIn(template, "google_monitoring_alert_policy").toSorted()).toEqual(
    [
      "publish-errors",
      "oldest-message",
      "backlog-rising",
      "push-failures",
      "dead-letters",
      "server-errors",
      "latency",
      "crashes",
      "cpu",
      "memory",
      "executions-failed",
      "watermark-age",
      "unwritten-rows",
      "memory-short",
      "error-rows",
      "restarts",
      "silent",
      "job-failed",
      "job-lag",
      "job-watermark-age",
      "job-backlog",
      "job-cpu",
      "job-memory",
      "schedule-failed",
      "quota",
      "bigquery-errors",
    ]
      .map((name) => `all-${name}`)
      .toSorted(),
  );
  expect(template.resource("google_monitoring_alert_policy.all-oldest-message")).toMatchObject({
    display_name: "alice: Clicks: a message waits for more than 30m",
    severity: "CRITICAL",
    documentation: { content: "Call the shop." },
    conditions: [{ condition_threshold: { threshold_value: 1_800, duration: "60s" } }],
    notification_channels: ["${google_monitoring_notification_channel.team.name}"],
    user_labels: { team: "growth", stage: "dev" },
  });
  expect(template.resource("google_monitoring_alert_policy.all-crashes")["severity"]).toBe("WARNING");
  const ofPool = "CPU and memory of the busiest";
  const ofService = `Requests, by answer | Time of the slowest in a hundred | Instances | ${ofPool}`;
  expect(layoutOf(template, "all")).toEqual([
    "What is wrong now",
    "# From left to right, as the data flows",
    `### Comes in | ${ofService}`,
    "### Topics | Published, by answer",
    "### Subscriptions | Oldest message that waits | Messages that wait | Deliveries, by answer | Dead letters that wait",
    `### Processing | Age of the watermark | Rows that wait to be written | Memory is short | Rows that were refused, a minute | Starts | ${ofPool} | System lag | Age of the job's watermark | Backlog | CPU of workers | Memory of workers | vCPUs | ${ofService} | Executions of jobs`,
    "### Tables | Rows written, by table (up to 6 hours late) | Calls of BigQuery that fail (whole project)",
    "# What was logged | Warnings and errors",
  ]);
  const [incidents] = tilesOf(template, "all");
  expect(incidents?.widget.incidentList?.policyNames).toHaveLength(26);
});

test("processors are measured by what they log", () => {
  const template = templateOf(examples.JourneyMonitoring.maximal, { prefix: "alice" });
  const metrics = template.allResources("google_logging_metric");
  expect(Object.keys(metrics).toSorted()).toEqual([
    "all-errors",
    "all-memory-short",
    "all-starts",
    "all-unwritten",
    "all-watermark-age",
  ]);
  expect(metrics["all-unwritten"]).toMatchObject({
    name: "alice-all-unwritten",
    metric_descriptor: { display_name: "Rows that wait to be written", value_type: "DISTRIBUTION" },
  });
  const silent = template.resource("google_monitoring_alert_policy.all-silent");
  expect(JSON.stringify(silent)).toContain("logging_googleapis_com:user_alice_all_unwritten_count{");
  expect(told((stack) => ({ jobs: allParts(stack).jobs })).allResources("google_logging_metric")).toEqual({});
});

/** What the last tile lists. */
const logs = (template: Template) => tilesOf(template, "clicks").at(-1)?.widget.logsPanel?.filter;

const logsOf = (
  name: "ingest" | "services" | "workerPools" | "processors" | "jobs" | "streamingJobs" | "schedules" | "topics",
) => logs(told((stack) => ({ [name]: allParts(stack)[name] })));

test("what logs is seen in its log, by what it is", () => {
  expect(logsOf("ingest")).toBe(
    'severity>=WARNING AND (resource.labels.service_name=("${google_cloud_run_v2_service.intake.name}"))',
  );
  expect(logsOf("services")).toContain('service_name=("${google_cloud_run_v2_service.enrich.name}")');
  expect(logsOf("workerPools")).toBe('severity>=WARNING AND (resource.labels.worker_pool_name=("mailer"))');
  expect(logsOf("processors")).toContain('worker_pool_name=("counts")');
  expect(logsOf("jobs")).toContain('job_name=("${google_cloud_run_v2_job.cleanup.name}")');
  expect(logsOf("streamingJobs")).toContain('job_name=("sessions")');
  expect(logsOf("schedules")).toBe('severity>=WARNING AND (resource.labels.job_id=("hourly"))');
  expect(logsOf("topics")).toBeUndefined();
});

test("no dashboard, and no alerts, where they are not wanted", () => {
  const without = told((stack) => ({ topics: [new Topic(stack, "events")], dashboard: false }));
  expect(namesIn(without, "google_monitoring_dashboard")).toEqual([]);
  const stack = aStack();
  const watched = { topics: [new Topic(stack, "events")], channels: [] };
  const silent = new JourneyMonitoring(stack, "clicks", { ...watched, alerts: { publishErrors: false, quota: false } });
  expect([...silent.alerts]).toEqual([]);
  expect(silent.dashboard).toBeDefined();
  const blind = new JourneyMonitoring(stack, "shop", { ...watched, dashboard: false });
  expect(blind.dashboard).toBeUndefined();
  expect([...blind.alerts.keys()]).toEqual(["publish-errors", "quota"]);
  const seen = told((inner) => ({
    topics: [new Topic(inner, "events")],
    alerts: { publishErrors: false, quota: false },
  }));
  expect(layoutOf(seen, "clicks")[0]).toBe("# From left to right, as the data flows");
});

test("the parts by the names that metrics know them by", () => {
  const stack = aStack({ prefix: "alice" });
  const pool = new WorkerPool(stack, "both", { image });
  const bare = new CloudRunService(stack, "bare", { image });
  const names = namesOf({
    ...allParts(stack),
    processors: [
      { pipeline: "a", workerPool: pool },
      { pipeline: "b", workerPool: pool },
    ],
    workerPools: [pool],
    services: [bare],
  });
  expect({ ...names, ingest: names.ingest.length, jobs: names.jobs.length }).toEqual({
    ingest: 1,
    topics: ["alice-clicks"],
    subscriptions: ["alice-reader", "alice-landing"],
    deadLetters: ["alice-dead"],
    services: [{ name: bare.name, maxInstances: bare.maxInstances }],
    processors: [
      { pipeline: "a", workerPool: "alice-both" },
      { pipeline: "b", workerPool: "alice-both" },
    ],
    workerPools: ["alice-both"],
    dataflowJobs: [
      { name: "sessions", mode: "streaming" },
      { name: "report", mode: "batch" },
    ],
    jobs: 1,
    schedules: ["alice-hourly"],
    datasets: names.datasets,
    apis: ["pubsub", "run", "dataflow", "compute", "bigquery", "bigquerystorage"],
  });
  expect(names.datasets).toHaveLength(1);
  expect(names.ingest[0]).toMatchObject({ maxInstances: 4 });
});

test.each([
  ["topics", ["pubsub"]],
  ["subscriptions", ["pubsub"]],
  ["deadLetters", ["pubsub"]],
  ["ingest", ["run"]],
  ["services", ["run"]],
  ["processors", ["run"]],
  ["workerPools", ["run"]],
  ["jobs", ["run"]],
  ["streamingJobs", ["dataflow", "compute"]],
  ["batchJobs", ["dataflow", "compute"]],
  ["schedules", []],
  ["tables", ["bigquery", "bigquerystorage"]],
  ["datasets", ["bigquery", "bigquerystorage"]],
] as const)("%s alone are enough, and use up quotas of %j", (name, apis) => {
  const stack = aStack();
  const parts = { [name]: allParts(stack)[name] };
  expect(namesOf(parts).apis).toEqual(apis);
  expect(() => new JourneyMonitoring(stack, "monitoring", { channels: [], ...parts })).not.toThrow();
});

test("a function is a service, and is told when it has all of its instances", () => {
  const stack = aStack();
  const one = functions.CloudFunction.minimal(stack);
  expect(namesOf({ services: [one] }).services).toEqual([{ name: one.name, maxInstances: one.maxInstances }]);
});

test("nothing to watch is a mistake", () => {
  const stack = aStack();
  expect(messageOf(() => new JourneyMonitoring(stack, "clicks", { channels: [], topics: [] }))).toContain(
    "there is nothing to watch: name topics, subscriptions, services, processors, jobs, schedules or tables",
  );
});
