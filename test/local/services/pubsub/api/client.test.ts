import {
  type Message,
  Schema,
  SchemaTypes,
  type Subscription,
  type SubscriptionOptions,
  type Topic,
} from "@google-cloud/pubsub";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { agent, subscriptionPath, topicPath } from "../cloud";
import { type Google, google } from "./google";

let g: Google;
let topic: Topic;
beforeEach(async () => {
  g = await google();
  [topic] = await g.client.createTopic("clicks");
});
afterEach(() => g.close());

/** Collects what a subscription delivers. */
class Inbox {
  readonly messages: Message[] = [];
  private waiting: (() => void)[] = [];
  readonly subscription: Subscription;

  constructor(
    name: string,
    options: SubscriptionOptions = {},
    onMessage: (message: Message) => void = () => undefined,
  ) {
    this.subscription = g.client.subscription(name, options);
    this.subscription.on("message", (message: Message) => {
      this.messages.push(message);
      onMessage(message);
      for (const wake of this.waiting.splice(0)) wake();
    });
  }

  get texts(): string[] {
    return this.messages.map(({ data }) => data.toString());
  }

  async count(count: number): Promise<Message[]> {
    while (this.messages.length < count) await new Promise<void>((resolve) => void this.waiting.push(resolve));
    return this.messages;
  }

  close(): Promise<void> {
    return this.subscription.close();
  }
}

const publish = (...texts: string[]): Promise<string[]> =>
  Promise.all(texts.map((text) => topic.publishMessage({ data: Buffer.from(text) })));
/** As this client takes bytes in a text. */
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const failure = (promise: Promise<unknown>): Promise<{ code: number; message: string }> =>
  promise.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error as { code: number; message: string },
  );

describe("messages", () => {
  test("published in batches come by streaming pull, with id, time and attributes, and are acknowledged", async () => {
    await topic.createSubscription("reader");
    const inbox = new Inbox("reader", {}, (message) => message.ack());
    const ids = await Promise.all(
      Array.from({ length: 250 }, (_, at) =>
        topic.publishMessage({ data: Buffer.from(`m${at}`), attributes: { at: String(at) } }),
      ),
    );
    const messages = await inbox.count(250);
    expect(inbox.texts).toEqual(Array.from({ length: 250 }, (_, at) => `m${at}`));
    expect(messages.map(({ id }) => id)).toEqual(ids);
    expect(messages[7]?.attributes).toEqual({ at: "7" });
    expect(messages[7]?.publishTime.getTime()).toBe(g.clock.now());
    expect(messages[7]?.deliveryAttempt).toBe(0);
    await inbox.close();
    expect(g.held("reader")).toEqual([]);
  });

  test("that are given back come again", async () => {
    await topic.createSubscription("reader");
    const inbox = new Inbox("reader", {}, (message) => {
      if (inbox.messages.length === 1) message.nack();
      else message.ack();
    });
    await publish("a");
    await inbox.count(2);
    await inbox.close();
    expect(inbox.texts).toEqual(["a", "a"]);
  });

  test("come no faster than the subscriber's flow control lets them", async () => {
    await topic.createSubscription("reader");
    const inbox = new Inbox("reader", {
      flowControl: { maxMessages: 2 },
      streamingOptions: { maxStreams: 1 },
    });
    await publish("a", "b", "c", "d");
    const [first] = await inbox.count(2);
    expect(g.counters("projects/acme-dev/subscriptions/reader")).toMatchObject({ leased: 2, backlog: 2 });
    first?.ack();
    await inbox.count(3);
    expect(g.counters("projects/acme-dev/subscriptions/reader")).toMatchObject({ leased: 2, backlog: 1 });
    await inbox.close();
  });

  test("with an ordering key come in order, and again in order from the one that was given back", async () => {
    await topic.createSubscription("reader", { enableMessageOrdering: true });
    const ordered = g.client.topic("clicks", { messageOrdering: true });
    const seen: string[] = [];
    const inbox = new Inbox("reader", {}, (message) => {
      const text = message.data.toString();
      seen.push(text);
      if (text === "b" && seen.filter((one) => one === "b").length === 1) message.nack();
      else if (text === "a" || seen.includes("b", seen.indexOf("b") + 1)) message.ack();
    });
    await Promise.all(
      ["a", "b", "c"].map((text) => ordered.publishMessage({ data: Buffer.from(text), orderingKey: "k" })),
    );
    await inbox.count(5);
    expect(seen).toEqual(["a", "b", "c", "b", "c"]);
    await inbox.close();
  });

  test("go to the dead letters after their attempts, which are counted for the subscriber", async () => {
    g.host.access
      .allow(agent, "pubsub.topics.publish", topicPath("dead"))
      .allow(agent, "pubsub.subscriptions.consume", subscriptionPath("reader"));
    const [dead] = await g.client.createTopic("dead");
    await dead.createSubscription("kept");
    await topic.createSubscription("reader", {
      deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
    });
    const kept = new Inbox("kept", {}, (message) => message.ack());
    const inbox = new Inbox("reader", {}, (message) => message.nack());
    await publish("poison");
    const [letter] = await kept.count(1);
    expect(inbox.messages.map(({ deliveryAttempt }) => deliveryAttempt)).toEqual([1, 2, 3, 4, 5]);
    expect(letter?.attributes).toMatchObject({ CloudPubSubDeadLetterSourceSubscription: "reader" });
    await Promise.all([inbox.close(), kept.close()]);
  });
});

