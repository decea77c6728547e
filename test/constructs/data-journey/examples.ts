import type { Construct } from "constructs";
import * as fc from "fast-check";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import { ContainerImage } from "../../../constructs/core/image";
import type { GcpStack } from "../../../constructs/core/stack";
import { BatchPipeline, type BatchPipelineProps } from "../../../constructs/data-journey/batch-pipeline";
import { DataJourney, type DataJourneyProps } from "../../../constructs/data-journey/data-journey";
import type { Destination } from "../../../constructs/data-journey/destination";
import { EventHandler, type EventHandlerProps } from "../../../constructs/data-journey/event-handler";
import { EventTopic, type EventTopicProps } from "../../../constructs/data-journey/event-topic";
import { IngestProxy, type IngestProxyProps } from "../../../constructs/data-journey/ingest-proxy";
import type { FilesSource } from "../../../constructs/data-journey/source";
import { RawLanding } from "../../../constructs/data-journey/raw-landing";
import { Runner } from "../../../constructs/data-journey/runners";
import { StreamPipeline } from "../../../constructs/data-journey/stream-pipeline";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Network } from "../../../constructs/network/network";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import type { Examples } from "../examples";
import { duration, IMAGE, maybe } from "../support";
import { batch, batchCounts, enriched, large, Order, others } from "./events";
import { journey as anyJourney } from "./random";

const image = ContainerImage.fromRegistry(IMAGE);
const events = (scope: Construct, name = "order-event"): EventTopic<typeof Order.fields> =>
  new EventTopic(scope, "events", { event: Order, name });

/** A topic that somebody reads. */
function readTopic(scope: Construct, name: string): Topic {
  const topic = new Topic(scope, name);
  new PullSubscription(scope, `${name}-read`, { topic, deadLetters: undefined }).grantSubscribe(
    new ServiceAccount(scope, `${name}-reader`),
  );
  return topic;
}

const surroundings = (scope: Construct, name = "own") => ({
  events: events(scope, `${name}-events`),
  dataset: new Dataset(scope, "dataset", { name: `${name.replaceAll("-", "_")}_data` }),
  bucket: new Bucket(scope, "bucket", { name: `${name}-files` }),
});

const process = (stack: GcpStack, more: object): StreamPipeline =>
  new StreamPipeline(stack, "pipeline", {
    ...surroundings(stack),
    pipeline: large,
    runner: Runner.workerPool(),
    into: { large: "large" },
    ...more,
  } as never);

const filesIn = (stack: GcpStack, files: string): FilesSource => ({
  bucket: new Bucket(stack, "day"),
  files,
  format: "json-lines",
});

const batched = (stack: GcpStack, more: object): BatchPipeline =>
  new BatchPipeline(stack, "pipeline", {
    pipeline: batch,
    runner: Runner.job(),
    from: { orders: { bucket: new Bucket(stack, "in"), files: "*", format: "json-lines" } },
    into: { all: "all" },
    ...more,
  } as never);

const handler = (stack: GcpStack, more: object): EventHandler =>
  new EventHandler(stack, "handler", { events: events(stack), name: "handler", image, ...more });

