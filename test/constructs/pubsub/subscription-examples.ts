import * as fc from "fast-check";
import type { Construct } from "constructs";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import type { TableProps } from "../../../constructs/bigquery/table-props";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../../constructs/core/image";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { BigQuerySubscription, type BigQuerySubscriptionProps } from "../../../constructs/pubsub/bigquery-subscription";
import {
  CloudStorageSubscription,
  type CloudStorageSubscriptionProps,
} from "../../../constructs/pubsub/cloud-storage-subscription";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { PullSubscription, type PullSubscriptionProps } from "../../../constructs/pubsub/pull-subscription";
import { PushSubscription, type PushSubscriptionProps } from "../../../constructs/pubsub/push-subscription";
import type { SubscriptionProps } from "../../../constructs/pubsub/subscription-props";
import { Topic } from "../../../constructs/pubsub/topic";
import { TopicSchema } from "../../../constructs/pubsub/topic-schema";
import { Bucket } from "../../../constructs/storage/bucket";
import type { Examples } from "../examples";
import { duration, IMAGE, labels, maybe } from "../support";
import { json } from "../../../pipeline/schema/field";
import { integer, nullable, Order, string, timestamp } from "../support-pipeline";
import { everyTransform, transformFaults, transforms } from "./transforms-examples";

const topic = (stack: Construct): Topic => new Topic(stack, "events");
export const service = (stack: Construct, name = "service"): CloudRunService =>
  new CloudRunService(stack, "service", { name, image: ContainerImage.fromRegistry(IMAGE) });
const metadata = {
  subscription_name: nullable(string()),
  message_id: nullable(string()),
  publish_time: nullable(timestamp()),
  attributes: nullable(json()),
};
export const table = (
  stack: Construct,
  columns: TableProps["columns"] = { data: nullable(string()), ...metadata },
  name = "events",
): Table => new Table(stack, "raw", { dataset: new Dataset(stack, "dataset", { name }), name: "raw", columns });

type Make = (stack: GcpStack, more: Partial<SubscriptionProps>) => unknown;
type Fault = (stack: GcpStack) => unknown;

/** What every subscription has. */
const everything = (stack: GcpStack) =>
  ({
    name: "reader",
    topic: topic(stack),
    filter: 'attributes.event_type = "user_signup"',
    ackDeadline: "600s",
    retention: "31d",
    retainAcknowledged: true,
    expiration: "31d",
    ordering: true,
    deadLetters: new DeadLetters(stack, "dead-letters"),
    maxDeliveryAttempts: 100,
    backoff: { minimum: "1s", maximum: "2m" },
    transforms: everyTransform,
    labels: { team: "growth" },
    overrides: { timeouts: { create: "10m" } },
  }) satisfies Required<SubscriptionProps>;

const attribute = fc.constantFrom("event_type", '"iana.org/language_tag"');
const filter = fc.oneof(
  attribute.map((key) => `attributes:${key}`),
  attribute.map((key) => `NOT attributes.${key} != "a" AND hasPrefix(attributes.b, 'c')`),
);
const anything = fc
  .record({
    filter: maybe(filter),
    ackDeadline: maybe(duration("300s", "600s")),
    retention: maybe(duration("10m", "10d")),
    retainAcknowledged: maybe(fc.boolean()),
    expiration: maybe(fc.oneof(duration("10d", "365d"), fc.constant("never" as const))),
    ordering: maybe(fc.boolean()),
    setAside: fc.boolean(),
    maxDeliveryAttempts: maybe(fc.integer({ min: 5, max: 100 })),
    backoff: maybe(fc.record({ minimum: maybe(duration("0s", "60s")), maximum: maybe(duration("60s", "600s")) })),
    labels: maybe(labels),
    transforms,
  })
  .map(({ setAside, maxDeliveryAttempts, ...props }) => (scope: Construct, name: string): SubscriptionProps => {
    const from = { ...props, name, topic: new Topic(scope, "topic", { name: `topic-${name}` }) };
    if (!setAside) return from;
    const deadLetters = new DeadLetters(scope, "dead-letters", { name: `dead-${name}` });
    return { ...from, deadLetters, maxDeliveryAttempts };
  });

