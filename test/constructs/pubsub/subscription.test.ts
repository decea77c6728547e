import { expect, test } from "vitest";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { BigQuerySubscription } from "../../../constructs/pubsub/bigquery-subscription";
import { CloudStorageSubscription } from "../../../constructs/pubsub/cloud-storage-subscription";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { PullSubscription, type PullSubscriptionProps } from "../../../constructs/pubsub/pull-subscription";
import { PushSubscription } from "../../../constructs/pubsub/push-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { service, table } from "./subscription-examples";

const topic = (stack: GcpStack): Topic => new Topic(stack, "clicks");

test("a subscription of which nothing is said never expires and gives its reader a minute", () => {
  const template = templateOf((stack) => new PullSubscription(stack, "reader", { topic: topic(stack) }));
  expect(template.resource("google_pubsub_subscription.reader")).toEqual({
    name: "reader",
    topic: "${google_pubsub_topic.clicks.id}",
    ack_deadline_seconds: 60,
    expiration_policy: { ttl: "" },
    depends_on: ["time_sleep.apis"],
  });
});

test("a subscription of which all is said", () => {
  const template = templateOf(examples.PullSubscription.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_pubsub_subscription.reader")).toEqual({
    topic: "${google_pubsub_topic.events.id}",
    enable_exactly_once_delivery: true,
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
    depends_on: ["google_pubsub_topic_iam_member.dead-letters-pubsub-publisher-pubsub-agent", "time_sleep.apis"],
  });
});

test.each<[Partial<PullSubscriptionProps>, string]>([
  [{ name: "x" }, 'name is "x": Pub/Sub takes 3 to 255'],
  [{ ackDeadline: "5s" }, 'ackDeadline is "5s": Pub/Sub takes 10s to 600s'],
  [{ ackDeadline: "11m" }, 'ackDeadline is "11m": Pub/Sub takes 10s to 600s'],
  [{ retention: "32d" }, 'retention is "32d": Pub/Sub takes 10m to 31d'],
  [{ maxDeliveryAttempts: 4 }, "maxDeliveryAttempts is 4: Pub/Sub takes 5 to 100"],
  [{ maxDeliveryAttempts: 5 }, "maxDeliveryAttempts is 5, but there is nowhere to set messages aside"],
  [{ deadLetters: undefined, maxDeliveryAttempts: 101 }, "maxDeliveryAttempts is 101: Pub/Sub takes 5 to 100"],
  [
    { filter: "attributes.a = b" },
    'filter is not valid at position 15: expected a text in quotes, as "value", found "b"',
  ],
  [{ expiration: "23h" }, 'expiration is "23h": Pub/Sub takes 1d to 365d, or "never"'],
  [
    { expiration: "2d" },
    'expiration is "2d", less than retention, which is "7d": messages would be gone before their time',
  ],
  [{ labels: { Team: "a" } }, 'labels has Team: "a": Google Cloud takes at most 63 lower-case letters'],
  [
    { filter: `attributes.a = "${"ä".repeat(150)}"` },
    "filter is 317 bytes: Pub/Sub takes at most 256. Filter in the pipeline instead: .filter((event) => ...)",
  ],
  [{ backoff: { minimum: "11m" } }, 'backoff.minimum is "11m": Pub/Sub takes 0s to 600s'],
  [{ backoff: { maximum: "601s" } }, 'backoff.maximum is "601s": Pub/Sub takes 0s to 600s'],
  [{ backoff: { minimum: "60s", maximum: "20s" } }, 'backoff.minimum is "60s", above backoff.maximum, which is "20s"'],
  [{ backoff: { maximum: "5s" } }, 'backoff.minimum is "10s", above backoff.maximum, which is "5s"'],
])("a subscription with %j is not valid", (props, says) => {
  const stack = aStack();
  expect(messageOf(() => new PullSubscription(stack, "reader", { topic: topic(stack), ...props }))).toContain(says);
});

test("a filter of 256 bytes, an expiration of a day and one as long as messages are kept are what Pub/Sub takes", () => {
  const stack = aStack();
  const filter = 'attributes.a = "b"'.padEnd(256);
  expect(() => new PullSubscription(stack, "one", { topic: topic(stack), filter, expiration: "7d" })).not.toThrow();
  const from = Topic.fromName(stack, "theirs", { name: "orders" });
  expect(() => new PullSubscription(stack, "other", { topic: from, expiration: "1d", retention: "1d" })).not.toThrow();
  expect(() => new PullSubscription(stack, "third", { topic: from, expiration: "never" })).not.toThrow();
});

