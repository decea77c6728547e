import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { subscriptionConfig } from "../../../../local/services/pubsub/terraform/subscription";
import { type Cloud, cloud, settle, until } from "./cloud";

let c: Cloud;
beforeEach(() => {
  c = cloud();
});
afterEach(() => c.close());

const infos = (): string[] => c.host.logged.filter(({ severity }) => severity === "INFO").map(({ message }) => message);

describe("the stack's resources", () => {
  test("give what others refer to", async () => {
    expect(await c.apply("google_pubsub_topic", { name: "clicks" })).toMatchObject({
      id: "projects/acme-dev/topics/clicks",
      name: "clicks",
    });
    expect(
      await c.apply("google_pubsub_subscription", { name: "reader", topic: "projects/acme-dev/topics/clicks" }),
    ).toMatchObject({
      id: "projects/acme-dev/subscriptions/reader",
      name: "reader",
    });
    const definition = 'syntax = "proto3"; message Click { string user = 1; }';
    expect(await c.apply("google_pubsub_schema", { name: "click", type: "PROTOCOL_BUFFER", definition })).toMatchObject(
      {
        id: "projects/acme-dev/schemas/click",
      },
    );
  });

  test("in another project are there", async () => {
    expect(await c.apply("google_pubsub_topic", { name: "clicks", project: "other" })).toMatchObject({
      id: "projects/other/topics/clicks",
    });
  });

  test("grant what their IAM members say, on the topic or the subscription alone", async () => {
    const member = "serviceAccount:proxy@acme-dev.iam.gserviceaccount.com";
    await c.apply("google_pubsub_topic_iam_member", { topic: "clicks", role: "roles/pubsub.publisher", member });
    await c.apply("google_pubsub_subscription_iam_member", {
      subscription: "projects/acme-dev/subscriptions/reader",
      role: "roles/pubsub.subscriber",
      member,
    });
    expect(c.host.access.grants).toEqual([
      {
        member,
        role: "roles/pubsub.publisher",
        on: "pubsub.googleapis.com/projects/acme-dev/topics/clicks",
        address: "google_pubsub_topic_iam_member.roles/pubsub.publisher",
      },
      {
        member,
        role: "roles/pubsub.subscriber",
        on: "pubsub.googleapis.com/projects/acme-dev/subscriptions/reader",
        address: "google_pubsub_subscription_iam_member.roles/pubsub.subscriber",
      },
    ]);
  });

  test("read every argument of a subscription, blocks written as an object or as a list", () => {
    const config = {
      name: "reader",
      topic: "clicks",
      ack_deadline_seconds: 60,
      message_retention_duration: "1200s",
      retain_acked_messages: true,
      enable_message_ordering: "true",
      enable_exactly_once_delivery: false,
      filter: "attributes:a",
      labels: { c: "d" },
      expiration_policy: { ttl: "" },
      retry_policy: [{ minimum_backoff: "10s", maximum_backoff: "12.5s" }],
      dead_letter_policy: { dead_letter_topic: "projects/other/topics/dead", max_delivery_attempts: 7 },
      push_config: {
        push_endpoint: "https://clean.test/",
        oidc_token: { service_account_email: "pusher@acme-dev.iam.gserviceaccount.com", audience: "clean" },
        no_wrapper: { write_metadata: true },
      },
    };
    const resource = { address: "google_pubsub_subscription.reader", type: "", name: "reader", config };
    expect(subscriptionConfig(resource, "acme-dev")).toMatchObject({
      name: "projects/acme-dev/subscriptions/reader",
      topic: "projects/acme-dev/topics/clicks",
      ackDeadlineSeconds: 60,
      messageRetentionDuration: { seconds: 1200, nanos: 0 },
      retainAckedMessages: true,
      enableMessageOrdering: true,
      enableExactlyOnceDelivery: false,
      filter: "attributes:a",
      labels: { c: "d" },
      expirationPolicy: { ttl: undefined },
      retryPolicy: { minimumBackoff: { seconds: 10, nanos: 0 }, maximumBackoff: { seconds: 12, nanos: 500_000_000 } },
      deadLetterPolicy: { deadLetterTopic: "projects/other/topics/dead", maxDeliveryAttempts: 7 },
      pushConfig: {
        pushEndpoint: "https://clean.test/",
        oidcToken: { serviceAccountEmail: "pusher@acme-dev.iam.gserviceaccount.com", audience: "clean" },
        noWrapper: { writeMetadata: true },
      },
    });
  });

  test.each([
    [{ topic: "clicks" }, "google_pubsub_subscription.undefined has no name"],
    [{ name: "reader" }, "has no topic"],
    [
      { name: "reader", topic: "clicks", message_retention_duration: "7d" },
      'message_retention_duration is "7d", and should be a duration in seconds',
    ],
    [
      { name: "reader", topic: "clicks", ack_deadline_seconds: "soon" },
      'ack_deadline_seconds is "soon", and should be a number',
    ],
    [{ name: "reader", topic: "clicks", retry_policy: "often" }, 'retry_policy is "often", and should be a block'],
    [{ name: "reader", topic: "missing" }, "Resource not found (resource=missing)."],
    [{ name: "reader", topic: "clicks", cloud_storage_config: { bucket: "b" } }, "does not run cloud_storage_config"],
  ])("%o is refused", async (config, message) => {
    await c.apply("google_pubsub_topic", { name: "clicks" });
    await expect(c.apply("google_pubsub_subscription", config)).rejects.toThrow(message);
  });
});

