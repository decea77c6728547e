import * as fc from "fast-check";
import type { GcpStack } from "../../../constructs/core/stack";
import { DeadLetters, type DeadLettersProps } from "../../../constructs/pubsub/dead-letters";
import type { CloudStorageIngestion, Ingestion } from "../../../constructs/pubsub/ingestion";
import { Topic, type TopicProps } from "../../../constructs/pubsub/topic";
import { TopicSchema, type TopicSchemaProps } from "../../../constructs/pubsub/topic-schema";
import { Bucket } from "../../../constructs/storage/bucket";
import type { Examples } from "../examples";
import { anEncryptionKey, duration, labels, maybe } from "../support";
import { Order } from "../support-pipeline";
import { everyTransform, transformFaults, transforms } from "./transforms-examples";

const UUID = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
const ROLE = "arn:aws:iam::123456789012:role/pubsub";

export const kinesis = {
  stream: "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks",
  consumer: "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks/consumer/pubsub:1700000000",
  role: ROLE,
};
export const msk = {
  cluster: `arn:aws:kafka:eu-west-1:123456789012:cluster/events/${UUID}`,
  topic: "clicks",
  role: ROLE,
};
export const eventHubs = {
  subscription: UUID,
  resourceGroup: "events",
  namespace: "clicks",
  eventHub: "hub",
  tenant: UUID,
  client: UUID,
};
export const confluent = {
  bootstrapServer: "pkc-1a2b3.europe-west1.gcp.confluent.cloud:9092",
  cluster: "lkc-1a2b3c",
  topic: "clicks",
  identityPool: "pool-1a2b",
};

const ingesting = (stack: GcpStack, ingestion: Ingestion): unknown => new Topic(stack, "clicks", { ingestion });
const fromBucket = (stack: GcpStack, more: object): unknown =>
  ingesting(stack, { bucket: new Bucket(stack, "incoming"), ...more });

const logs = fc.constantFrom("debug", "info", "warning", "error", "off" as const);
type Elsewhere = Exclude<Ingestion, CloudStorageIngestion>;
const elsewhere: fc.Arbitrary<Elsewhere> = fc
  .tuple(fc.constantFrom<Elsewhere>({ kinesis }, { msk }, { eventHubs }, { confluent }), maybe(logs))
  .map(([source, severity]) => ({ ...source, logs: severity }));
const objects = fc.record({
  format: maybe(
    fc.constantFrom<NonNullable<CloudStorageIngestion["format"]>>("text", "avro", "pubsub-avro", { delimiter: ";" }),
  ),
  files: maybe(fc.constantFrom("**", "clicks/*.json")),
  createdSince: maybe(fc.constantFrom("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5+01:00")),
  logs: maybe(logs),
});

export const AVRO = '{"type":"record","name":"Click","fields":[{"name":"user","type":"string"}]}';
const PROTOBUF = 'syntax = "proto3";\nmessage Click { string user = 1; }';
const asAvro = (avro: string) => (stack: GcpStack) => new TopicSchema(stack, "click", { event: { avro } });
const asProtobuf = (protobuf: string) => (stack: GcpStack) => new TopicSchema(stack, "click", { event: { protobuf } });

