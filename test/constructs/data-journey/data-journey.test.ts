import { describe, expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import type { GcpStack } from "../../../constructs/core/stack";
import { DataJourney } from "../../../constructs/data-journey/data-journey";
import { EventTopic } from "../../../constructs/data-journey/event-topic";
import { IngestProxy } from "../../../constructs/data-journey/ingest-proxy";
import { RawLanding } from "../../../constructs/data-journey/raw-landing";
import { Runner } from "../../../constructs/data-journey/runners";
import { StreamPipeline } from "../../../constructs/data-journey/stream-pipeline";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Network } from "../../../constructs/network/network";
import { Topic } from "../../../constructs/pubsub/topic";
import { TopicSchema } from "../../../constructs/pubsub/topic-schema";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Bucket } from "../../../constructs/storage/bucket";
import { Template } from "../../../constructs/testing/template";
import { integer, string } from "../../../pipeline";
import { aStack, messageOf, templateOf, warningsOf } from "../support";
import { accounted, batch, labelled, large, Order, others, perMinute } from "./events";

const journeyOf = (stack: GcpStack): DataJourney<typeof Order.fields> =>
  new DataJourney(stack, "journey", { event: Order });

/** The environment of the only container of a workload. */
function environmentOf(template: Template, address: string): { readonly [name: string]: string } {
  const { template: revision } = template.resource(address) as {
    readonly template: { readonly containers: readonly [{ readonly env: readonly { name: string; value: string }[] }] };
  };
  return Object.fromEntries(revision.containers[0].env.map(({ name, value }) => [name, value]));
}

describe("an event's topic", () => {
  test("is called as the event, and its dead letters are kept", () => {
    const template = templateOf((stack) => new EventTopic(stack, "events", { event: Order }));
    expect(Object.keys(template.allResources("google_pubsub_topic"))).toEqual([
      "order-event",
      "order-event-dead-letters",
    ]);
    expect(Object.keys(template.allResources("google_pubsub_subscription"))).toEqual(["order-event-dead-letters-kept"]);
    expect(template.resource("google_pubsub_topic.order-event")).not.toHaveProperty("schema_settings");
  });

  test("may be enforced: then Pub/Sub refuses what does not fit", () => {
    const template = templateOf(
      (stack) =>
        new EventTopic(stack, "events", { event: Order, name: "orders", enforceSchema: true, retention: "1d" }),
    );
    expect(template.resource("google_pubsub_topic.orders")).toMatchObject({
      schema_settings: { schema: "${google_pubsub_schema.orders.id}", encoding: "JSON" },
      message_retention_duration: "86400s",
    });
  });

  test("may be yours, with dead letters of yours", () => {
    const template = templateOf((stack) => {
      const topic = Topic.fromName(stack, "theirs", { name: "orders" });
      const deadLetters = { topic: Topic.fromName(stack, "letters", { name: "letters" }) };
      const events = new EventTopic(stack, "events", { event: Order, topic, deadLetters });
      expect(events.deadLetters).toBe(deadLetters);
    });
    expect(template.allResources("google_pubsub_topic")).toEqual({});
  });

  test("knows whether a topic of yours enforces a schema", () => {
    const stack = aStack();
    const topic = new Topic(stack, "topic", {
      name: "orders",
      schema: new TopicSchema(stack, "schema", { event: Order }),
    });
    expect(new EventTopic(stack, "events", { event: Order, topic }).enforcesSchema).toBe(true);
  });

  test("is not told twice what a topic is", () => {
    const stack = aStack();
    const topic = new Topic(stack, "topic", { name: "orders" });
    expect(messageOf(() => new EventTopic(stack, "events", { event: Order, topic, enforceSchema: true }))).toContain(
      "enforceSchema and retention are a topic's own: give them to the topic that you give here (schema, retention)",
    );
  });

  test("carries events, which have no metadata of messages", () => {
    // As a caller without types could write it.
    const event = Order.withMetadata() as unknown as typeof Order;
    expect(messageOf(() => new EventTopic(aStack(), "events", { event }))).toContain(
      "event is order_event with metadata, which no client sends: give the schema itself, and withMetadata() to pipelines",
    );
  });
});

