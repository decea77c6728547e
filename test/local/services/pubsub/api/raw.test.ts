/** What clients do not show: single calls, and the stream as it is on the wire. */
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import type { protos, Topic } from "@google-cloud/pubsub";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PullRequest } from "../../../../../local/services/pubsub/api/messages";
import { you } from "../../../support/host";
import { until } from "../cloud";
import { type Google, google } from "./google";

type StreamingPullResponse = protos.google.pubsub.v1.IStreamingPullResponse;
const subscription = "projects/acme-dev/subscriptions/reader";

let g: Google;
let topic: Topic;
beforeEach(async () => {
  g = await google();
  [topic] = await g.client.createTopic("clicks");
});
afterEach(() => g.close());

const failure = (promise: Promise<unknown>): Promise<{ code: number; message: string }> =>
  promise.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error as { code: number; message: string },
  );
const pass = (bytes: Buffer): Buffer => bytes;
const counters = () => g.counters(subscription);

describe("a pull", () => {
  test("answers with what is there, and with nothing when nothing is there and it does not wait", async () => {
    await topic.createSubscription("reader");
    await g.publish("a");
    await g.publish("b");
    const [first] = await g.subscriber.pull({ subscription, maxMessages: 1, returnImmediately: true });
    expect(first.receivedMessages?.map(({ message }) => String(message?.data))).toEqual(["a"]);
    const [rest] = await g.subscriber.pull({ subscription, maxMessages: 10, returnImmediately: true });
    expect(rest.receivedMessages).toHaveLength(1);
    const [none] = await g.subscriber.pull({ subscription, maxMessages: 10, returnImmediately: true });
    expect(none.receivedMessages).toEqual([]);
  });

  test("waits for a message", async () => {
    await topic.createSubscription("reader");
    const pulled = g.subscriber.pull({ subscription, maxMessages: 10 });
    await until(() => g.clock.waiting > 1);
    await g.publish("a");
    expect((await pulled)[0].receivedMessages).toHaveLength(1);
  });

  test("answers with nothing after half a minute", async () => {
    await topic.createSubscription("reader");
    const pulled = g.subscriber.pull({ subscription, maxMessages: 10 });
    await until(() => g.clock.waiting > 1);
    g.clock.advance(30_000);
    expect((await pulled)[0].receivedMessages).toEqual([]);
  });

  test("that was cancelled takes no message", async () => {
    await topic.createSubscription("reader");
    const client = new Client((await g.host.door(you)).grpc, credentials.createInsecure());
    const request = PullRequest.encode({ subscription, maxMessages: 10 });
    const cancelled = new Promise<ServiceError | null>((resolve) => {
      const call = client.makeUnaryRequest("/google.pubsub.v1.Subscriber/Pull", pass, pass, request, resolve);
      void until(() => g.clock.waiting > 1).then(() => call.cancel());
    });
    expect(await cancelled).toMatchObject({ code: 1 });
    await until(() => g.clock.waiting === 1);
    await g.publish("a");
    expect(counters()).toMatchObject({ backlog: 1, leased: 0 });
    client.close();
  });

  test.each([
    [{ maxMessages: 0 }, "3 INVALID_ARGUMENT: No max_messages specified"],
    [
      { maxMessages: 1, subscription: "projects/acme-dev/subscriptions/nothing" },
      "5 NOT_FOUND: Resource not found (resource=nothing).",
    ],
  ])("with %o is refused", async (request, message) => {
    await topic.createSubscription("reader");
    expect(await failure(g.subscriber.pull({ subscription, ...request }))).toMatchObject({ message });
  });

  test("of a push subscription is refused", async () => {
    await topic.createSubscription("reader", { pushConfig: { pushEndpoint: "https://clean.test/" } });
    expect(await failure(g.subscriber.pull({ subscription, maxMessages: 1 }))).toMatchObject({
      message: `9 FAILED_PRECONDITION: Subscription is a push subscription: (resource=${subscription})`,
    });
  });
});