function commonFaults(make: Make): { readonly [rule: string]: readonly Fault[] } {
  const faults = (...all: readonly Partial<SubscriptionProps>[]): readonly Fault[] =>
    all.map((more) => (stack) => make(stack, more));
  return {
    "name-form": faults({ name: "x" }, { name: "goog-reader" }),
    "retention-range": faults({ retention: "599s" }, { retention: "32d" }),
    "ackDeadline-range": faults({ ackDeadline: "9s" }, { ackDeadline: "601s" }),
    "maxDeliveryAttempts-range": [4, 101, 5.5].map((maxDeliveryAttempts) => (stack) => {
      make(stack, { maxDeliveryAttempts, deadLetters: new DeadLetters(stack, "dead-letters") });
    }),
    "maxDeliveryAttempts-alone": faults({ maxDeliveryAttempts: 5 }),
    "deadLetters-topic": [
      (stack) => {
        const same = topic(stack);
        make(stack, { topic: same, deadLetters: { topic: same } });
      },
    ],
    "filter-size": faults({ filter: `attributes.a = "${"ä".repeat(121)}"` }),
    "filter-form": faults(
      { filter: "" },
      { filter: "event_type = 'a'" },
      { filter: "attributes:a AND attributes:b OR attributes:c" },
    ),
    "backoff-range": faults(
      { backoff: { minimum: "601s" } },
      { backoff: { maximum: "601s" } },
      { backoff: { maximum: "9s" } },
      { backoff: { minimum: "2m", maximum: "1m" } },
    ),
    "expiration-range": faults(
      { expiration: "23h", retention: "10m" },
      { expiration: "366d" },
      // Less than the 7 days that are kept when nothing is said.
      { expiration: "6d" },
      { expiration: "10d", retention: "11d" },
    ),
    "labels-form": faults({ labels: { team: "Growth" } }),
    ...transformFaults((stack, given) => make(stack, { transforms: given })),
  };
}

const pull: Make = (stack, more) => new PullSubscription(stack, "reader", { topic: topicOf(stack, more), ...more });
const push: Make = (stack, more) =>
  new PushSubscription(stack, "reader", { topic: topicOf(stack, more), to: service(stack), ...more });
const topicOf = (stack: GcpStack, more: Partial<SubscriptionProps>) => more.topic ?? topic(stack);

const intoTable = (stack: GcpStack, more: Partial<BigQuerySubscriptionProps>): unknown =>
  new BigQuerySubscription(stack, "reader", {
    topic: topicOf(stack, more),
    table: more.table ?? table(stack),
    ...more,
  });
const intoBucket = (stack: GcpStack, more: Partial<CloudStorageSubscriptionProps>): unknown =>
  new CloudStorageSubscription(stack, "reader", {
    topic: topicOf(stack, more),
    bucket: new Bucket(stack, "raw"),
    ...more,
  });
const bucketFaults = (...all: readonly Partial<CloudStorageSubscriptionProps>[]): readonly Fault[] =>
  all.map((more) => (stack) => intoBucket(stack, more));

