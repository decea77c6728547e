import { expect, test } from "vitest";
import { Topic, type TopicProps } from "../../../constructs/pubsub/topic";
import { TopicSchema } from "../../../constructs/pubsub/topic-schema";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { schema, string } from "../support-pipeline";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { kinesis } from "./topic-examples";

const Click = schema("click_event", { user: string() });

test("a topic of which nothing is said", () => {
  const template = templateOf(examples.Topic.minimal);
  expect(template.resource("google_pubsub_topic.clicks")).toEqual({ name: "clicks", depends_on: ["time_sleep.apis"] });
});

test("a topic of which all is said", () => {
  const template = templateOf(examples.Topic.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_pubsub_topic.clicks")).toEqual({
    name: "alice-clicks",
    labels: { team: "growth" },
    message_retention_duration: "2678400s",
    message_storage_policy: { allowed_persistence_regions: ["europe-west1", "europe-west4"], enforce_in_transit: true },
    schema_settings: { schema: "${google_pubsub_schema.order-event.id}", encoding: "BINARY" },
    message_transforms: [
      {
        javascript_udf: {
          function_name: "upper",
          code: [
            "function upper(message) {",
            "  return {",
            "    ...message,",
            "    data: message.data.toUpperCase()",
            "  };",
            "}",
          ].join("\n"),
        },
      },
      { disabled: true, javascript_udf: { function_name: "drop", code: "function drop() {\n  return null;\n}" } },
      {
        disabled: false,
        javascript_udf: { function_name: "same", code: "function same(message, metadata) { return message; }" },
      },
    ],
    ingestion_data_source_settings: {
      cloud_storage: {
        bucket: "${google_storage_bucket.incoming.name}",
        match_glob: "clicks/*.csv",
        minimum_object_create_time: "2026-01-01T00:00:00Z",
        text_format: { delimiter: ";" },
      },
      platform_logs_settings: { severity: "ERROR" },
    },
    kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    timeouts: { create: "10m" },
    lifecycle: { prevent_destroy: true },
    depends_on: ["time_sleep.apis", "time_sleep.clicks-ingestion", "time_sleep.encryption-own-by-pubsub"],
  });
});

test("messages of a topic with a schema are JSON, unless it is said that they are not", () => {
  const template = templateOf((stack) => {
    new Topic(stack, "clicks", { schema: new TopicSchema(stack, "click", { event: Click }) });
  });
  expect(template.resource("google_pubsub_topic.clicks")).toMatchObject({
    schema_settings: { schema: "${google_pubsub_schema.click-event.id}", encoding: "JSON" },
  });
});

test("a topic's schema and its encoding can be asked for", () => {
  const stack = aStack();
  const schema = TopicSchema.fromName(stack, "schema", { name: "click" });
  expect(new Topic(stack, "plain")).toMatchObject({ schema: undefined, encoding: "json", ingestsAs: undefined });
  const clicks = new Topic(stack, "clicks", { schema });
  expect(clicks.schema).toBe(schema);
  expect(clicks.encoding).toBe("json");
  const binary = new Topic(stack, "binary", { schema: { schema, encoding: "binary" } });
  expect(binary.schema).toBe(schema);
  expect(binary.encoding).toBe("binary");
});

test("who publishes to a topic and who attaches subscriptions to it has a right on it alone", () => {
  const template = templateOf((stack) => {
    const topic = new Topic(stack, "clicks");
    const account = new ServiceAccount(stack, "worker");
    topic.grantPublish(account);
    topic.grantSubscribe(account);
  });
  for (const [address, role] of [
    ["clicks-pubsub-publisher-worker", "roles/pubsub.publisher"],
    ["clicks-pubsub-subscriber-worker", "roles/pubsub.subscriber"],
  ] as const) {
    expect(template.resource(`google_pubsub_topic_iam_member.${address}`)).toMatchObject({
      topic: "${google_pubsub_topic.clicks.name}",
      project: "acme-dev",
      role,
      member: "${google_service_account.worker.member}",
    });
  }
});

test.each<[string, TopicProps, string]>([
  ["ab", {}, 'name is "ab": Pub/Sub takes 3 to 255 letters, digits and -_.~+%, a letter first and not "goog"'],
  ["clicks", { retention: "5m" }, 'retention is "5m": Pub/Sub takes 10m to 31d'],
  ["clicks", { regions: { allowed: [] } }, "regions.allowed is empty: messages would have nowhere to be"],
  [
    "clicks",
    { ingestion: { kinesis: { ...kinesis, role: "pubsub" } } },
    'ingestion.kinesis.role is "pubsub": write arn:aws:iam::ACCOUNT:role/NAME (https://cloud.google.com/pubsub/docs/import-topics)',
  ],
])("a topic %s that is not valid says why", (name, props, says) => {
  expect(messageOf(() => new Topic(aStack(), "topic", { name, ...props }))).toContain(says);
});

test("a topic that is there already is named in full and made by nobody", () => {
  const stack = aStack();
  expect(Topic.fromName(stack, "ours", { name: "orders" })).toMatchObject({
    path: "projects/acme-dev/topics/orders",
    key: "orders",
  });
  expect(Topic.fromName(stack, "theirs", { name: "orders", project: "shop" })).toMatchObject({
    path: "projects/shop/topics/orders",
    project: "shop",
  });
  expect(() => Topic.fromName(stack, "bad", { name: "x" })).toThrow('name is "x"');
});

test("rights on a topic of somebody else's are given where it is, or taken as given", () => {
  const template = templateOf((stack) => {
    const account = new ServiceAccount(stack, "worker");
    Topic.fromName(stack, "theirs", { name: "orders", project: "shop" }).grantPublish(account);
    Topic.fromName(stack, "granted", { name: "clicks", project: "shop", grants: "assume" }).grantPublish(account);
  });
  expect(template.allResources("google_pubsub_topic_iam_member")).toMatchObject({
    "shop-orders-pubsub-publisher-worker": { topic: "orders", project: "shop" },
  });
  expect(template.journey).toMatchObject({
    assumed: [{ role: "roles/pubsub.publisher", on: { topic: "clicks", project: "shop" } }],
  });
});