describe("an acknowledgement", () => {
  test("of an id that was never given out is refused; of one whose lease is over it is not", async () => {
    await topic.createSubscription("reader");
    await g.publish("a");
    expect(await failure(g.subscriber.acknowledge({ subscription, ackIds: ["nonsense"] }))).toMatchObject({
      message: "3 INVALID_ARGUMENT: You have passed an invalid ack ID to the service (ack_id=nonsense).",
    });
    expect(await failure(g.subscriber.acknowledge({ subscription, ackIds: [] }))).toMatchObject({
      message: "3 INVALID_ARGUMENT: No ack ids specified.",
    });
    const [{ receivedMessages }] = await g.subscriber.pull({ subscription, maxMessages: 1 });
    g.clock.advance(11_000);
    await g.subscriber.acknowledge({ subscription, ackIds: [receivedMessages?.[0]?.ackId ?? ""] });
    expect(counters().unacknowledged).toBe(0);
    await g.subscriber.acknowledge({ subscription, ackIds: [receivedMessages?.[0]?.ackId ?? ""] });
  });

  test("moves a deadline of 0 to 600 seconds", async () => {
    await topic.createSubscription("reader");
    await g.publish("a");
    const [{ receivedMessages }] = await g.subscriber.pull({ subscription, maxMessages: 1 });
    const ackIds = [receivedMessages?.[0]?.ackId ?? ""];
    await g.subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: 600 });
    g.clock.advance(599_000);
    expect(counters().leased).toBe(1);
    expect(
      await failure(g.subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: 601 })),
    ).toMatchObject({ code: 3 });
    await g.subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: 0 });
    expect(counters()).toMatchObject({ leased: 0, backlog: 1 });
  });
});

/** A stream whose answers are waited for one by one. */
class Stream {
  readonly answers: StreamingPullResponse[] = [];
  readonly ended: Promise<{ code: number; details: string }>;
  readonly connected: Promise<unknown>;
  private readonly stream = g.subscriber.streamingPull();

  constructor(first: protos.google.pubsub.v1.IStreamingPullRequest = {}) {
    this.connected = new Promise((resolve) => void this.stream.on("metadata", resolve));
    this.ended = new Promise((resolve) => void this.stream.on("status", resolve));
    this.stream.on("data", (answer: StreamingPullResponse) => void this.answers.push(answer));
    this.stream.on("error", () => undefined);
    this.write({ subscription, streamAckDeadlineSeconds: 10, ...first });
  }

  write(request: protos.google.pubsub.v1.IStreamingPullRequest): void {
    this.stream.write(request);
  }

  end(): void {
    this.stream.end();
  }

  cancel(): void {
    this.stream.cancel();
  }

  get ackIds(): string[] {
    return this.answers.flatMap(({ receivedMessages }) => receivedMessages ?? []).map(({ ackId }) => ackId ?? "");
  }

  async messages(count: number): Promise<string[]> {
    await until(() => this.ackIds.length >= count);
    return this.ackIds;
  }
}