describe("applied again over what was kept", () => {
  test("an unchanged stack changes nothing", async () => {
    await c.apply("google_pubsub_topic", { name: "clicks" });
    await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks" });
    await c.pubsub.start();
    await c.publish("a");
    c = await c.restart();
    await c.apply("google_pubsub_topic", { name: "clicks" });
    await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks" });
    await c.pubsub.start();
    expect(c.held("reader")).toEqual(["a"]);
    expect(c.warnings()).toEqual([]);
    expect(infos()).toEqual([]);
  });

  test("a subscription changes between pull and push in place, with what it holds", async () => {
    await c.apply("google_pubsub_topic", { name: "clicks" });
    await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks" });
    await c.pubsub.start();
    await c.publish("a");
    c = await c.restart();
    await c.apply("google_pubsub_topic", { name: "clicks" });
    const push_config = { push_endpoint: "https://clean.test/" };
    await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks", push_config });
    await c.pubsub.start();
    await until(() => c.endpoint.open.length === 1);
    const inFlight = c.endpoint.open[0];
    await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks" });
    await c.publish("b");
    inFlight?.answer(204);
    await settle();
    expect(c.held("reader")).toEqual(["b"]);
    expect(c.endpoint.all).toHaveLength(1);
  });

  test.each([
    ["filter", { filter: "attributes:a" }],
    ["enable_message_ordering", { enable_message_ordering: true }],
    ["topic", { topic: "other" }],
  ])("a changed %s replaces the subscription, and what it held is gone, and that is said", async (argument, change) => {
    await c.apply("google_pubsub_topic", { name: "clicks" });
    await c.apply("google_pubsub_topic", { name: "other" });
    await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks" });
    await c.publish("a");
    await c.publish("b");
    await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks", ...change });
    expect(c.held("reader")).toEqual([]);
    expect(c.warnings()).toEqual([
      `google_pubsub_subscription.reader: ${argument} cannot change in place. projects/acme-dev/subscriptions/reader ` +
        "is replaced, and its backlog is gone: unacknowledged messages: 2.",
    ]);
  });

  test("a changed schema is a new revision, an unchanged one is not", async () => {
    const schema = { name: "click", type: "PROTOCOL_BUFFER" };
    await c.apply("google_pubsub_schema", {
      ...schema,
      definition: 'syntax = "proto3"; message Click { string user = 1; }',
    });
    await c.apply("google_pubsub_topic", { name: "clicks", schema_settings: { schema: "click", encoding: "JSON" } });
    await expect(c.publish('{"page":"p"}')).rejects.toThrow("$.page: the schema has no such field");
    await c.apply("google_pubsub_schema", {
      ...schema,
      definition: 'syntax = "proto3"; message Click { string page = 1; }',
    });
    await c.publish('{"page":"p"}');
    // A message of the earlier revision is taken as well.
    await c.publish('{"user":"u"}');
  });

  test("what left the stack is deleted, and what clients made stays", async () => {
    await c.apply("google_pubsub_topic", { name: "clicks" });
    await c.apply("google_pubsub_topic", { name: "old" });
    await c.apply("google_pubsub_subscription", { name: "old-reader", topic: "clicks" });
    await c.pubsub.start();
    await c.publish("a");
    c = await c.restart();
    await c.apply("google_pubsub_topic", { name: "clicks" });
    await c.pubsub.start();
    expect(infos()).toEqual([
      "google_pubsub_topic.old is not in the stack any more: projects/acme-dev/topics/old is deleted",
      "google_pubsub_subscription.old-reader is not in the stack any more: projects/acme-dev/subscriptions/old-reader is " +
        "deleted, with unacknowledged messages: 1",
    ]);
    expect(Object.keys(c.pubsub.counters())).toEqual(["google_pubsub_topic.clicks"]);
  });
});