describe("an ingest proxy", () => {
  test("of which nothing is said is private and publishes to the topic", () => {
    const template = templateOf((stack) => journeyOf(stack).ingest());
    const address = "google_cloud_run_v2_service.order-event-ingest";
    expect(environmentOf(template, address)).toEqual({ TOPIC: "${google_pubsub_topic.order-event.id}" });
    expect(template.resource(address)).not.toHaveProperty("invoker_iam_disabled");
    expect(
      template.resource("google_pubsub_topic_iam_member.order-event-pubsub-publisher-order-event-ingest"),
    ).toMatchObject({ role: "roles/pubsub.publisher" });
  });

  test("of which all is said", () => {
    const template = templateOf((stack) => {
      const events = new EventTopic(stack, "events", { event: Order, enforceSchema: true });
      const { url } = new IngestProxy(stack, "ingest", {
        events,
        name: "orders-in",
        access: "public",
        attributes: ["order_id"],
        maxBodyBytes: 1_000_000,
        maxRequestsPerSecond: 500,
        identity: new ServiceAccount(stack, "proxy-account"),
        minInstances: 1,
        concurrency: 200,
      });
      expect(url).toContain("TfToken");
    });
    expect(template.resource("google_cloud_run_v2_service.orders-in")).toMatchObject({
      invoker_iam_disabled: true,
      template: {
        service_account: "${google_service_account.proxy-account.email}",
        max_instance_request_concurrency: 200,
        scaling: { min_instance_count: 1 },
      },
    });
    const { EVENT_FIELDS, ...rest } = environmentOf(template, "google_cloud_run_v2_service.orders-in");
    expect(rest).toEqual({
      TOPIC: "${google_pubsub_topic.order-event.id}",
      ATTRIBUTES: '["order_id"]',
      MAX_BODY_BYTES: "1000000",
      MAX_REQUESTS_PER_SECOND: "500",
    });
    expect(JSON.parse(String(EVENT_FIELDS))).toMatchObject([{ name: "order_id", type: "STRING" }, {}, {}, {}]);
  });

  test.each<[object, string]>([
    [{ attributes: ["orderid"] }, 'attributes has "orderid", which is no field of order_event'],
    [{ attributes: ["items"] }, 'attributes has "items", which is no single value: an attribute is a text'],
    [{ maxBodyBytes: 20_000_000 }, "maxBodyBytes is 20000000: Pub/Sub takes 1 to 10000000"],
    [{ maxRequestsPerSecond: 0 }, "maxRequestsPerSecond is 0: The proxy takes 1 to 1000000"],
  ])("with %j is not valid", (options, says) => {
    expect(messageOf(() => journeyOf(aStack()).ingest(options))).toContain(says);
  });
});

test("a journey may have two ways in, and a deploy prints where both are", () => {
  const template = templateOf((stack) => {
    const journey = journeyOf(stack);
    journey.ingest({ name: "public-in", access: "public" });
    journey.ingest({ name: "private-in" });
  });
  expect(template.outputs).toEqual({
    "public-in-url": "${google_cloud_run_v2_service.public-in.uri}",
    "private-in-url": "${google_cloud_run_v2_service.private-in.uri}",
  });
});

