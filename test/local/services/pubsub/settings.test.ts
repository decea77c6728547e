import { describe, expect, test } from "vitest";
import { masked } from "../../../../local/services/pubsub/api/field-mask";
import { Subscription } from "../../../../local/services/pubsub/api/messages";
import { backoff } from "../../../../local/services/pubsub/retry";
import {
  completeSubscription,
  completeTopic,
  pushConfigOf,
  secondsOf,
  subscriptionOf,
  topicOf,
} from "../../../../local/services/pubsub/settings";
import { domain, Reader, subscriptionName, topicName } from "./domain";

const subscription = (given: Parameters<typeof subscriptionOf>[0]) => () =>
  completeSubscription(subscriptionOf({ name: subscriptionName("reader"), topic: topicName("clicks"), ...given }));
const topic = (given: Parameters<typeof topicOf>[0]) => () =>
  completeTopic(topicOf({ name: topicName("clicks"), ...given }));
const bigqueryConfig = {
  table: "p.d.t",
  useTopicSchema: false,
  useTableSchema: false,
  writeMetadata: false,
  dropUnknownFields: false,
  serviceAccountEmail: "",
  state: 0,
};

test("a subscription that says nothing has Google's defaults", () => {
  expect(subscription({})()).toMatchObject({
    ackDeadlineSeconds: 10,
    messageRetentionDuration: { seconds: 604_800, nanos: 0 },
    expirationPolicy: { ttl: { seconds: 2_678_400, nanos: 0 } },
    retryPolicy: undefined,
    pushConfig: { pushEndpoint: "" },
    state: 1,
  });
});

describe("a subscription is refused", () => {
  test.each([
    [{ ackDeadlineSeconds: 9 }, "ack_deadline_seconds is out of bounds. You passed 9 in the request"],
    [{ ackDeadlineSeconds: 601 }, "between 10 and 600"],
    [
      { messageRetentionDuration: secondsOf(599) },
      "You passed 599s in the request, but the value must be between 600s and 2678400s.",
    ],
    [{ messageRetentionDuration: secondsOf(31 * 86_400 + 1) }, "message_retention_duration is out of bounds"],
    [{ expirationPolicy: { ttl: secondsOf(86_399) } }, "expiration_policy.ttl is too small"],
    [
      { expirationPolicy: { ttl: secondsOf(86_400) } },
      "the minimum value is 604800s: a day, and not less than the message retention",
    ],
    [{ filter: "nonsense" }, 'The filter "nonsense" is not valid at position 0: expected attributes'],
    [{ filter: `attributes.a = "${"é".repeat(120)}"` }, "The filter is 257 bytes; Pub/Sub takes at most 256."],
    [{ deadLetterPolicy: { deadLetterTopic: topicName("dead"), maxDeliveryAttempts: 4 } }, "must be between 5 and 100"],
    [{ deadLetterPolicy: { deadLetterTopic: "dead", maxDeliveryAttempts: 5 } }, "Invalid [topics] name: (name=dead)"],
    [
      { retryPolicy: { minimumBackoff: secondsOf(601), maximumBackoff: undefined } },
      "minimum_backoff is out of bounds",
    ],
    [
      { retryPolicy: { minimumBackoff: secondsOf(20), maximumBackoff: secondsOf(10) } },
      "maximum_backoff is too small. You passed 10s",
    ],
    [{ pushConfig: pushConfigOf({ pushEndpoint: "nowhere" }) }, "Invalid push endpoint given (endpoint=nowhere)."],
    [{ pushConfig: pushConfigOf({ pushEndpoint: "https://x.test" }), bigqueryConfig }, "one way of delivery"],
    [
      { pushConfig: pushConfigOf({ pushEndpoint: "https://x.test" }), enableExactlyOnceDelivery: true },
      "only supported for pull",
    ],
    [{ bigqueryConfig: { ...bigqueryConfig, useTopicSchema: true, useTableSchema: true } }, "cannot both be set"],
    [{ bigqueryConfig: { ...bigqueryConfig, dropUnknownFields: true } }, "drop_unknown_fields needs"],
    [{ cloudStorageConfig: Buffer.from("x") }, "The local Pub/Sub does not run cloud_storage_config"],
    [{ messageTransforms: [Buffer.from("x")] }, "does not run message_transforms"],
    [{ name: "projects/p/subscriptions/ab" }, "Invalid resource name given (name=projects/p/subscriptions/ab)."],
    [{ name: "projects/p/subscriptions/google-x" }, "Invalid resource name given"],
    [{ name: "reader" }, "Invalid [subscriptions] name: (name=reader)"],
  ])("%o", (given, message) => {
    expect(subscription(given)).toThrow(message);
  });
});