test("messages are not set aside to where they come from", () => {
  const stack = aStack();
  const same = topic(stack);
  expect(
    messageOf(() => new PullSubscription(stack, "reader", { topic: same, deadLetters: { topic: same } })),
  ).toContain("deadLetters go to projects/acme-dev/topics/clicks, which is where they come from");
});

test("a filter is nothing that Terraform evaluates", () => {
  const template = templateOf((stack) => {
    new PullSubscription(stack, "reader", { topic: topic(stack), filter: 'attributes.a = "${b}"' });
  });
  expect(template.resource("google_pubsub_subscription.reader")["filter"]).toBe('attributes.a = "$${b}"');
});

test.each<[PullSubscriptionProps["backoff"], object | undefined]>([
  [{ minimum: "1s" }, { minimum_backoff: "1s", maximum_backoff: "600s" }],
  [{ maximum: "1m" }, { minimum_backoff: "10s", maximum_backoff: "60s" }],
  [{ minimum: undefined }, undefined],
])("a backoff of which a part is said has Google's other part: %j", (backoff, retry) => {
  const template = templateOf((stack) => {
    new PullSubscription(stack, "reader", { topic: topic(stack), backoff });
  });
  expect(template.resource("google_pubsub_subscription.reader")["retry_policy"]).toEqual(retry);
});

test("dead letters need two rights of Pub/Sub's: to publish them, and to take them from where they were", () => {
  const template = templateOf((stack) => {
    const deadLetters = new DeadLetters(stack, "dead-letters");
    new PullSubscription(stack, "reader", { topic: topic(stack), deadLetters });
  });
  const agent = "${google_project_service_identity.pubsub.member}";
  expect(template.resource("google_pubsub_topic_iam_member.dead-letters-pubsub-publisher-pubsub-agent")).toMatchObject({
    role: "roles/pubsub.publisher",
    member: agent,
  });
  expect(
    template.resource("google_pubsub_subscription_iam_member.reader-pubsub-subscriber-pubsub-agent"),
  ).toMatchObject({ role: "roles/pubsub.subscriber", member: agent });
  expect(template.resource("google_pubsub_subscription.reader")).toMatchObject({
    dead_letter_policy: { max_delivery_attempts: 5 },
  });
});

test("all kinds of subscriptions have one address, so that one becomes another and keeps its backlog", () => {
  const addresses = [
    templateOf((stack) => new PullSubscription(stack, "sub", { topic: topic(stack) })),
    templateOf((stack) => new PushSubscription(stack, "sub", { topic: topic(stack), to: service(stack) })),
    templateOf((stack) => new BigQuerySubscription(stack, "sub", { topic: topic(stack), table: table(stack) })),
    templateOf((stack) => {
      new CloudStorageSubscription(stack, "sub", { topic: topic(stack), bucket: new Bucket(stack, "raw") });
    }),
  ].map((template) => Object.keys(template.allResources("google_pubsub_subscription")));
  expect(addresses).toEqual([["sub"], ["sub"], ["sub"], ["sub"]]);
});

test("a subscription that is there already is named in full and can be read from", () => {
  const template = templateOf((stack) => {
    const there = PullSubscription.fromName(stack, "theirs", { name: "orders", project: "shop" });
    there.grantSubscribe(new ServiceAccount(stack, "reader"));
    there.grantView(new ServiceAccount(stack, "viewer"));
    expect(() => PullSubscription.fromName(stack, "bad", { name: "x" })).toThrow('name is "x"');
    expect(there.path).toBe("projects/shop/subscriptions/orders");
  });
  expect(template.resource("google_pubsub_subscription_iam_member.shop-orders-pubsub-subscriber-reader")).toMatchObject(
    { subscription: "orders", project: "shop" },
  );
  expect(template.resource("google_pubsub_subscription_iam_member.shop-orders-pubsub-viewer-viewer")).toMatchObject({
    subscription: "orders",
    project: "shop",
    role: "roles/pubsub.viewer",
  });
});