test("counters stand under the resources' addresses", async () => {
  await c.apply("google_pubsub_topic", { name: "clicks" });
  await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks", filter: "NOT attributes:skip" });
  await c.pubsub.start();
  await c.publish("hello");
  await c.publish("hello", { attributes: { skip: "yes" } });
  c.clock.advance(12_345);
  expect(c.pubsub.counters()).toEqual({
    "google_pubsub_topic.clicks": { published: 2, publishedBytes: expect.any(Number) as number },
    "google_pubsub_subscription.reader": {
      backlog: 1,
      leased: 0,
      unacknowledged: 1,
      oldestUnacknowledgedSeconds: 12,
      delivered: 0,
      acknowledged: 0,
      deadLettered: 0,
      filtered: 1,
      expired: 0,
      pushOk: 0,
      pushFailed: 0,
    },
  });
});

test("a look at a subscription shows its messages and takes none", async () => {
  await c.apply("google_pubsub_topic", { name: "clicks" });
  await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks" });
  for (const text of ["a", "b", "c"]) await c.publish(text, { attributes: { a: "b" }, key: "k" });
  const peeked = c.pubsub.peek("projects/acme-dev/subscriptions/reader", 2);
  expect(
    peeked.map(({ data, attributes, orderingKey, attempts, leased }) => [
      Buffer.from(data).toString(),
      attributes,
      orderingKey,
      attempts,
      leased,
    ]),
  ).toEqual([
    ["a", { a: "b" }, "k", 0, false],
    ["b", { a: "b" }, "k", 0, false],
  ]);
  expect(c.held("reader")).toHaveLength(3);
  expect(() => c.pubsub.peek("projects/acme-dev/subscriptions/nothing")).toThrow(
    "Resource not found (resource=nothing).",
  );
});

test("another service publishes with the rights of whom it publishes for", async () => {
  const storage = { member: "serviceAccount:service-1@gs-project-accounts.iam.gserviceaccount.com" };
  await c.apply("google_pubsub_topic", { name: "clicks" });
  const message = [{ data: Buffer.from("x"), attributes: { eventType: "OBJECT_FINALIZE" } }];
  await expect(c.pubsub.publish("projects/acme-dev/topics/clicks", message, storage)).rejects.toThrow(
    "lacks pubsub.topics.publish",
  );
  c.host.access.allow(storage.member, "pubsub.topics.publish", "pubsub.googleapis.com/projects/acme-dev/topics/clicks");
  expect(await c.pubsub.publish("projects/acme-dev/topics/clicks", message, storage)).toEqual([
    expect.stringMatching(/^\d{16}$/),
  ]);
});

test("the end leaves no timer behind", async () => {
  await c.apply("google_pubsub_topic", { name: "clicks" });
  await c.apply("google_pubsub_subscription", {
    name: "reader",
    topic: "clicks",
    push_config: { push_endpoint: "https://clean.test/" },
  });
  await c.pubsub.start();
  c.endpoint.status = 500;
  await c.publish("a");
  await settle();
  await c.pubsub.stop();
  await settle();
  expect(c.clock.waiting).toBe(0);
});