test("a topic's retention is between ten minutes and 31 days, and its schema has an encoding", () => {
  expect(topic({ messageRetentionDuration: secondsOf(600) })).not.toThrow();
  expect(topic({ messageRetentionDuration: secondsOf(599) })).toThrow("out of bounds");
  const schemaSettings = { schema: "projects/p/schemas/click", encoding: 0, firstRevisionId: "", lastRevisionId: "" };
  expect(topic({ schemaSettings })).toThrow("Invalid schema encoding");
  expect(topic({ ingestionDataSourceSettings: Buffer.from("x") })).toThrow(
    "does not run ingestion_data_source_settings",
  );
});

describe("an update", () => {
  const current = subscription({ labels: { a: "b" } })();
  const update = (paths: readonly string[], given: Parameters<typeof subscriptionOf>[0]) =>
    masked("Subscription", Subscription, current, subscriptionOf(given), paths, [
      "labels",
      "ackDeadlineSeconds",
      "pushConfig",
    ]);

  test("takes what the mask names, and nothing else", () => {
    const wanted = update(["ack_deadline_seconds"], { ackDeadlineSeconds: 60, labels: {} });
    expect(wanted).toMatchObject({ ackDeadlineSeconds: 60, labels: { a: "b" } });
  });

  test("reaches into a message", () => {
    const wanted = update(["push_config.push_endpoint"], {
      pushConfig: pushConfigOf({ pushEndpoint: "https://x.test" }),
    });
    expect(wanted.pushConfig).toEqual(pushConfigOf({ pushEndpoint: "https://x.test" }));
  });

  test.each([
    [[], "must contain a non-empty paths list"],
    [["pushConfig"], "pushConfig is not a known Subscription field"],
    [["nonsense"], "nonsense is not a known Subscription field"],
    [["topic"], "the topic field in the Subscription is not mutable"],
  ])("of %o is refused", (paths, message) => {
    expect(() => update(paths, {})).toThrow(message);
  });
});

describe("the backoff", () => {
  test("doubles from the least to the most, however often it failed", () => {
    const policy = { minimumBackoff: secondsOf(10), maximumBackoff: secondsOf(600) };
    expect([1, 2, 3, 6, 7, 1_000].map((failures) => backoff(policy, failures) / 1000)).toEqual([
      10, 20, 40, 320, 600, 600,
    ]);
    expect(backoff({ minimumBackoff: secondsOf(0), maximumBackoff: secondsOf(0) }, 5)).toBe(0);
  });

  test("is none without a policy, and Google's where the policy leaves it open", () => {
    expect(backoff(undefined, 9)).toBe(0);
    const open = { minimumBackoff: undefined, maximumBackoff: undefined };
    expect([1, 2, 99].map((failures) => backoff(open, failures) / 1000)).toEqual([10, 20, 600]);
  });
});

describe("a deleted topic", () => {
  test("leaves its subscriptions with what they hold, and they get nothing from a topic of the same name", () => {
    const d = domain();
    d.topic();
    const reader = new Reader(d.subscription());
    d.publish(["a"]);
    d.broker.deleteTopic(topicName("clicks"));
    expect(reader.subscription.config.topic).toBe("_deleted-topic_");
    d.topic();
    d.publish(["b"]);
    reader.nack("a");
    d.run();
    expect(reader.seen).toEqual(["a", "a"]);
  });

  test("that dead letters went to does not bar other changes of the subscription", () => {
    const d = domain();
    d.topic();
    d.topic("dead");
    const deadLetterPolicy = { deadLetterTopic: topicName("dead"), maxDeliveryAttempts: 5 };
    const { config } = d.subscription("reader", { deadLetterPolicy });
    d.broker.deleteTopic(topicName("dead"));
    expect(d.broker.configureSubscription({ ...config, ackDeadlineSeconds: 60 }).config.ackDeadlineSeconds).toBe(60);
    const other = { ...deadLetterPolicy, deadLetterTopic: topicName("missing") };
    expect(() => d.broker.configureSubscription({ ...config, deadLetterPolicy: other })).toThrow(
      "Resource not found (resource=missing).",
    );
  });
});

test("a detached subscription lets go of what it holds, and gets nothing more", () => {
  const d = domain();
  d.topic();
  const reader = new Reader(d.subscription());
  d.publish(["a"]);
  d.broker.detach(reader.subscription.name);
  expect(reader.ended?.message).toBe("Subscription is detached.");
  d.publish(["b"]);
  expect(reader.subscription.size).toBe(0);
  expect(reader.subscription.config.detached).toBe(true);
});

test("what is made twice exists already", () => {
  const d = domain();
  d.topic();
  d.subscription();
  expect(() => d.topic()).toThrow("Resource already exists in the project (resource=clicks).");
  expect(() => d.subscription()).toThrow("Resource already exists in the project (resource=reader).");
});
