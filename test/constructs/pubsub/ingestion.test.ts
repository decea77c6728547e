import { expect, test } from "vitest";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import type { CloudStorageIngestion, Ingestion } from "../../../constructs/pubsub/ingestion";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import type { Json, Template } from "../../../constructs/testing/template";
import { aStack, messageOf, templateOf } from "../support";
import { confluent, eventHubs, kinesis, msk } from "./topic-examples";

const agent = "${google_project_service_identity.pubsub.member}";
const AGENTS_RIGHT = "google_pubsub_topic_iam_member.clicks-pubsub-publisher-pubsub-agent";

const ingesting = (ingestion: Ingestion): Template =>
  templateOf((stack) => void new Topic(stack, "clicks", { ingestion }));
const fromBucket = (more: Partial<CloudStorageIngestion> = {}): Template =>
  templateOf((stack) => {
    new Topic(stack, "clicks", { ingestion: { bucket: new Bucket(stack, "incoming"), ...more } });
  });
const settingsOf = (template: Template): unknown =>
  template.resource("google_pubsub_topic.clicks")["ingestion_data_source_settings"];

test("a bucket of which nothing is said is taken in line by line, and what cannot be is written down", () => {
  expect(settingsOf(fromBucket())).toEqual({
    cloud_storage: { bucket: "${google_storage_bucket.incoming.name}", text_format: { delimiter: "\n" } },
    platform_logs_settings: { severity: "WARNING" },
  });
});

test("Pub/Sub's agent reads and lists that bucket alone, which is waited for, and publishes to the topic", () => {
  const template = fromBucket();
  const rights = template.allResources("google_storage_bucket_iam_member");
  expect(Object.values(rights).map(({ bucket, role, member }) => ({ bucket, role, member }))).toEqual(
    ["roles/storage.legacyBucketReader", "roles/storage.objectViewer"].map((role) => ({
      bucket: "${google_storage_bucket.incoming.name}",
      role,
      member: agent,
    })),
  );
  expect(template.resource("time_sleep.clicks-ingestion")).toMatchObject({
    create_duration: "60s",
    depends_on: Object.keys(rights).map((name) => `google_storage_bucket_iam_member.${name}`),
  });
  expect(template.resource("google_pubsub_topic.clicks")["depends_on"]).toContain("time_sleep.clicks-ingestion");
  expect(template.resource(AGENTS_RIGHT)).toMatchObject({ role: "roles/pubsub.publisher", member: agent });
  expect(template.journey["whys"]).toEqual({
    [AGENTS_RIGHT]: "publishes what it takes in",
    "google_storage_bucket_iam_member.incoming-storage-legacyBucketReader-pubsub-agent": "takes objects into clicks",
    "google_storage_bucket_iam_member.incoming-storage-objectViewer-pubsub-agent": "takes objects into clicks",
  });
});

test.each<[CloudStorageIngestion["format"], Json]>([
  ["text", { text_format: { delimiter: "\n" } }],
  [{ delimiter: ";" }, { text_format: { delimiter: ";" } }],
  ["avro", { avro_format: {} }],
  ["pubsub-avro", { pubsub_avro_format: {} }],
])("objects in format %j are read so", (format, config) => {
  expect(settingsOf(fromBucket({ format }))).toMatchObject({
    cloud_storage: { bucket: "${google_storage_bucket.incoming.name}", ...config },
  });
});

const gcp_service_account = "${google_service_account.clicks-ingestion.email}";

test.each<[string, Ingestion, Json]>([
  [
    "Kinesis",
    { kinesis },
    {
      aws_kinesis: {
        stream_arn: kinesis.stream,
        consumer_arn: kinesis.consumer,
        aws_role_arn: kinesis.role,
        gcp_service_account,
      },
    },
  ],
  [
    "MSK",
    { msk },
    { aws_msk: { cluster_arn: msk.cluster, topic: "clicks", aws_role_arn: msk.role, gcp_service_account } },
  ],
  [
    "Event Hubs",
    { eventHubs },
    {
      azure_event_hubs: {
        subscription_id: eventHubs.subscription,
        resource_group: "events",
        namespace: "clicks",
        event_hub: "hub",
        tenant_id: eventHubs.tenant,
        client_id: eventHubs.client,
        gcp_service_account,
      },
    },
  ],
  [
    "Confluent Cloud",
    { confluent },
    {
      confluent_cloud: {
        bootstrap_server: "pkc-1a2b3.europe-west1.gcp.confluent.cloud:9092",
        cluster_id: "lkc-1a2b3c",
        topic: "clicks",
        identity_pool_id: "pool-1a2b",
        gcp_service_account,
      },
    },
  ],
])("%s trusts an account of the topic's own, whose tokens Pub/Sub's agent makes", (_, ingestion, config) => {
  const template = ingesting({ ...ingestion, logs: "off" });
  expect(settingsOf(template)).toEqual({ ...config, platform_logs_settings: { severity: "DISABLED" } });
  const token = "google_service_account_iam_member.clicks-ingestion-iam-serviceAccountTokenCreator-pubsub-agent";
  expect(template.resource(token)).toMatchObject({ role: "roles/iam.serviceAccountTokenCreator", member: agent });
  expect(template.resource("google_pubsub_topic.clicks")["depends_on"]).toEqual([token, "time_sleep.apis"]);
  expect(template.journey["whys"]).toEqual({
    [AGENTS_RIGHT]: "publishes what it takes in",
    [token]: "makes the token by which clicks reads another cloud",
  });
});

test("another cloud may trust an account that is there", () => {
  const template = templateOf((stack) => {
    const identity = new ServiceAccount(stack, "trusted");
    const topic = new Topic(stack, "clicks", { ingestion: { msk, identity } });
    expect(topic.ingestsAs).toBe(identity);
  });
  expect(settingsOf(template)).toMatchObject({
    aws_msk: { gcp_service_account: "${google_service_account.trusted.email}" },
  });
  template.resourceCount("google_service_account", 1);
});

test.each<[(stack: GcpStack) => Ingestion, string]>([
  [
    () => ({ confluent: { ...confluent, bootstrapServer: "https://acme:9092" } }),
    'ingestion.confluent.bootstrapServer is "https://acme:9092": write a host and a port, without https://',
  ],
  [
    () => ({ msk: { ...msk, cluster: "events" } }),
    'ingestion.msk.cluster is "events": write arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID',
  ],
  [
    () => ({ eventHubs: { ...eventHubs, client: "acme" } }),
    'ingestion.eventHubs.client is "acme": write an id such as 6ba7b810-9dad-11d1-80b4-00c04fd430c8',
  ],
  [
    (stack) => ({ bucket: new Bucket(stack, "incoming"), createdSince: "2026-01-01" }),
    'ingestion.createdSince is "2026-01-01": write a time as 2026-01-01T00:00:00Z',
  ],
  [
    (stack) => ({ bucket: new Bucket(stack, "incoming"), format: { delimiter: "" } }),
    'ingestion.format.delimiter is empty: leave it away for one line a message ("text")',
  ],
  [
    (stack) => ({ bucket: new Bucket(stack, "incoming"), files: "" }),
    'ingestion.files is empty: leave it away for all objects, or write "clicks/**"',
  ],
])("ingestion %# is not valid", (ingestionOf, says) => {
  const stack = aStack();
  expect(messageOf(() => new Topic(stack, "clicks", { ingestion: ingestionOf(stack) }))).toContain(says);
});