export const subscriptionExamples = {
  PullSubscription: {
    minimal: (stack) => new PullSubscription(stack, "reader", { topic: topic(stack) }),
    maximal: (stack) => {
      const all: Required<PullSubscriptionProps> = { ...everything(stack), exactlyOnce: true };
      return new PullSubscription(stack, "subscription", all);
    },
    random: fc.tuple(anything, maybe(fc.boolean())).map(
      ([propsOf, exactlyOnce]) =>
        (scope, name) =>
          new PullSubscription(scope, name, { ...propsOf(scope, name), exactlyOnce }),
    ),
    faults: commonFaults(pull),
  },

  PushSubscription: {
    minimal: (stack) => new PushSubscription(stack, "reader", { topic: topic(stack), to: service(stack) }),
    maximal: (stack) => {
      const all: Required<PushSubscriptionProps> = {
        ...everything(stack),
        to: service(stack),
        path: "/events",
        as: new ServiceAccount(stack, "sender"),
        body: "data-and-headers",
        attributes: { "x-goog-version": "v1" },
      };
      return new PushSubscription(stack, "subscription", all);
    },
    random: fc
      .record({
        propsOf: anything,
        path: maybe(fc.constantFrom("/", "/events" as const)),
        body: maybe(fc.constantFrom("message", "data", "data-and-headers" as const)),
        attributes: maybe(
          fc.constantFrom({ "x-goog-version": "v1" } as const, { "x-goog-version": "v1beta1" } as const),
        ),
        outside: fc.boolean(),
      })
      .map(({ propsOf, outside, ...props }) => (scope, name) => {
        const to = outside
          ? ({ url: "https://example.com", audience: "example" } as const)
          : service(scope, `to-${name}`);
        return new PushSubscription(scope, name, { ...propsOf(scope, name), ...props, to });
      }),
    faults: {
      ...commonFaults(push),
      "url-https": [
        (stack) =>
          new PushSubscription(stack, "reader", {
            topic: topic(stack),
            to: { url: "http://example.com" as "https://example.com" },
          }),
      ],
    },
  },

  BigQuerySubscription: {
    minimal: (stack) => new BigQuerySubscription(stack, "reader", { topic: topic(stack), table: table(stack) }),
    maximal: (stack) => {
      const all: Required<BigQuerySubscriptionProps> = {
        ...everything(stack),
        topic: new Topic(stack, "orders", { schema: new TopicSchema(stack, "schema", { event: Order }) }),
        table: table(stack),
        columns: "topic-schema",
        metadata: true,
        dropUnknownFields: true,
        as: new ServiceAccount(stack, "writer"),
      };
      return new BigQuerySubscription(stack, "subscription", all);
    },
    random: fc
      .record({
        propsOf: anything,
        columns: fc.constantFrom("data", "table-schema", undefined),
        metadata: maybe(fc.boolean()),
        account: fc.boolean(),
      })
      .map(({ propsOf, account, ...props }) => (scope, name) => {
        const as = account ? new ServiceAccount(scope, "writer", { name: `writer-of-${name}` }) : undefined;
        const into = table(scope, undefined, `events_${name.replaceAll("-", "_")}`);
        const dropUnknownFields = props.columns === "table-schema" || undefined;
        return new BigQuerySubscription(scope, name, {
          ...propsOf(scope, name),
          ...props,
          dropUnknownFields,
          as,
          table: into,
        });
      }),
    faults: {
      ...commonFaults(intoTable),
      "dropUnknownFields-columns": [
        (stack) => intoTable(stack, { dropUnknownFields: true }),
        (stack) => intoTable(stack, { dropUnknownFields: true, columns: "data" }),
      ],
      "columns-schema": [(stack) => intoTable(stack, { columns: "topic-schema" })],
      "table-columns": [
        (stack) => intoTable(stack, { table: table(stack, { data: integer() }) }),
        (stack) => intoTable(stack, { table: table(stack, { user: string() }) }),
        (stack) => intoTable(stack, { table: table(stack, { data: string() }), metadata: true }),
        (stack) =>
          intoTable(stack, {
            table: table(stack, { ...metadata, message_id: integer() }),
            metadata: true,
            columns: "table-schema",
          }),
      ],
    },
  },

  CloudStorageSubscription: {
    minimal: (stack) =>
      new CloudStorageSubscription(stack, "reader", { topic: topic(stack), bucket: new Bucket(stack, "raw") }),
    maximal: (stack) => {
      const all: Required<CloudStorageSubscriptionProps> = {
        ...everything(stack),
        topic: new Topic(stack, "orders", { schema: new TopicSchema(stack, "schema", { event: Order }) }),
        bucket: new Bucket(stack, "raw"),
        prefix: "clicks/",
        suffix: ".avro",
        datetimeFormat: "YYYY-MM-DD/hh_mm_ssZ",
        format: { avro: { metadata: true, topicSchema: true } },
        file: { duration: "10m", bytes: 10 * 1024 ** 3, messages: 1_000 },
        as: new ServiceAccount(stack, "writer"),
      };
      return new CloudStorageSubscription(stack, "subscription", all);
    },
    random: fc
      .record({
        propsOf: anything,
        prefix: maybe(fc.constantFrom("", "clicks/")),
        suffix: maybe(fc.constantFrom("", ".txt")),
        datetimeFormat: maybe(fc.constantFrom("YYYY/MM/DD/hh_mm_ssZ", "YY-MM-DDThh:mm:ssZ", "ss mm hh")),
        format: maybe(
          fc.constantFrom<NonNullable<CloudStorageSubscriptionProps["format"]>>(
            "text",
            "avro",
            { avro: {} },
            { avro: { metadata: true } },
          ),
        ),
        file: maybe(
          fc.record({
            duration: maybe(duration("1m", "5m")),
            bytes: maybe(fc.integer({ min: 1_000, max: 2 ** 31 })),
            messages: maybe(fc.integer({ min: 1_000 })),
          }),
        ),
        account: fc.boolean(),
      })
      .map(({ propsOf, account, ...props }) => (scope, name) => {
        const as = account ? new ServiceAccount(scope, "writer", { name: `writer-of-${name}` }) : undefined;
        const bucket = new Bucket(scope, "bucket", { name: `raw-${name}` });
        return new CloudStorageSubscription(scope, name, { ...propsOf(scope, name), ...props, as, bucket });
      }),
    faults: {
      ...commonFaults(intoBucket),
      "file-size": bucketFaults(
        { file: { bytes: 999 } },
        { file: { bytes: 10 * 1024 ** 3 + 1 } },
        { file: { messages: 999 } },
        { file: { messages: 1_000.5 } },
      ),
      "file-duration": bucketFaults(
        { file: { duration: "59s" } },
        { file: { duration: "601s" } },
        { file: { duration: "121s" }, ackDeadline: "120s" },
        { ackDeadline: "299s" },
      ),
      "suffix-form": bucketFaults({ suffix: "clicks/" }),
      "prefix-form": bucketFaults({ prefix: "/clicks" }, { prefix: "gs://raw/" }, { prefix: "a\nb" }),
      "datetimeFormat-form": bucketFaults(
        ...["", "_", "%Y-%m-%d", "yyyy-MM-dd", "YYYY-MM-DDTHH:mm", "YYYY-MM-DD/YYYY", "YYYY YY"].map(
          (datetimeFormat) => ({
            datetimeFormat,
          }),
        ),
      ),
      "format-schema": bucketFaults({ format: { avro: { topicSchema: true } } }),
    },
  },
} satisfies Examples;