export const examples = {
  EventTopic: {
    minimal: (stack) => new EventTopic(stack, "events", { event: Order }),
    maximal: (stack) => {
      const all: Required<Omit<EventTopicProps<typeof Order.fields>, "topic">> = {
        event: Order,
        name: "orders",
        deadLetters: new DeadLetters(stack, "letters"),
        enforceSchema: true,
        retention: "1d",
      };
      return new EventTopic(stack, "events", all);
    },
    random: fc
      .record({ enforceSchema: maybe(fc.boolean()), retention: maybe(duration("10m", "31d")) })
      .map((props) => (scope, name) => new EventTopic(scope, "events", { ...props, event: Order, name })),
    faults: {
      "enforceSchema-topic": [
        (stack) => new EventTopic(stack, "e", { event: Order, topic: new Topic(stack, "t-1"), enforceSchema: false }),
        (stack) => new EventTopic(stack, "e", { event: Order, topic: new Topic(stack, "t-1"), retention: "1d" }),
      ],
      "event-metadata": [(stack) => new EventTopic(stack, "e", { event: Order.withMetadata() })],
    },
  },

  IngestProxy: {
    minimal: (stack) => new IngestProxy(stack, "ingest", { events: events(stack) }),
    maximal: (stack) => {
      const own: Required<
        Pick<
          IngestProxyProps<typeof Order.fields>,
          "events" | "name" | "attributes" | "maxBodyBytes" | "maxRequestsPerSecond" | "access" | "identity"
        >
      > = {
        events: events(stack),
        name: "orders-in",
        attributes: ["order_id"],
        maxBodyBytes: 10_000_000,
        maxRequestsPerSecond: 500,
        access: "public",
        identity: new ServiceAccount(stack, "proxy-account"),
      };
      return new IngestProxy(stack, "ingest", own);
    },
    random: fc
      .record({
        access: maybe(fc.constantFrom("public", "private")),
        attributes: maybe(fc.subarray(["order_id", "amount", "created_at"] as const)),
        maxBodyBytes: maybe(fc.integer({ min: 1, max: 10_000_000 })),
        maxRequestsPerSecond: maybe(fc.integer({ min: 1, max: 1_000_000 })),
      })
      .map((props) => (scope, name) => new IngestProxy(scope, name, { ...props, events: events(scope, name), name })),
    faults: {
      "maxBodyBytes-range": [0, 10_000_001, 1.5].map(
        (maxBodyBytes) => (stack) => new IngestProxy(stack, "i", { events: events(stack), maxBodyBytes }),
      ),
      "maxRequestsPerSecond-range": [0, 1_000_001].map(
        (maxRequestsPerSecond) => (stack) =>
          new IngestProxy(stack, "i", { events: events(stack), maxRequestsPerSecond }),
      ),
      "attributes-fields": [["orderid"], ["items"], Array.from({ length: 101 }, () => "order_id")].map(
        (attributes) => (stack) => new IngestProxy(stack, "i", { events: events(stack), attributes }),
      ),
    },
  },

  RawLanding: {
    minimal: (stack) =>
      new RawLanding(stack, "raw", { events: events(stack), dataset: new Dataset(stack, "data"), into: "raw" }),
    maximal: (stack) =>
      new RawLanding(stack, "raw", {
        events: events(stack),
        dataset: new Dataset(stack, "data"),
        into: "raw",
        subscription: "land",
        view: "orders",
        metadata: false,
        filter: "attributes:raw",
        maxDeliveryAttempts: 9,
        backoff: { minimum: "1s", maximum: "60s" },
      }),
    random: fc
      .record({
        metadata: maybe(fc.boolean()),
        view: maybe(fc.constant("orders")),
        files: fc.boolean(),
        maxDeliveryAttempts: maybe(fc.integer({ min: 5, max: 100 })),
      })
      .map(({ files, metadata, view, ...delivery }) => (scope, name) => {
        const { events: of, dataset, bucket } = surroundings(scope, name);
        return files
          ? new RawLanding(scope, name, { ...delivery, events: of, into: { bucket } })
          : new RawLanding(scope, name, { ...delivery, metadata, view, events: of, dataset, into: "raw" });
      }),
    faults: {},
  },

  StreamPipeline: {
    minimal: (stack) => process(stack, {}),
    maximal: (stack) =>
      process(stack, {
        name: "worker",
        subscription: "large",
        filter: "attributes:large",
        identity: new ServiceAccount(stack, "worker-account"),
        network: new Network(stack, "net"),
        runner: Runner.workerPool({ cpu: "2", memory: "4Gi", checkpointEvery: "500ms", lease: "60s", instances: 1 }),
        into: { large: { table: "large_orders", write: "append", clustering: ["order_id"] } },
      }),
    random: fc
      .record({
        runner: fc.constantFrom("pool", "service", "dataflow"),
        lease: maybe(duration("10s", "600s")),
        filter: maybe(fc.constant("attributes:large")),
      })
      .map(({ runner, lease, filter }) => (scope, name) => {
        const runners = {
          pool: () => Runner.workerPool({ lease }),
          service: () => Runner.pushService(),
          dataflow: () => Runner.dataflow({ network: new Network(scope, "net", { name: name.slice(0, 40) }) }),
        };
        const parts = surroundings(scope, name);
        const made = runners[runner]();
        const into = { large: "large" };
        return new StreamPipeline(scope, name, {
          ...parts,
          pipeline: large,
          runner: made,
          name,
          subscription: name,
          filter,
          into,
        });
      }),
    faults: {
      "pipeline-input": [
        (stack) => process(stack, { pipeline: others, into: { all: "all" } }),
        (stack) => process(stack, { from: { nothing: new Topic(stack, "nothing") } }),
      ],
      "pipeline-source": [(stack) => process(stack, { from: { orders: aTable(stack) } })],
      "files-names": [
        (stack) =>
          process(stack, {
            pipeline: enriched,
            from: { products: filesIn(stack, "{yesterday}/*.json") },
            into: { enriched: "enriched" },
          }),
      ],
      "pipeline-outputs": [
        (stack) => process(stack, { into: {} }),
        (stack) => process(stack, { into: { large: "large", small: "small" } }),
      ],
      "output-columns": [
        (stack) => process(stack, { into: { large: aTable(stack) } }),
        (stack) => process(stack, { into: { large: { tables: "t_{region}" } } }),
      ],
      "output-truncate": [(stack) => process(stack, { into: { large: { table: "large", write: "truncate" } } })],
      "lease-range": [(stack) => process(stack, { runner: Runner.workerPool({ lease: "5s" }) })],
      "checkpointEvery-range": [
        (stack) => process(stack, { runner: Runner.workerPool({ checkpointEvery: "50ms" }) }),
        (stack) => process(stack, { runner: Runner.workerPool({ checkpointEvery: "2h" }) }),
      ],
    },
  },

  BatchPipeline: {
    minimal: (stack) => batched(stack, {}),
    maximal: (stack) => {
      const all: Required<BatchPipelineProps<typeof batch.inputs, { all: (typeof batch.outputs)["all"]["fields"] }>> = {
        pipeline: batch,
        runner: Runner.job({ tasks: 4, parallelism: 2 }),
        from: { orders: { bucket: new Bucket(stack, "in"), files: "*.csv", format: { type: "csv", delimiter: ";" } } },
        into: { all: { table: "all_orders", partition: {}, write: "truncate", partitionId: "{yesterday}" } },
        schedule: { cron: "0 3 * * *", timeZone: "Europe/Berlin" },
        errors: { table: "refused" },
        name: "nightly",
        identity: new ServiceAccount(stack, "night-shift"),
        dataset: new Dataset(stack, "warehouse"),
        bucket: new Bucket(stack, "work"),
        network: new Network(stack, "net"),
      };
      return new BatchPipeline(stack, "pipeline", all);
    },
    random: fc
      .record({
        tasks: maybe(fc.integer({ min: 1, max: 100 })),
        cron: maybe(fc.constant("0 3 * * *")),
        files: fc.boolean(),
      })
      .map(({ tasks, cron, files }) => (scope, name) => {
        const { dataset, bucket } = surroundings(scope, name);
        const into: Destination = files ? { files: "out/all", format: "avro" } : "all";
        return new BatchPipeline(scope, name, {
          pipeline: batch,
          runner: Runner.job({ tasks }),
          from: { orders: { bucket, files: "in/*", format: "json-lines" } },
          into: { all: into },
          schedule: cron === undefined ? undefined : { cron },
          name,
          dataset,
          bucket,
        });
      }),
    faults: {
      "pipeline-source": [(stack) => batched(stack, { from: {} })],
      "files-names": [(stack) => batched(stack, { from: { orders: filesIn(stack, "{today}/*.json") } })],
      "pipeline-outputs": [(stack) => batched(stack, { into: {} })],
      "output-columns": [
        (stack) => batched(stack, { into: { all: aTable(stack) } }),
        (stack) => batched(stack, { into: { all: { table: "all", write: "truncate", partitionId: "20240131" } } }),
      ],
      "partition-told": [
        (stack) =>
          batched(stack, {
            into: { all: { table: "all", partition: {}, write: "truncate", partitionId: "{partition}" } },
            schedule: { cron: "0 3 * * *" },
          }),
      ],
      "spill-room": [
        (stack) => batched(stack, { runner: Runner.job({ spill: "1Gi" }) }),
        (stack) => batched(stack, { pipeline: batchCounts, runner: Runner.job({ memory: "256Mi" }) }),
        (stack) => batched(stack, { pipeline: batchCounts, runner: Runner.job({ memory: "1Gi", spill: "768Mi" }) }),
        (stack) => batched(stack, { pipeline: batchCounts, runner: Runner.job({ spill: "much" as "1Gi" }) }),
        (stack) =>
          batched(stack, {
            pipeline: batchCounts,
            runner: Runner.job({ spill: { nfs: "10.0.0.2", share: "/spill" } }),
          }),
      ],
      "tasks-aggregate": [(stack) => batched(stack, { pipeline: batchCounts, runner: Runner.job({ tasks: 2 }) })],
    },
  },

  EventHandler: {
    minimal: (stack) => handler(stack, {}),
    maximal: (stack) => {
      const own: Required<
        Pick<
          EventHandlerProps,
          | "events"
          | "name"
          | "subscription"
          | "publishTo"
          | "failures"
          | "ackDeadline"
          | "backoff"
          | "filter"
          | "maxDeliveryAttempts"
          | "ordering"
          | "retention"
          | "identity"
        >
      > = {
        events: events(stack),
        name: "created",
        subscription: "orders-created",
        publishTo: readTopic(stack, "results"),
        failures: readTopic(stack, "failed"),
        ackDeadline: "120s",
        backoff: { minimum: "1s", maximum: "60s" },
        filter: 'attributes.type = "order.created"',
        maxDeliveryAttempts: 10,
        ordering: false,
        retention: "1d",
        identity: new ServiceAccount(stack, "handler-account"),
      };
      return new EventHandler(stack, "handler", { ...own, image });
    },
    random: fc
      .record({
        filter: maybe(fc.constant("attributes:created")),
        ackDeadline: maybe(duration("10s", "600s")),
        maxDeliveryAttempts: maybe(fc.integer({ min: 5, max: 100 })),
        publishes: fc.boolean(),
      })
      .map(({ publishes, ...options }) => (scope, name) => {
        const publishTo = publishes ? readTopic(scope, `${name}-results`) : undefined;
        return new EventHandler(scope, name, {
          ...options,
          events: events(scope, `${name}-events`),
          name,
          image,
          publishTo,
        });
      }),
    faults: {},
  },

  DataJourney: {
    minimal: (stack) => new DataJourney(stack, "journey", { event: Order }),
    maximal: (stack) => {
      const all: Required<Omit<DataJourneyProps<typeof Order.fields>, "enforceSchema" | "name" | "retention">> = {
        event: Order,
        topic: readTopic(stack, "orders"),
        deadLetters: new DeadLetters(stack, "letters"),
        dataset: new Dataset(stack, "data"),
        bucket: new Bucket(stack, "files"),
        network: new Network(stack, "net"),
      };
      return new DataJourney(stack, "journey", all);
    },
    random: anyJourney,
    faults: {},
  },
} satisfies Examples;

const aTable = (stack: GcpStack): Table =>
  new Table(stack, "other", {
    dataset: new Dataset(stack, "other_data"),
    columns: [{ name: "unrelated", type: "STRING", mode: "NULLABLE" }],
  });