describe("exactly once", () => {
  test("an acknowledgement says that it counted", async () => {
    await topic.createSubscription("reader", { enableExactlyOnceDelivery: true });
    const inbox = new Inbox("reader");
    await publish("a", "b", "c");
    const messages = await inbox.count(3);
    expect(await Promise.all(messages.map((message) => message.ackWithResponse()))).toEqual([
      "SUCCESS",
      "SUCCESS",
      "SUCCESS",
    ]);
    expect(g.held("reader")).toEqual([]);
    await inbox.close();
  });

  test("of a lease that is over says that it did not count, beside one that did", async () => {
    // late's lease ends; good's was extended: both are acknowledged in one request
    await topic.createSubscription("reader", { enableExactlyOnceDelivery: true });
    const inbox = new Inbox("reader", { flowControl: { maxMessages: 2 } });
    await publish("late", "good");
    const [late, good] = (await inbox.count(2)) as [Message, Message];
    await good.modAckWithResponse(300);
    g.clock.advance(61_000);
    const [first, second] = await Promise.allSettled([late.ackWithResponse(), good.ackWithResponse()]);
    expect(first).toMatchObject({ status: "rejected", reason: { errorCode: "INVALID" } });
    expect(second).toEqual({ status: "fulfilled", value: "SUCCESS" });
    expect(g.held("reader")).toEqual(["late"]);
    await inbox.close();
  });
});

