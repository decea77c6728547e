import { expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { BigQuerySubscription } from "../../../constructs/pubsub/bigquery-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { integer, nullable, string, timestamp } from "../support-pipeline";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

const topic = (stack: GcpStack): Topic => new Topic(stack, "clicks");
const topicOf = (stack: GcpStack) => Topic.fromName(stack, "theirs", { name: "orders" });
const table = (stack: GcpStack): Table =>
  new Table(stack, "raw", { dataset: new Dataset(stack, "events"), columns: { data: nullable(string()) } });

test("a BigQuery subscription waits until Pub/Sub may write to the table, and a while", () => {
  const template = templateOf((stack) => {
    new BigQuerySubscription(stack, "raw_direct", { topic: topic(stack), table: table(stack) });
  });
  expect(template.resource("google_pubsub_subscription.raw_direct")).toEqual({
    name: "raw_direct",
    topic: "${google_pubsub_topic.clicks.id}",
    ack_deadline_seconds: 60,
    expiration_policy: { ttl: "" },
    retry_policy: { minimum_backoff: "10s", maximum_backoff: "600s" },
    bigquery_config: {
      table: "acme-dev.${google_bigquery_table.events-raw.dataset_id}.${google_bigquery_table.events-raw.table_id}",
    },
    depends_on: ["time_sleep.apis", "time_sleep.raw_direct"],
  });
  expect(template.resource("time_sleep.raw_direct")).toEqual({
    create_duration: "60s",
    depends_on: ["google_bigquery_table_iam_member.events-raw-bigquery-dataEditor-pubsub-agent"],
    provider: "time",
  });
});

test("a BigQuery subscription of which all is said writes as an account of its own", () => {
  const template = templateOf(examples.BigQuerySubscription.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_pubsub_subscription.reader")).toEqual({
    topic: "${google_pubsub_topic.orders.id}",
    name: "alice-reader",
    filter: 'attributes.event_type = "user_signup"',
    ack_deadline_seconds: 600,
    message_retention_duration: "2678400s",
    retain_acked_messages: true,
    expiration_policy: { ttl: "2678400s" },
    enable_message_ordering: true,
    dead_letter_policy: {
      dead_letter_topic: "${google_pubsub_topic.dead-letters.id}",
      max_delivery_attempts: 100,
    },
    retry_policy: { minimum_backoff: "1s", maximum_backoff: "120s" },
    message_transforms: expect.any(Array) as unknown,
    labels: { team: "growth" },
    timeouts: { create: "10m" },
    lifecycle: { prevent_destroy: true },
    bigquery_config: {
      table: "acme-dev.${google_bigquery_table.events-raw.dataset_id}.${google_bigquery_table.events-raw.table_id}",
      use_topic_schema: true,
      write_metadata: true,
      drop_unknown_fields: true,
      service_account_email: "${google_service_account.writer.email}",
    },
    depends_on: [
      "google_pubsub_topic_iam_member.dead-letters-pubsub-publisher-pubsub-agent",
      "time_sleep.apis",
      "time_sleep.reader",
    ],
  });
  const token = "google_service_account_iam_member.writer-iam-serviceAccountTokenCreator-pubsub-agent";
  expect(template.resource("time_sleep.reader")["depends_on"]).toEqual([
    "google_bigquery_table_iam_member.events-raw-bigquery-dataEditor-writer",
    token,
  ]);
  expect(template.journey["whys"]).toMatchObject({ [token]: "writes in its name what reader delivers" });
});

test("fields of messages have columns of their own where the table's schema is theirs", () => {
  const template = templateOf((stack) => {
    const columns = {
      user: string(),
      subscription_name: string(),
      message_id: string(),
      publish_time: timestamp(),
      attributes: string(),
    };
    new BigQuerySubscription(stack, "raw_direct", {
      topic: topic(stack),
      table: new Table(stack, "raw", { dataset: new Dataset(stack, "events"), columns }),
      columns: "table-schema",
      metadata: true,
      dropUnknownFields: true,
    });
  });
  expect(template.resource("google_pubsub_subscription.raw_direct")).toMatchObject({
    bigquery_config: { use_table_schema: true, write_metadata: true, drop_unknown_fields: true },
  });
});

test("Pub/Sub writes into columns of its own names and types, and the table has to have them", () => {
  const stack = aStack();
  const dataset = new Dataset(stack, "events");
  const wrong = new Table(stack, "wrong", { dataset, columns: { data: integer(), message_id: string() } });
  const message = messageOf(
    () =>
      new BigQuerySubscription(stack, "sub", {
        topic: topic(stack),
        table: wrong,
        metadata: true,
        dropUnknownFields: true,
      }),
  );
  expect(message).toContain('dropUnknownFields needs columns: "topic-schema" or "table-schema"');
  expect(message).toContain(
    "table wrong lacks the columns that Pub/Sub writes: data (STRING or BYTES or JSON), subscription_name (STRING), publish_time (TIMESTAMP) and attributes (STRING or JSON)",
  );
});

test("a table of which nothing is known may have the right columns", () => {
  const template = templateOf((stack) => {
    const dataset = Dataset.fromName(stack, "theirs", { name: "events", project: "shop" });
    const there = Table.fromName(stack, "there", { dataset, name: "raw" });
    new BigQuerySubscription(stack, "sub", { topic: topic(stack), table: there, metadata: true });
  });
  expect(template.resource("google_pubsub_subscription.sub")).toMatchObject({
    bigquery_config: { table: "shop.events.raw" },
  });
});

test("a topic's schema is columns only where the topic has one, as far as anybody knows", () => {
  const stack = aStack();
  const columns = "topic-schema";
  expect(
    messageOf(() => new BigQuerySubscription(stack, "sub", { topic: topic(stack), table: table(stack), columns })),
  ).toContain('columns is "topic-schema", and the topic clicks has no schema: give it one, or take "table-schema"');
  const template = templateOf((other) => {
    const theirs = Topic.fromName(other, "theirs", { name: "orders" });
    new BigQuerySubscription(other, "sub", { topic: theirs, table: table(other), columns });
  });
  expect(template.resource("google_pubsub_subscription.sub")).toMatchObject({
    bigquery_config: { use_topic_schema: true },
  });
});

const writes = (publishes: boolean) => (stack: GcpStack) => {
  const as = new ServiceAccount(stack, "writer");
  new BigQuerySubscription(stack, "sub", { topic: topic(stack), table: table(stack), as });
  if (publishes) topicOf(stack).grantPublish(as, { why: "publishes something" });
};

test("an account that writes into a table has no right on another that nobody knows the use of", () => {
  expect(() => templateOf(writes(false))).not.toThrow();
  expect(() => templateOf(writes(true))).toThrow("right-without-use");
});