describe("a stream", () => {
  test("is seen to be open before there is a message", async () => {
    await topic.createSubscription("reader");
    const stream = new Stream();
    await stream.connected;
    stream.cancel();
  });

  test("takes acknowledgements and deadlines, and says what kind of subscription it is", async () => {
    await topic.createSubscription("reader", { enableMessageOrdering: true });
    const stream = new Stream();
    await g.publish("a");
    await g.publish("b");
    const [first = "", second = ""] = await stream.messages(2);
    expect(stream.answers[0]?.subscriptionProperties).toMatchObject({
      exactlyOnceDeliveryEnabled: false,
      messageOrderingEnabled: true,
    });
    stream.write({ ackIds: [first], modifyDeadlineAckIds: [second], modifyDeadlineSeconds: [60] });
    await until(() => counters().unacknowledged === 1);
    g.clock.advance(59_000);
    expect(counters().leased).toBe(1);
    stream.write({ modifyDeadlineAckIds: [second], modifyDeadlineSeconds: [0] });
    await stream.messages(3);
    stream.cancel();
  });

  test("confirms both, where delivery is exactly once", async () => {
    await topic.createSubscription("reader", { enableExactlyOnceDelivery: true });
    const stream = new Stream();
    await g.publish("a");
    await g.publish("b");
    const [first = "", second = ""] = await stream.messages(2);
    stream.write({
      ackIds: [first, "nonsense"],
      modifyDeadlineAckIds: [second, first],
      modifyDeadlineSeconds: [60, 60],
    });
    await until(() => stream.answers.some(({ acknowledgeConfirmation }) => acknowledgeConfirmation));
    expect(stream.answers.at(-1)).toMatchObject({
      acknowledgeConfirmation: { ackIds: [first], invalidAckIds: ["nonsense"] },
      modifyAckDeadlineConfirmation: { ackIds: [second], invalidAckIds: [first] },
    });
    stream.cancel();
  });

  test("has the deadline that it asked for, until it asks for another", async () => {
    await topic.createSubscription("reader");
    const stream = new Stream({ streamAckDeadlineSeconds: 20 });
    await g.publish("a");
    await stream.messages(1);
    g.clock.advance(19_900);
    expect(counters().leased).toBe(1);
    stream.write({ streamAckDeadlineSeconds: 600 });
    // An answer shows that the request was taken.
    stream.write({ modifyDeadlineAckIds: stream.ackIds, modifyDeadlineSeconds: [0] });
    await stream.messages(2);
    g.clock.advance(599_000);
    expect(counters().leased).toBe(1);
    stream.cancel();
  });

  test("has no more bytes outstanding than it asked for, but for the message that reaches the limit", async () => {
    await topic.createSubscription("reader");
    const stream = new Stream({ maxOutstandingBytes: 1_500 });
    for (const text of ["a", "b", "c"]) await g.publish(text.repeat(1_000));
    const [first = ""] = await stream.messages(2);
    expect(counters()).toMatchObject({ leased: 2, backlog: 1 });
    stream.write({ ackIds: [first] });
    await stream.messages(3);
    stream.cancel();
  });

  test.each([
    [{ subscription: "" }, 3, "first message must set subscription"],
    [{ streamAckDeadlineSeconds: 9 }, 3, "stream_ack_deadline_seconds must be between 10 and 600 seconds"],
    [{ modifyDeadlineAckIds: ["1-1"] }, 3, "ack IDs and deadlines must have the same size"],
    [{ subscription: "projects/acme-dev/subscriptions/nothing" }, 5, "Resource not found (resource=nothing)."],
  ])("that begins with %o is refused", async (first, code, details) => {
    await topic.createSubscription("reader");
    expect(await new Stream(first).ended).toMatchObject({ code, details });
  });

  test("names its subscription once", async () => {
    await topic.createSubscription("reader");
    const stream = new Stream();
    stream.write({ subscription });
    expect(await stream.ended).toMatchObject({ code: 3, details: "subscription may only be set in first message" });
  });

  test("ends when the subscriber ends it, and what it held comes to another when its lease ends", async () => {
    await topic.createSubscription("reader");
    const stream = new Stream();
    await g.publish("a");
    await stream.messages(1);
    stream.end();
    expect(await stream.ended).toMatchObject({ code: 0 });
    const other = new Stream();
    await other.connected;
    expect(counters()).toMatchObject({ leased: 1, backlog: 0 });
    g.clock.advance(10_000);
    await other.messages(1);
    other.cancel();
    await until(() => g.clock.waiting > 0);
  });

  test("ends when its subscription becomes a push subscription", async () => {
    const [made] = await topic.createSubscription("reader");
    await g.pubsub.start();
    const stream = new Stream();
    await stream.connected;
    await made.modifyPushConfig({ pushEndpoint: "https://clean.test/" });
    expect(await stream.ended).toMatchObject({ code: 9 });
  });

  test("is told to try again when the cloud stops", async () => {
    await topic.createSubscription("reader");
    const stream = new Stream();
    await stream.connected;
    await g.pubsub.stop();
    expect(await stream.ended).toMatchObject({ code: 14 });
  });
});

test("lists come in pages", async () => {
  for (const id of ["one-1", "two-2", "three-3"]) await g.client.createTopic(id);
  const names: string[] = [];
  let pageToken = "";
  do {
    const [topics, , answer] = await g.client.getTopics({ pageSize: 2, pageToken, autoPaginate: false });
    names.push(...topics.map(({ name }) => name.split("/").at(-1) ?? ""));
    expect(topics.length).toBeLessThanOrEqual(2);
    pageToken = (answer as protos.google.pubsub.v1.IListTopicsResponse | null)?.nextPageToken ?? "";
  } while (pageToken !== "");
  expect(names).toEqual(["clicks", "one-1", "three-3", "two-2"]);
  expect(await failure(g.client.getTopics({ pageToken: "x", autoPaginate: false }))).toMatchObject({ code: 3 });
});

test("a BigQuery subscription that cannot write says so", async () => {
  const table = "bigquery.googleapis.com/projects/acme-dev/datasets/raw/tables/clicks";
  const agent = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com";
  g.host.access.allow(agent, "bigquery.tables.get", table).allow(agent, "bigquery.tables.updateData", table);
  g.tables.create("acme-dev.raw.clicks", [{ name: "data", type: "STRING" }]);
  await topic.createSubscription("reader", { bigqueryConfig: { table: "acme-dev.raw.clicks" } });
  await g.pubsub.start();
  g.tables.drop("acme-dev.raw.clicks");
  await g.publish("a");
  await until(() => g.warnings().length > 0);
  const [metadata] = await g.client.subscription("reader").getMetadata();
  expect(metadata).toMatchObject({ state: "RESOURCE_ERROR", bigqueryConfig: { state: "NOT_FOUND" } });
});