describe("administration", () => {
  test("topics and subscriptions are made, found, listed, changed and deleted", async () => {
    const [subscription] = await topic.createSubscription("reader", { ackDeadlineSeconds: 30, labels: { a: "b" } });
    const [metadata] = await subscription.getMetadata();
    expect(metadata).toMatchObject({
      name: "projects/acme-dev/subscriptions/reader",
      topic: "projects/acme-dev/topics/clicks",
      ackDeadlineSeconds: 30,
      labels: { a: "b" },
      state: "ACTIVE",
      messageRetentionDuration: { seconds: "604800" },
      expirationPolicy: { ttl: { seconds: "2678400" } },
    });
    const [changed] = await subscription.setMetadata({
      ackDeadlineSeconds: 60,
      retryPolicy: { minimumBackoff: { seconds: 5 } },
    });
    expect(changed).toMatchObject({
      ackDeadlineSeconds: 60,
      retryPolicy: { minimumBackoff: { seconds: "5" }, maximumBackoff: { seconds: "600" } },
    });
    await topic.setMetadata({ labels: { c: "d" } });
    expect((await topic.getMetadata())[0].labels).toEqual({ c: "d" });
    expect((await g.client.getTopics())[0].map(({ name }) => name)).toEqual([topic.name]);
    expect((await g.client.getSubscriptions())[0].map(({ name }) => name)).toEqual([subscription.name]);
    expect((await topic.getSubscriptions())[0].map(({ name }) => name)).toEqual([subscription.name]);
    expect(await topic.exists()).toEqual([true]);
    await subscription.delete();
    await topic.delete();
    expect(await topic.exists()).toEqual([false]);
    expect(await subscription.exists()).toEqual([false]);
  });

  test("what is missing or there already is refused in Google's words", async () => {
    expect(await failure(g.client.createTopic("clicks"))).toMatchObject({
      code: 6,
      message: "6 ALREADY_EXISTS: Resource already exists in the project (resource=clicks).",
    });
    expect(await failure(g.client.topic("nothing").publishMessage({ data: Buffer.from("x") }))).toMatchObject({
      code: 5,
      message: "5 NOT_FOUND: Resource not found (resource=nothing).",
    });
    expect(await failure(topic.createSubscription("reader", { ackDeadlineSeconds: 5 }))).toMatchObject({ code: 3 });
    expect(await failure(g.client.subscription("nothing").getMetadata())).toMatchObject({ code: 5 });
  });

  test("a subscription that is deleted ends its streams", async () => {
    const [subscription] = await topic.createSubscription("reader");
    const ended = new Promise<{ code: number; message: string }>((resolve) => void subscription.on("error", resolve));
    subscription.on("message", (message) => {
      message.ack();
      void g.client.subscription("reader").delete();
    });
    await publish("a");
    expect(await ended).toMatchObject({ code: 5, message: "Resource not found (resource=reader)." });
  });

  test("a detached subscription is no longer pulled", async () => {
    const [subscription] = await topic.createSubscription("reader");
    await g.client.detachSubscription("reader");
    expect(await g.client.subscription("reader").detached()).toEqual([true]);
    expect(await failure(g.subscriber.pull({ subscription: subscription.name, maxMessages: 1 }))).toMatchObject({
      code: 9,
      message: "9 FAILED_PRECONDITION: Subscription is detached.",
    });
  });

  test("snapshots and seeking bring messages back", async () => {
    const [subscription] = await topic.createSubscription("reader");
    await publish("a");
    const [snapshot] = await subscription.createSnapshot("before");
    const inbox = new Inbox("reader", {}, (message) => message.ack());
    await inbox.count(1);
    await snapshot.seek();
    await inbox.count(2);
    expect((await g.client.getSnapshots())[0].map(({ name }) => name)).toEqual(["projects/acme-dev/snapshots/before"]);
    await subscription.seek(new Date(g.clock.now() + 1_000));
    await snapshot.delete();
    expect(inbox.texts).toEqual(["a", "a"]);
    await inbox.close();
  });

  test("policies are read and added to, and what the stack grants stays", async () => {
    await g.apply("google_pubsub_topic_iam_member", {
      topic: "clicks",
      role: "roles/pubsub.viewer",
      member: "user:ann@acme.test",
    });
    const [policy] = await topic.iam.getPolicy();
    expect(policy.bindings).toMatchObject([{ role: "roles/pubsub.viewer", members: ["user:ann@acme.test"] }]);
    const added = { role: "roles/pubsub.publisher", members: ["user:bob@acme.test"] };
    await topic.iam.setPolicy({ ...policy, bindings: [...(policy.bindings ?? []), added] });
    expect((await topic.iam.getPolicy())[0].bindings).toHaveLength(2);
    expect(await failure(topic.iam.setPolicy({ bindings: [] }))).toMatchObject({
      code: 9,
      message: expect.stringContaining("comes from google_pubsub_topic_iam_member.roles/pubsub.viewer") as string,
    });
    expect(await failure(topic.iam.setPolicy({ ...policy, bindings: [] }))).toMatchObject({ code: 10 });
    expect((await topic.iam.testPermissions(["pubsub.topics.publish"]))[0]).toEqual({ "pubsub.topics.publish": true });
  });
});

describe("a schema", () => {
  const avro = JSON.stringify({ type: "record", name: "click", fields: [{ name: "user", type: "string" }] });

  test("is made, found, listed, revised, tried and deleted", async () => {
    const schema = await g.client.createSchema("click", SchemaTypes.Avro, avro);
    expect(await schema.get("FULL")).toMatchObject({
      name: "projects/acme-dev/schemas/click",
      type: "AVRO",
      definition: avro,
    });
    const listed: unknown[] = [];
    for await (const one of g.client.listSchemas("BASIC")) listed.push(one);
    expect(listed).toMatchObject([{ name: "projects/acme-dev/schemas/click", definition: "" }]);
    await g.client.validateSchema({ type: SchemaTypes.Avro, definition: avro });
    expect(await failure(g.client.validateSchema({ type: SchemaTypes.Avro, definition: "{" }))).toMatchObject({
      code: 3,
    });
    await schema.validateMessage(base64('{"user":"u"}'), "JSON");
    expect(await failure(schema.validateMessage(base64("{}"), "JSON"))).toMatchObject({
      code: 3,
      message: "3 INVALID_ARGUMENT: Message failed schema validation: $.user: the field is missing",
    });
    await schema.delete();
    expect(await failure(schema.get("FULL"))).toMatchObject({ code: 5 });
  });

  test("decides what its topic takes, and marks it", async () => {
    await g.client.createSchema("click", SchemaTypes.Avro, avro);
    const [typed] = await g.client.createTopic({
      name: "typed",
      schemaSettings: { schema: "projects/acme-dev/schemas/click", encoding: "JSON" },
    });
    await typed.createSubscription("reader");
    expect(await failure(typed.publishMessage({ data: Buffer.from('{"user":1}') }))).toMatchObject({
      code: 3,
      message:
        "3 INVALID_ARGUMENT: Invalid data in message: Message failed schema validation: $.user: 1 is not a string",
    });
    await typed.publishMessage({ data: Buffer.from('{"user":"u"}'), attributes: { a: "b" } });
    const inbox = new Inbox("reader", {}, (message) => message.ack());
    const [message] = await inbox.count(1);
    expect(message?.attributes).toMatchObject({ a: "b" });
    expect(Schema.metadataFromMessage(message?.attributes ?? {})).toMatchObject({
      encoding: "JSON",
      name: "projects/acme-dev/schemas/click",
      revision: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
    });
    await inbox.close();
    await g.client.schema("click").delete();
    expect((await typed.getMetadata())[0].schemaSettings?.schema).toBe("_deleted-schema_");
    expect(await failure(typed.publishMessage({ data: Buffer.from('{"user":"u"}') }))).toMatchObject({ code: 9 });
  });
});