export const topicExamples = {
  Topic: {
    minimal: (stack) => new Topic(stack, "clicks"),
    maximal: (stack) => {
      const all: Required<TopicProps> = {
        name: "clicks",
        schema: { schema: new TopicSchema(stack, "schema", { event: Order }), encoding: "binary" },
        retention: "31d",
        regions: { allowed: ["europe-west1", "europe-west4"], enforced: true },
        ingestion: {
          bucket: new Bucket(stack, "incoming"),
          format: { delimiter: ";" },
          files: "clicks/*.csv",
          createdSince: "2026-01-01T00:00:00Z",
          logs: "error",
        },
        transforms: everyTransform,
        encryptionKey: anEncryptionKey(stack),
        labels: { team: "growth" },
        overrides: { timeouts: { create: "10m" } },
      };
      return new Topic(stack, "topic", all);
    },
    random: fc
      .record({
        retention: maybe(duration("10m", "31d")),
        regions: maybe(fc.record({ allowed: fc.constant(["europe-west1"]), enforced: maybe(fc.boolean()) })),
        labels: maybe(labels),
        transforms,
        source: maybe(fc.oneof(elsewhere, objects)),
        avro: maybe(fc.constantFrom("json", "binary" as const)),
      })
      .map(({ source, avro, ...props }) => (scope, name) => {
        const ingestion =
          source &&
          (isElsewhere(source) ? source : { ...source, bucket: new Bucket(scope, "bucket", { name: `in-${name}` }) });
        const schema = avro && {
          schema: new TopicSchema(scope, "schema", { name: `schema-${name}`, event: { avro: AVRO } }),
          encoding: avro,
        };
        return new Topic(scope, name, { ...props, ingestion, schema });
      }),
    faults: {
      "name-form": ["x", "goog-clicks", "1clicks", "a b c", "x".repeat(256)].map(
        (name) => (stack) => new Topic(stack, "topic", { name }),
      ),
      "retention-range": (["5m", "32d", "90500ms"] as const).map(
        (retention) => (stack) => new Topic(stack, "clicks", { retention }),
      ),
      "regions-allowed": [(stack) => new Topic(stack, "clicks", { regions: { allowed: [] } })],
      "labels-form": [(stack) => new Topic(stack, "clicks", { labels: { Team: "growth" } })],
      "ingestion-form": [
        (stack) => ingesting(stack, { kinesis: { ...kinesis, stream: kinesis.consumer } }),
        (stack) => ingesting(stack, { kinesis: { ...kinesis, consumer: kinesis.stream } }),
        (stack) => ingesting(stack, { kinesis: { ...kinesis, role: "pubsub" } }),
        (stack) => ingesting(stack, { msk: { ...msk, cluster: "events" } }),
        (stack) => ingesting(stack, { msk: { ...msk, role: "arn:aws:iam::12:role/pubsub" } }),
        (stack) => ingesting(stack, { eventHubs: { ...eventHubs, subscription: "acme" } }),
        (stack) => ingesting(stack, { eventHubs: { ...eventHubs, tenant: "acme" } }),
        (stack) => ingesting(stack, { eventHubs: { ...eventHubs, client: `${UUID}0` } }),
        (stack) => ingesting(stack, { confluent: { ...confluent, bootstrapServer: "https://acme:9092" } }),
        (stack) => ingesting(stack, { confluent: { ...confluent, bootstrapServer: "acme" } }),
      ],
      "ingestion-objects": [
        (stack) => fromBucket(stack, { createdSince: "yesterday" }),
        (stack) => fromBucket(stack, { createdSince: "2026-01-01" }),
        (stack) => fromBucket(stack, { createdSince: "2026-13-45T00:00:00Z" }),
        (stack) => fromBucket(stack, { format: { delimiter: "" } }),
        (stack) => fromBucket(stack, { files: "" }),
      ],
      ...transformFaults((stack, given) => new Topic(stack, "clicks", { transforms: given })),
    },
  },

  TopicSchema: {
    minimal: (stack) => new TopicSchema(stack, "schema", { event: Order }),
    maximal: (stack) => {
      const all: Required<TopicSchemaProps> = {
        name: "clicks",
        event: { avro: AVRO },
        overrides: { timeouts: { create: "10m" } },
      };
      return new TopicSchema(stack, "schema", all);
    },
    random: fc
      .constantFrom<TopicSchemaProps["event"]>(Order, { avro: AVRO }, { protobuf: PROTOBUF })
      .map((event) => (scope, name) => new TopicSchema(scope, name, { event, name })),
    faults: {
      "name-form": [(stack) => new TopicSchema(stack, "schema", { event: Order, name: "x" })],
      "event-text": [
        ...["", "{", "[]", "3", "null", '{"type":"enum","name":"A","symbols":[]}', '{"type":"record","fields":[]}'].map(
          asAvro,
        ),
        ...['{"type":"record","name":"","fields":[]}', '{"type":"record","name":"A"}'].map(asAvro),
        ...['{"type":"record","name":"A","fields":[{"name":"a"}]}'].map(asAvro),
        ...['{"type":"record","name":"A","fields":[{"type":"int"}]}'].map(asAvro),
        ...["", 'syntax = "proto3";', "message A {", "message A {} }", "message A {} message B {}"].map(asProtobuf),
        asProtobuf('import "other.proto"; message A {}'),
      ],
      "event-size": [asProtobuf(`message A {} // ${"x".repeat(300 * 1024)}`)],
    },
  },

  DeadLetters: {
    minimal: (stack) => new DeadLetters(stack, "dead-letters"),
    maximal: (stack) => {
      const all: Required<DeadLettersProps> = {
        name: "clicks-dead",
        retention: "20d",
        regions: { allowed: ["europe-west1"] },
        encryptionKey: anEncryptionKey(stack),
        labels: { team: "growth" },
      };
      return new DeadLetters(stack, "dead-letters", all);
    },
    random: fc
      .record({ retention: maybe(duration("10m", "31d")), labels: maybe(labels) })
      .map((props) => (scope, name) => new DeadLetters(scope, name, props)),
    // Its topic and its subscription have rules.
    faults: {},
  },
} satisfies Examples;

const isElsewhere = (source: object): source is Elsewhere => !("files" in source);
