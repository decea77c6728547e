/** What journey.monitor() watches: all that the journey made, and what it was given. */
import { expect, test } from "vitest";
import { Table } from "../../../constructs/bigquery/table";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { CloudRunJob } from "../../../constructs/cloud-run/cloud-run-job";
import { WorkerPool } from "../../../constructs/cloud-run/worker-pool";
import { ContainerImage } from "../../../constructs/core/image";
import type { GcpStack } from "../../../constructs/core/stack";
import { BatchPipeline } from "../../../constructs/data-journey/batch-pipeline";
import { DataJourney, type DataJourneyProps } from "../../../constructs/data-journey/data-journey";
import { partsOf } from "../../../constructs/data-journey/monitored";
import { Runner } from "../../../constructs/data-journey/runners";
import type { JourneyParts } from "../../../constructs/monitoring/journey-parts";
import { NotificationChannel } from "../../../constructs/monitoring/notification-channel";
import { Network } from "../../../constructs/network/network";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { mapValues } from "../../../pipeline/objects";
import { aStack, IMAGE, messageOf, templateOf } from "../support";
import { batch, large, Order, perMinute } from "./events";

const image = ContainerImage.fromRegistry(IMAGE);
const journeyIn = (
  stack: GcpStack,
  more: Partial<DataJourneyProps<typeof Order.fields>> = {},
): DataJourney<typeof Order.fields> =>
  new DataJourney(stack, "journey", { event: Order, name: "orders", dataset: new Dataset(stack, "shop"), ...more });

/** Everything there is, with a runner of each kind. */
function busy(stack: GcpStack): DataJourney<typeof Order.fields> {
  const journey = journeyIn(stack, { network: new Network(stack, "net") });
  journey.ingest({ name: "orders-ingest" });
  journey.landRaw({ into: "raw" });
  journey.handle({ name: "mailer", image, publishTo: new Topic(stack, "mails") });
  journey.process(large, { runner: Runner.dataflow(), into: { large: "large" } });
  journey.process(perMinute, { runner: Runner.workerPool(), into: { counts: "counts", refused: "refused" } });
  return journey;
}

/** Each part by its address. */
const named = (parts: JourneyParts) =>
  mapValues(
    parts as { readonly [kind: string]: readonly { readonly name?: string; readonly fullName?: string }[] },
    (all) => all.map((one) => one.fullName?.split(/[/.]/).at(-1) ?? one.name),
  );

test("all that the journey made is watched, each as what it is", () => {
  const stack = aStack();
  const journey = busy(stack);
  const { processors, services, ingest, ...rest } = partsOf(journey, journey.events);
  expect(named(rest)).toEqual({
    topics: ["orders"],
    subscriptions: ["orders-raw", "mailer", "large-orders", "orders-per-minute"],
    deadLetters: ["orders-dead-letters-kept"],
    workerPools: [],
    streamingJobs: ["large-orders"],
    batchJobs: [],
    jobs: [],
    schedules: [],
    tables: ["raw", "large", "counts", "refused"],
    datasets: [],
  });
  expect(processors?.map(({ pipeline, workerPool }) => [pipeline, workerPool.node.path])).toEqual([
    ["orders-per-minute", "test/journey/orders-per-minute/workers"],
  ]);
  expect(ingest?.map(({ node }) => node.path)).toEqual(["test/journey/ingest orders-ingest/service"]);
  expect(services?.map(({ node }) => node.path)).toEqual(["test/journey/handle mailer/service"]);
});

test("a topic, tables and dead letters of somebody else are watched too", () => {
  const stack = aStack();
  const deadLetters = new DeadLetters(stack, "lost");
  const topic = new Topic(stack, "given");
  const table = new Table(stack, "large", { dataset: new Dataset(stack, "mine"), columns: large.outputs.large.fields });
  const results = new Topic(stack, "results");
  const journey = journeyIn(stack, { topic, deadLetters });
  journey.process(large, { runner: Runner.workerPool(), into: { large: { table } } });
  journey.process(perMinute, {
    runner: Runner.workerPool(),
    into: { counts: { topic: results }, refused: { table: "refused" } },
  });
  const parts = named(partsOf(journey, journey.events));
  expect(parts["topics"]).toEqual(["given", "results"]);
  expect(parts["deadLetters"]).toEqual(["lost-kept"]);
  expect(parts["tables"]).toEqual(["refused", "large"]);
});