describe("who has no right", () => {
  const proxy = { member: "serviceAccount:proxy@acme-dev.iam.gserviceaccount.com" };

  test("is refused with what is missing, and can do what is granted", async () => {
    await topic.createSubscription("reader");
    const client = await g.as(proxy);
    expect(await failure(client.topic("clicks").publishMessage({ data: Buffer.from("x") }))).toMatchObject({
      code: 7,
      message: `7 PERMISSION_DENIED: ${proxy.member} lacks pubsub.topics.publish on ${topicPath("clicks")}`,
    });
    g.host.access.allow(proxy.member, "pubsub.topics.publish", topicPath("clicks"));
    expect(await client.topic("clicks").publishMessage({ data: Buffer.from("x") })).toMatch(/^\d+$/);
    const subscription = client.subscription("reader");
    const refused = new Promise((resolve) => void subscription.on("error", resolve));
    subscription.on("message", () => undefined);
    expect(await refused).toMatchObject({ code: 7 });
  });

  test.each([
    [
      "CreateTopic",
      "pubsub.topics.create",
      "cloudresourcemanager.googleapis.com/projects/acme-dev",
      () => g.as(proxy).then((c) => c.createTopic("more")),
    ],
    [
      "GetTopic",
      "pubsub.topics.get",
      topicPath("clicks"),
      () => g.as(proxy).then((c) => c.topic("clicks").getMetadata()),
    ],
    [
      "DeleteTopic",
      "pubsub.topics.delete",
      topicPath("clicks"),
      () => g.as(proxy).then((c) => c.topic("clicks").delete()),
    ],
    [
      "ListTopics",
      "pubsub.topics.list",
      "cloudresourcemanager.googleapis.com/projects/acme-dev",
      () => g.as(proxy).then((c) => c.getTopics()),
    ],
    [
      "CreateSubscription",
      "pubsub.subscriptions.create",
      "cloudresourcemanager.googleapis.com/projects/acme-dev",
      () => g.as(proxy).then((c) => c.topic("clicks").createSubscription("more")),
    ],
    [
      "DeleteSubscription",
      "pubsub.subscriptions.delete",
      subscriptionPath("reader"),
      () => g.as(proxy).then((c) => c.subscription("reader").delete()),
    ],
    [
      "Seek",
      "pubsub.subscriptions.consume",
      subscriptionPath("reader"),
      () => g.as(proxy).then((c) => c.subscription("reader").seek(new Date())),
    ],
    [
      "SetIamPolicy",
      "pubsub.topics.setIamPolicy",
      topicPath("clicks"),
      () => g.as(proxy).then((c) => c.topic("clicks").iam.setPolicy({ bindings: [] })),
    ],
  ])("%s needs %s", async (_, permission, resource, call) => {
    expect(await failure(call())).toMatchObject({ code: 7 });
    expect(g.host.access.denials).toMatchObject([{ member: proxy.member, permission, resource }]);
  });

  test("may not have messages pushed as an account that it may not act as", async () => {
    const pusher = "pusher@acme-dev.iam.gserviceaccount.com";
    const project = "cloudresourcemanager.googleapis.com/projects/acme-dev";
    g.host.access
      .allow(proxy.member, "pubsub.subscriptions.create", project)
      .allow(proxy.member, "pubsub.topics.attachSubscription", topicPath("clicks"));
    const client = await g.as(proxy);
    const pushConfig = { pushEndpoint: "https://clean.test/", oidcToken: { serviceAccountEmail: pusher } };
    expect(await failure(client.topic("clicks").createSubscription("reader", { pushConfig }))).toMatchObject({
      code: 7,
    });
    expect(g.host.access.denials).toMatchObject([{ permission: "iam.serviceAccounts.actAs" }]);
  });
});