describe("a raw landing", () => {
  test("of which nothing is said has the message's id, so that copies can be told", () => {
    const template = templateOf((stack) => journeyOf(stack).landRaw({ into: "orders_raw" }));
    expect(template.resource("google_pubsub_subscription.order-event-raw")).toMatchObject({
      bigquery_config: { write_metadata: true },
      dead_letter_policy: { max_delivery_attempts: 5 },
      retry_policy: { minimum_backoff: "10s", maximum_backoff: "600s" },
    });
    expect(template.resource("google_bigquery_table.order_event-orders_raw")).toMatchObject({
      time_partitioning: { type: "DAY", field: "publish_time" },
    });
  });

  test("of which all is said", () => {
    const template = templateOf((stack) => {
      const dataset = new Dataset(stack, "events");
      new RawLanding(stack, "raw", {
        events: new EventTopic(stack, "topic", { event: Order }),
        dataset,
        into: new Table(stack, "mine", { dataset, columns: { data: string() } }),
        subscription: "orders-direct",
        view: "orders",
        metadata: false,
        filter: 'attributes.kind = "order"',
        maxDeliveryAttempts: 10,
        backoff: { minimum: "1s" },
      });
    });
    expect(template.resource("google_pubsub_subscription.orders-direct")).toMatchObject({
      filter: 'attributes.kind = "order"',
      bigquery_config: { table: expect.stringContaining("events-mine"), write_metadata: false },
      dead_letter_policy: { max_delivery_attempts: 10 },
      retry_policy: { minimum_backoff: "1s" },
    });
    expect(template.resource("google_bigquery_table.events-orders")).toMatchObject({
      table_id: "orders",
      view: { query: expect.not.stringContaining("publish_time") },
    });
  });

  test("a table with nothing but the data is one column", () => {
    const template = templateOf((stack) => journeyOf(stack).landRaw({ into: "orders_raw", metadata: false }));
    const table = template.resource("google_bigquery_table.order_event-orders_raw");
    expect(JSON.parse(String(table["schema"]))).toMatchObject([{ name: "data", type: "STRING", mode: "NULLABLE" }]);
    expect(table).not.toHaveProperty("time_partitioning");
  });

  test("may be files of a bucket, a line for each message", () => {
    const template = templateOf((stack) => {
      const bucket = new Bucket(stack, "lake");
      const { table } = journeyOf(stack).landRaw({
        into: { bucket, prefix: "orders/", suffix: ".jsonl", file: { duration: "2m" } },
        filter: "attributes:raw",
        maxDeliveryAttempts: 9,
      });
      expect(table).toBeUndefined();
    });
    template.hasResource("google_pubsub_subscription", {
      name: "order-event-raw",
      filter: "attributes:raw",
      cloud_storage_config: {
        bucket: "${google_storage_bucket.lake.name}",
        filename_prefix: "orders/",
        filename_suffix: ".jsonl",
        max_duration: "120s",
      },
      dead_letter_policy: { max_delivery_attempts: 9 },
    });
    template.resourceCount("google_bigquery_dataset", 0);
  });
});

describe("a pipeline on a push service", () => {
  const template = templateOf((stack) => {
    journeyOf(stack).process(large, { runner: Runner.pushService(), into: { large: "large_orders" } });
  });

  test("writes its outputs into tables of their fields, and may do nothing else", () => {
    expect(JSON.parse(String(template.resource("google_bigquery_table.order_event-large_orders")["schema"]))).toEqual([
      { name: "order_id", type: "STRING", mode: "REQUIRED" },
      { name: "amount", type: "FLOAT", mode: "NULLABLE" },
    ]);
    const rights = template.addresses.filter(
      (address) => address.includes("iam_member") && address.endsWith("-large-orders"),
    );
    expect(rights).toEqual([
      "google_bigquery_table_iam_member.order_event-large_orders-bigquery-dataEditor-large-orders",
      "google_pubsub_topic_iam_member.order-event-dead-letters-pubsub-publisher-large-orders",
      "google_storage_bucket_iam_member.order-event-pipelines-storage-objectViewer-large-orders",
    ]);
  });

  test("is told where its pipeline is, who pushes and where what it refuses goes", () => {
    const { PIPELINE, ...env } = environmentOf(template, "google_cloud_run_v2_service.large-orders");
    expect(PIPELINE).toBe(
      "gs://${google_storage_bucket.order-event-pipelines.name}/${google_storage_bucket_object.order-event-pipelines-specs-large-orders-json.output_name}",
    );
    expect(env).toEqual({
      MODE: "push",
      INPUTS: '{"orders":{"subscription":"projects/acme-dev/subscriptions/large-orders"}}',
      OUTPUTS:
        '{"large":{"table":"acme-dev.${google_bigquery_table.order_event-large_orders.dataset_id}.${google_bigquery_table.order_event-large_orders.table_id}"}}',
      ERRORS: '{"topic":"${google_pubsub_topic.order-event-dead-letters.id}"}',
      AUDIENCE: "https://large-orders.europe-west1.acme-dev.internal",
      PUSHER: "${google_service_account.large-orders-push.email}",
    });
  });

  test("gets requests once it is ready, and is started anew where it no longer works", () => {
    expect(template.resource("google_cloud_run_v2_service.large-orders")).toMatchObject({
      template: {
        containers: [
          {
            startup_probe: { http_get: { path: "/readyz" }, period_seconds: 1, failure_threshold: 240 },
            liveness_probe: { http_get: { path: "/livez" }, timeout_seconds: 5, failure_threshold: 6 },
          },
        ],
      },
    });
  });

  test("takes requests of Pub/Sub's only, as long as a message may take", () => {
    expect(template.resource("google_cloud_run_v2_service.large-orders")).toMatchObject({
      ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
      template: { timeout: "60s" },
    });
    expect(template.resource("google_pubsub_subscription.large-orders")).toMatchObject({
      ack_deadline_seconds: 60,
      dead_letter_policy: { dead_letter_topic: "${google_pubsub_topic.order-event-dead-letters.id}" },
    });
  });

  test("of which all is said", () => {
    const full = templateOf((stack) => {
      journeyOf(stack).process(large, {
        runner: Runner.pushService({
          cpu: "2",
          memory: "1Gi",
          minInstances: 1,
          maxInstances: 5,
          concurrency: 10,
          maxDeliveryAttempts: 7,
          ackDeadline: "120s",
        }),
        into: { large: new Topic(stack, "large") },
        name: "big",
        subscription: "orders-big",
        filter: 'attributes.kind = "order"',
        identity: new ServiceAccount(stack, "account"),
      });
    });
    expect(full.resource("google_cloud_run_v2_service.big")).toMatchObject({
      template: { timeout: "120s", max_instance_request_concurrency: 10, scaling: { max_instance_count: 5 } },
    });
    expect(full.resource("google_pubsub_subscription.orders-big")).toMatchObject({
      filter: 'attributes.kind = "order"',
      ack_deadline_seconds: 120,
      dead_letter_policy: { max_delivery_attempts: 7 },
    });
    expect(environmentOf(full, "google_cloud_run_v2_service.big")["OUTPUTS"]).toBe(
      '{"large":{"topic":"${google_pubsub_topic.large.id}"}}',
    );
    expect(full.addresses).toContain("google_pubsub_topic_iam_member.large-pubsub-publisher-account");
  });

  test("has a subscription of its own", () => {
    const stack = aStack();
    const subscription = new PullSubscription(stack, "there", { topic: new Topic(stack, "orders") });
    const process = (): unknown =>
      journeyOf(stack).process(large, { runner: Runner.pushService(), into: { large: "large" }, subscription });
    expect(messageOf(process)).toContain("a push has a subscription of its own: give its name, not one that is there");
  });
});