test("dead letters whose subscription nobody knows are not", () => {
  const stack = aStack();
  const journey = journeyIn(stack, { deadLetters: { topic: new Topic(stack, "lost") } });
  const parts = named(partsOf(journey, journey.events));
  expect(parts["deadLetters"]).toEqual([]);
  expect(parts["topics"]).toEqual(["orders"]);
});

test("what is made beside the journey is watched where it is named", () => {
  const stack = aStack();
  const journey = journeyIn(stack);
  const also = {
    jobs: [new CloudRunJob(stack, "nightly", { image })],
    workerPools: [new WorkerPool(stack, "pool", { image })],
  };
  const { jobs, workerPools } = partsOf(journey, journey.events, { also });
  expect([jobs, workerPools]).toEqual([also.jobs, also.workerPools]);
});

test("all that is in a construct beside the journey is watched", () => {
  const stack = aStack();
  const table = new Table(stack, "all", { dataset: new Dataset(stack, "mine"), columns: batch.outputs.all.fields });
  const journey = new DataJourney(stack, "journey", { event: Order, name: "orders" });
  expect(journey.dataset).toBeInstanceOf(Dataset);
  const nightly = new BatchPipeline(stack, "nightly", {
    pipeline: batch,
    runner: Runner.job(),
    from: { orders: { bucket: new Bucket(stack, "in"), files: "*", format: "json-lines" } },
    into: { all: table },
    schedule: { cron: "0 3 * * *" },
  });
  const { jobs, schedules, tables, datasets } = partsOf(journey, journey.events, { beside: [nightly, nightly] });
  expect(jobs?.map(({ node }) => node.path)).toEqual(["test/nightly/job"]);
  expect(schedules?.map(({ resource }) => resource.nameInput)).toEqual(["batch-orders"]);
  expect(tables).toEqual([table]);
  expect(datasets).toEqual([journey.dataset]);
  const told = templateOf((other) => {
    const seen = journeyIn(other);
    seen.monitor({ channels: [], beside: [new CloudRunJob(other, "nightly", { image })] });
  });
  expect(Object.keys(told.allResources("google_monitoring_alert_policy"))).toContain("orders-executions-failed");
});

test("alerts and a dashboard are called as the topic, or as they are told", () => {
  const told = templateOf((stack) => {
    const ops = new NotificationChannel(stack, "ops", { to: { email: "ops@acme.example" } });
    busy(stack).monitor({ channels: [ops], alerts: { oldestMessage: { above: "30m" }, atMaximum: false } });
  });
  expect(Object.keys(told.allResources("google_monitoring_dashboard"))).toEqual(["orders"]);
  const alerts = Object.keys(told.allResources("google_monitoring_alert_policy"));
  expect(alerts).toContain("orders-oldest-message");
  expect(alerts).not.toContain("orders-at-maximum");
  expect(told.resource("google_monitoring_alert_policy.orders-oldest-message")["display_name"]).toBe(
    "orders: a message waits for more than 30m",
  );
  const other = templateOf((stack) => void journeyIn(stack).monitor({ channels: [], name: "shop" }));
  expect(Object.keys(other.allResources("google_monitoring_dashboard"))).toEqual(["shop"]);
});

test.each([
  ["ingest", (journey: DataJourney<typeof Order.fields>) => journey.ingest()],
  ["landRaw", (journey: DataJourney<typeof Order.fields>) => journey.landRaw({ into: "raw" })],
  ["handle", (journey: DataJourney<typeof Order.fields>) => journey.handle({ name: "mailer", image })],
  [
    "process",
    (journey: DataJourney<typeof Order.fields>) =>
      journey.process(large, { runner: Runner.workerPool(), into: { large: "large" } }),
  ],
  ["monitor", (journey: DataJourney<typeof Order.fields>) => journey.monitor({ channels: [] })],
])("%s() comes before monitor()", (name, act) => {
  const journey = journeyIn(aStack());
  journey.monitor({ channels: [] });
  expect(messageOf(() => act(journey))).toBe(
    `test/journey: ${name}() after monitor(), which watches what was there when it was called: call monitor() last`,
  );
});
