import { expect, test } from "vitest";
import type { GcpStack } from "../../../constructs/core/stack";
import {
  CloudStorageSubscription,
  type CloudStorageSubscriptionProps,
} from "../../../constructs/pubsub/cloud-storage-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

const make = (stack: GcpStack, more: Partial<CloudStorageSubscriptionProps> = {}): CloudStorageSubscription =>
  new CloudStorageSubscription(stack, "raw", {
    topic: new Topic(stack, "clicks"),
    bucket: new Bucket(stack, "files"),
    ...more,
  });

test("a Cloud Storage subscription waits until Pub/Sub may make objects there and look at the bucket, and a while", () => {
  const template = templateOf((stack) => make(stack));
  expect(template.resource("google_pubsub_subscription.raw")).toEqual({
    name: "raw",
    topic: "${google_pubsub_topic.clicks.id}",
    // A message is acknowledged when its file is finished, after five minutes.
    ack_deadline_seconds: 600,
    expiration_policy: { ttl: "" },
    retry_policy: { minimum_backoff: "10s", maximum_backoff: "600s" },
    cloud_storage_config: { bucket: "${google_storage_bucket.files.name}" },
    depends_on: ["time_sleep.apis", "time_sleep.raw"],
  });
  const rights = ["legacyBucketReader", "objectCreator"].map(
    (role) => `google_storage_bucket_iam_member.files-storage-${role}-pubsub-agent`,
  );
  expect(template.resource("time_sleep.raw")).toMatchObject({ create_duration: "60s", depends_on: rights });
  for (const right of rights) {
    expect(template.resource(right)).toMatchObject({
      bucket: "${google_storage_bucket.files.name}",
      member: "${google_project_service_identity.pubsub.member}",
    });
    expect(template.journey["whys"]).toMatchObject({ [right]: "writes what raw delivers" });
  }
  template.resourceCount("google_storage_bucket_iam_member", 2);
});

test("a Cloud Storage subscription of which all is said writes as an account of its own", () => {
  const template = templateOf(examples.CloudStorageSubscription.maximal, { removal: "keep", prefix: "alice" });
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
    cloud_storage_config: {
      bucket: "${google_storage_bucket.raw.name}",
      filename_prefix: "clicks/",
      filename_suffix: ".avro",
      filename_datetime_format: "YYYY-MM-DD/hh_mm_ssZ",
      max_duration: "600s",
      max_bytes: 10737418240,
      max_messages: 1000,
      avro_config: { write_metadata: true, use_topic_schema: true },
      service_account_email: "${google_service_account.writer.email}",
    },
    depends_on: [
      "google_pubsub_topic_iam_member.dead-letters-pubsub-publisher-pubsub-agent",
      "time_sleep.apis",
      "time_sleep.reader",
    ],
  });
  expect(template.resource("time_sleep.reader")["depends_on"]).toEqual([
    "google_service_account_iam_member.writer-iam-serviceAccountTokenCreator-pubsub-agent",
    "google_storage_bucket_iam_member.raw-storage-legacyBucketReader-writer",
    "google_storage_bucket_iam_member.raw-storage-objectCreator-writer",
  ]);
});

test.each<[CloudStorageSubscriptionProps["format"], object]>([
  ["text", {}],
  ["avro", { avro_config: { write_metadata: false } }],
  [{ avro: {} }, { avro_config: { write_metadata: false } }],
  [{ avro: { metadata: true } }, { avro_config: { write_metadata: true } }],
])("messages are written as %j", (format, config) => {
  const template = templateOf((stack) => make(stack, { format }));
  expect(template.resource("google_pubsub_subscription.raw")["cloud_storage_config"]).toEqual({
    bucket: "${google_storage_bucket.files.name}",
    ...config,
  });
});

test.each<[Partial<CloudStorageSubscriptionProps>, string]>([
  [{ file: { bytes: 999 } }, "file.bytes is 999: Pub/Sub takes 1000 to 10737418240"],
  [{ file: { messages: 999 } }, "file.messages is 999: Pub/Sub takes 1000 to "],
  [{ file: { duration: "30s" } }, 'file.duration is "30s": Pub/Sub takes 1m to 10m'],
  [
    { file: { duration: "2m" }, ackDeadline: "60s" },
    'file.duration is "2m", longer than ackDeadline, which is "60s": messages would come again before their file is finished',
  ],
  [{ ackDeadline: "60s" }, 'file.duration is "5m", longer than ackDeadline, which is "60s"'],
  [{ suffix: "a/" }, 'suffix is "a/": an object whose name ends with "/" is taken for a folder'],
  [{ prefix: "gs://raw" }, 'prefix is "gs://raw": names of objects begin with a letter or a digit, as in "clicks/"'],
  [
    { datetimeFormat: "%Y" },
    'datetimeFormat is "%Y": Pub/Sub knows YYYY, YY, MM, DD, hh, mm, ss, T and Z, and not "%"',
  ],
  [{ datetimeFormat: "YY YYYY" }, 'datetimeFormat is "YY YYYY": Pub/Sub takes YYYY once'],
  [{ datetimeFormat: "-" }, 'datetimeFormat is "-": it has no time in it: write YYYY-MM-DD/hh_mm_ssZ'],
  [
    { format: { avro: { topicSchema: true } } },
    "format.avro.topicSchema is true, and the topic clicks has no schema: give it one",
  ],
])("a Cloud Storage subscription with %j is not valid", (props, says) => {
  expect(messageOf(() => make(aStack(), props))).toContain(says);
});

test.each<Partial<CloudStorageSubscriptionProps>>([
  { file: { bytes: 1_000, messages: 1_000, duration: "1m" }, ackDeadline: "60s" },
  { file: { bytes: 10 * 1024 ** 3, duration: "10m" } },
  { ackDeadline: "300s" },
  { format: { avro: { topicSchema: false } } },
  { prefix: "", suffix: "" },
])("a Cloud Storage subscription with %j is", (props) => {
  expect(() => make(aStack(), props)).not.toThrow();
});

test("nobody knows whether a topic of somebody else's has a schema", () => {
  const stack = aStack();
  const topic = Topic.fromName(stack, "theirs", { name: "orders" });
  expect(() => make(stack, { topic, format: { avro: { topicSchema: true } } })).not.toThrow();
});
