import * as fc from "fast-check";
import type { Construct } from "constructs";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../../constructs/core/image";
import type { GcpStack } from "../../../constructs/core/stack";
import { EventChannel, type EventChannelProps } from "../../../constructs/eventarc/event-channel";
import type { EventSource, ObjectEvents, OtherEvents } from "../../../constructs/eventarc/event-source";
import { EventTrigger, type EventTriggerProps } from "../../../constructs/eventarc/event-trigger";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import type { Examples } from "../examples";
import { anEncryptionKey, IMAGE, labels, maybe } from "../support";

export const service = (scope: Construct, name = "handler"): CloudRunService =>
  new CloudRunService(scope, "service", { name, image: ContainerImage.fromRegistry(IMAGE) });

const audit = { service: "bigquery.googleapis.com", method: "google.cloud.bigquery.v2.JobService.InsertJob" };

export const trigger = (stack: GcpStack, on: EventSource, more: Partial<EventTriggerProps> = {}): EventTrigger =>
  new EventTrigger(stack, "jobs", { ...more, on, to: more.to ?? service(stack) });

const onBucket = (stack: GcpStack, more: Partial<EventTriggerProps> = {}, location?: string): EventTrigger =>
  trigger(stack, { bucket: new Bucket(stack, "files", { location }) }, more);

/** By kind: sources that need nothing beside them. */
const alone = fc.oneof(
  fc
    .constantFrom(undefined, "projects/acme/jobs/nightly", { pattern: "projects/*/jobs/**" })
    .map((resource): EventSource => ({ audit: { ...audit, resource } })),
  fc
    .record({
      document: fc.constantFrom("orders/{order}", "orders/first", "{path=**}"),
      event: maybe(fc.constantFrom("created", "updated", "deleted", "written" as const)),
      database: maybe(
        fc.constantFrom({ name: "shop", location: "eur3" }, { name: "(default)", location: "europe-west1" }),
      ),
      namespace: maybe(fc.constant("shop")),
      authContext: maybe(fc.boolean()),
    })
    .map((on): EventSource => on),
  fc
    .record({
      type: fc.constantFrom("google.firebase.auth.user.v1.created", "datadog.v1.alert"),
      attributes: fc.constantFrom<OtherEvents["attributes"]>(
        undefined,
        {},
        { source: "shop" },
        { subject: { pattern: "orders/*" } },
      ),
      channel: maybe(fc.constant("projects/acme-dev/locations/europe-west1/channels/datadog")),
    })
    .map((on): EventSource => on),
);
const event = fc.constantFrom<ObjectEvents["event"]>("finalized", "metadata", "archived", "deleted", undefined);

export const examples = {
  EventTrigger: {
    minimal: (stack) => trigger(stack, { bucket: new Bucket(stack, "files") }),
    maximal: (stack) => {
      const all: Required<EventTriggerProps> = {
        name: "jobs",
        on: { audit: { ...audit, resource: { pattern: "projects/*/jobs/nightly-*" } } },
        to: { receiver: service(stack), path: "/jobs" },
        location: "global",
        identity: new ServiceAccount(stack, "caller"),
        content: "protobuf",
        labels: { team: "growth" },
        overrides: { timeouts: { create: "10m" } },
      };
      return new EventTrigger(stack, "trigger", all);
    },
    random: fc
      .record({
        source: fc.oneof(
          alone.map((on) => () => on),
          event.map((of) => (scope: Construct, name: string): EventSource => ({
            bucket: new Bucket(scope, "bucket", { name: `files-${name}` }),
            event: of,
          })),
          fc.constant((scope: Construct, name: string): EventSource => ({
            topic: new Topic(scope, "topic", { name: `topic-${name}` }),
          })),
        ),
        below: maybe(fc.constantFrom("/", "/events" as const)),
        content: maybe(fc.constantFrom("json", "protobuf" as const)),
        labels: maybe(labels),
      })
      .map(({ source, below, ...props }) => (scope, name) => {
        const receiver = service(scope, `handler-${name}`);
        const to = below === undefined ? receiver : { receiver, path: below };
        return new EventTrigger(scope, name, { ...props, on: source(scope, name), to });
      }),
    faults: {
      "name-form": ["Jobs", "1jobs", "jobs-", "a_b", "x".repeat(64), ""].map(
        (name) => (stack) => onBucket(stack, { name }),
      ),
      "labels-form": [(stack) => onBucket(stack, { labels: { Team: "growth" } })],
      "on-type": [
        (stack) => trigger(stack, { type: "finalized" }),
        (stack) => trigger(stack, { type: "google.storage" }),
        (stack) => trigger(stack, { type: "google.cloud.storage object" }),
        (stack) => trigger(stack, { type: "datadog.v1.alert", attributes: { type: "datadog.v1.other" } }),
      ],
      "on-audit": [
        (stack) => trigger(stack, { audit: { ...audit, service: "BigQuery" } }),
        (stack) => trigger(stack, { audit: { ...audit, service: "bigquery" } }),
        (stack) => trigger(stack, { audit: { ...audit, method: "insert job" } }),
      ],
      "on-pattern": [
        (stack) => trigger(stack, { audit: { ...audit, resource: "projects/*/jobs/nightly" } }),
        (stack) => trigger(stack, { audit: { ...audit, method: "" } }),
        (stack) => trigger(stack, { audit: { ...audit, resource: "" } }),
        (stack) => trigger(stack, { audit: { ...audit, resource: { pattern: "projects/acme" } } }),
        (stack) => trigger(stack, { audit: { ...audit, resource: { pattern: "jobs/a**" } } }),
        (stack) => trigger(stack, { document: "orders/{order" }),
        (stack) => trigger(stack, { document: "" }),
        (stack) => trigger(stack, { document: "orders/a{order}" }),
        (stack) => trigger(stack, { type: "datadog.v1.alert", attributes: { source: "{shop}" } }),
      ],
      "location-source": [
        (stack) => onBucket(stack, { location: "us-east1" }),
        (stack) => onBucket(stack, { location: "europe-west1" }, "EU"),
        (stack) => trigger(stack, { document: "a", database: { name: "a", location: "eur3" } }, { location: "nam5" }),
        (stack) => trigger(stack, { topic: new Topic(stack, "clicks") }, { location: "global" }),
        (stack) => trigger(stack, { audit }, { location: "eu" }),
      ],
    },
  },

  EventChannel: {
    minimal: (stack) => new EventChannel(stack, "partner"),
    maximal: (stack) => {
      const all: Required<EventChannelProps> = {
        name: "datadog",
        provider: "projects/acme-dev/locations/europe-west1/providers/datadog",
        encryptionKey: anEncryptionKey(stack),
        overrides: { timeouts: { create: "10m" } },
      };
      return new EventChannel(stack, "channel", all);
    },
    random: fc
      .record({ provider: maybe(fc.constant("projects/acme-dev/locations/europe-west1/providers/datadog")) })
      .map((props) => (scope, name) => new EventChannel(scope, name, props)),
    faults: {
      "name-form": [(stack) => new EventChannel(stack, "channel", { name: "Partner" })],
      "provider-form": [(stack) => new EventChannel(stack, "channel", { provider: "datadog" })],
    },
  },
} satisfies Examples;