describe("a pipeline on a worker pool", () => {
  test("pulls from a subscription that gives up on nothing, and keeps checkpoints in the bucket", () => {
    const template = templateOf((stack) => {
      journeyOf(stack).process(perMinute, {
        runner: Runner.workerPool({ memory: "2Gi" }),
        into: { counts: "counts", refused: "refused" },
      });
    });
    expect(template.resource("google_pubsub_subscription.orders-per-minute")).not.toHaveProperty("dead_letter_policy");
    expect(environmentOf(template, "google_cloud_run_v2_worker_pool.orders-per-minute")).toMatchObject({
      MODE: "pull",
      INPUTS: '{"orders":{"subscription":"${google_pubsub_subscription.orders-per-minute.id}"}}',
      CHECKPOINTS: "gs://${google_storage_bucket.order-event-pipelines.name}/checkpoints/orders-per-minute",
      MEMORY_LIMIT: "2Gi",
    });
    expect(template.resource("google_storage_bucket.order-event-pipelines")).toMatchObject({
      soft_delete_policy: { retention_duration_seconds: 0 },
    });
    expect(JSON.parse(String(template.resource("google_bigquery_table.order_event-refused")["schema"]))).toMatchObject([
      { name: "error", type: "STRING" },
      { name: "step" },
      { name: "reason" },
      { name: "raw_data", type: "BYTES" },
      { name: "row", type: "JSON" },
      { name: "attributes" },
      { name: "message_id" },
      { name: "event_time" },
    ]);
  });

  test("of which all is said", () => {
    const template = templateOf((stack) => {
      const there = new PullSubscription(stack, "there", { topic: new Topic(stack, "orders") });
      journeyOf(stack).process(accounted, {
        runner: Runner.workerPool({ cpu: "2", memory: "4Gi", instances: 0, checkpointEvery: "500ms", lease: "10s" }),
        into: { accounted: "accounted" },
        subscription: there,
      });
    });
    expect(template.resource("google_cloud_run_v2_worker_pool.accounted-orders")).toMatchObject({
      scaling: { manual_instance_count: 0 },
      template: { containers: [{ resources: { limits: { cpu: "2", memory: "4Gi" } } }] },
    });
    expect(environmentOf(template, "google_cloud_run_v2_worker_pool.accounted-orders")).toMatchObject({
      INPUTS: '{"orders":{"subscription":"${google_pubsub_subscription.there.id}"}}',
      CHECKPOINT_EVERY: "500ms",
      LEASE: "10s",
    });
  });

  test.each<[Parameters<typeof Runner.workerPool>[0], string]>([
    [{ lease: "5s" }, 'lease is "5s": Pub/Sub takes 10s to 600s'],
    [{ checkpointEvery: "10ms" }, 'checkpointEvery is "10ms": the processor takes 100ms to 60s'],
    [{ checkpointEvery: "1d" }, 'checkpointEvery is "1d": the processor takes 100ms to 60s'],
  ])("with %j is not valid", (options, says) => {
    const into = { counts: "counts", refused: "refused" };
    expect(
      messageOf(() => journeyOf(aStack()).process(perMinute, { runner: Runner.workerPool(options), into })),
    ).toContain(says);
  });
});

describe("a pipeline on Dataflow", () => {
  test("is a job of a template, told the pipeline as data", () => {
    const template = templateOf((stack) => {
      const journey = new DataJourney(stack, "journey", { event: Order, network: new Network(stack, "net") });
      journey.process(perMinute, { runner: Runner.dataflow(), into: { counts: "counts", refused: "refused" } });
    });
    const { parameters } = template.resource("google_dataflow_flex_template_job.orders-per-minute") as {
      readonly parameters: { readonly [name: string]: string };
    };
    expect(Object.keys(parameters)).toEqual(["errors", "inputs", "outputs", "pipeline"]);
    const { metadata } = JSON.parse(
      String(
        template.resource("google_storage_bucket_object.order-event-pipelines-templates-orders-per-minute-json")[
          "content"
        ],
      ),
    ) as { readonly metadata: { readonly parameters: readonly { readonly name: string }[] } };
    expect(metadata.parameters.map(({ name }) => name).toSorted()).toEqual(Object.keys(parameters));
    expect(
      template.addresses.filter((address) => /subscription_iam_member.*orders-per-minute-pubsub/.test(address)),
    ).toEqual([
      "google_pubsub_subscription_iam_member.orders-per-minute-pubsub-subscriber-orders-per-minute",
      "google_pubsub_subscription_iam_member.orders-per-minute-pubsub-viewer-orders-per-minute",
    ]);
  });

  test("needs a network", () => {
    const into = { counts: "counts", refused: "refused" };
    expect(messageOf(() => journeyOf(aStack()).process(perMinute, { runner: Runner.dataflow(), into }))).toContain(
      'test/journey/orders-per-minute: Dataflow needs a network: give the journey one, or Runner.dataflow({ network }). Without it workers look for "default", which most projects lack',
    );
  });
});

function shareSubscription(stack: GcpStack): unknown {
  const subscription = new PullSubscription(stack, "there", { topic: new Topic(stack, "orders") });
  const journey = journeyOf(stack);
  const runner = Runner.workerPool();
  journey.process(large, { runner, into: { large: "large" }, subscription });
  return journey.process(accounted, { runner, into: { accounted: "accounted" }, subscription });
}

function loseErrors(stack: GcpStack): unknown {
  const journey = new DataJourney(stack, "journey", {
    event: Order,
    network: new Network(stack, "net"),
    deadLetters: { topic: new Topic(stack, "lost") },
  });
  return journey.process(large, { runner: Runner.dataflow(), into: { large: "large" } });
}

describe("a whole journey", () => {
  test("makes a dataset and a bucket only when something is to be in them", () => {
    const template = templateOf((stack) => journeyOf(stack).ingest());
    expect(template.allResources("google_bigquery_dataset")).toEqual({});
    expect(template.allResources("google_storage_bucket")).toEqual({});
  });

  test("windows on a service are refused, though types were gone around", () => {
    const runner = Runner.pushService() as unknown as Runner;
    const into = { counts: "counts", refused: "refused" };
    expect(messageOf(() => templateOf((stack) => journeyOf(stack).process(perMinute, { runner, into })))).toContain(
      "orders-per-minute keeps windows or state, and a service's instances come and go: Runner.workerPool() or Runner.dataflow() [windows-on-service]",
    );
  });

  test("what a service cannot write is said when the stack is synthesized: it knows no end of a file", () => {
    const stack = aStack();
    const into = { large: { files: "large/orders", format: "json-lines" } } as const;
    journeyOf(stack).process(large, { runner: Runner.pushService(), into });
    Template.fromStack(stack);
    expect(warningsOf(stack).filter((warning) => warning.includes("the stream processor"))).toEqual([
      expect.stringContaining("does not write large (files of what is pushed, of which there is no log"),
    ]);
  });

  test("a second instance could only wait", () => {
    const runner = Runner.workerPool({ instances: 2 });
    const into = { counts: "counts", refused: "refused" };
    expect(messageOf(() => templateOf((stack) => journeyOf(stack).process(perMinute, { runner, into })))).toContain(
      "orders-per-minute runs in 2 instances: one owns its state, and the others only wait. Many machines: Runner.dataflow() [one-instance]",
    );
  });

  test("rows that may be less than two leases late are warned of", () => {
    const stack = aStack();
    journeyOf(stack).process(perMinute, {
      runner: Runner.workerPool(),
      into: { counts: "counts", refused: "refused" },
    });
    Template.fromStack(stack);
    expect(warningsOf(stack).join("\n")).toContain(
      "orders-per-minute: counts.window allows rows to be 30s late, less than two leases of 30s",
    );
  });

  test("two pipelines on one subscription are refused: each would get a part", () => {
    expect(messageOf(() => templateOf(shareSubscription))).toContain("[subscription-shared]");
  });

  test("errors that nobody keeps are refused, on Dataflow too", () => {
    expect(messageOf(() => templateOf(loseErrors))).toContain(
      "projects/acme-dev/topics/lost takes dead letters and has no",
    );
  });

  test("a pipeline of another event is refused, and so are outputs that do not fit, though types were gone around", () => {
    const stack = aStack();
    const base = {
      events: new EventTopic(stack, "events", { event: Order }),
      dataset: new Dataset(stack, "events-data"),
      bucket: new Bucket(stack, "files"),
      runner: Runner.workerPool(),
    };
    const pipeline = others as unknown as typeof large;
    const message = messageOf(() => new StreamPipeline(stack, "p", { ...base, pipeline, into: { large: "large" } }));
    expect(message).toContain("pipeline others: orders is a stream of other_order, and the topic carries order_event");
    expect(message).toContain("into does not fit: pipeline others gives all, and into has large");
    const ends = batch as unknown as typeof large;
    expect(
      messageOf(() => new StreamPipeline(stack, "b", { ...base, pipeline: ends, into: { large: "x" } })),
    ).toContain("pipeline batch-orders: orders is no stream: say where it comes from (from: { orders })");
  });

  test("a table of yours has to have the columns that the pipeline gives", () => {
    const stack = aStack();
    const dataset = new Dataset(stack, "mine");
    const table = new Table(stack, "large", { dataset, columns: { order_id: integer() } });
    expect(
      messageOf(() => journeyOf(stack).process(large, { runner: Runner.pushService(), into: { large: table } })),
    ).toContain(
      "large: table large has order_id as INTEGER, the pipeline gives STRING; large: table large has no column amount, the pipeline gives FLOAT",
    );
  });

  test("another runner takes over the subscription where it is", () => {
    const addresses = [Runner.pushService(), Runner.workerPool(), Runner.dataflow()].map((runner) => {
      const stack = aStack();
      const journey = new DataJourney(stack, "journey", { event: Order, network: new Network(stack, "net") });
      journey.process(large, { runner, into: { large: "large" } });
      return Object.keys(Template.fromStack(stack).allResources("google_pubsub_subscription"));
    });
    expect(new Set(addresses.map((names) => names.join()))).toEqual(
      new Set(["large-orders,order-event-dead-letters-kept"]),
    );
  });

  test("a function's template literal reaches the engine as it was written", () => {
    const template = templateOf((stack) => {
      journeyOf(stack).process(labelled, { runner: Runner.workerPool(), into: { labels: "labels" } });
    });
    const [spec] = Object.values(template.allResources("google_storage_bucket_object"));
    expect(JSON.parse(String(spec?.["content"]))).toEqual(JSON.parse(JSON.stringify(labelled)));
    expect(JSON.stringify(labelled)).toContain("`${order.order_id}%{x}`");
    expect(String(spec?.["content"])).not.toMatch(/[$%]\{/);
  });
});
