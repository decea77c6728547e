import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listen, readBody } from "../../../../../local/http";
import { agent, type Cloud, cloud, settle, subscriptionPath, topicPath, until } from "../cloud";

const pusher = "pusher@acme-dev.iam.gserviceaccount.com";
const account = `iam.googleapis.com/projects/acme-dev/serviceAccounts/${pusher}`;
const url = "https://clean.test/";

let c: Cloud;
beforeEach(async () => {
  c = cloud();
  c.host.access.allow(agent, "iam.serviceAccounts.getOpenIdToken", account);
  await c.apply("google_pubsub_topic", { name: "clicks" });
});
afterEach(() => c.close());

async function pushed(
  config: { readonly [argument: string]: unknown } = {},
  push: { readonly [argument: string]: unknown } = {},
): Promise<void> {
  const push_config = { push_endpoint: url, oidc_token: { service_account_email: pusher }, ...push };
  await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks", push_config, ...config });
  await c.pubsub.start();
}

describe("a pushed message", () => {
  test("is Google's JSON, with a token for the endpoint", async () => {
    await pushed();
    await c.publish("hello", { attributes: { a: "b" }, key: "k" });
    const request = await c.endpoint.next();
    const messageId = c.pubsub.peek("projects/acme-dev/subscriptions/reader")[0]?.messageId;
    const publishTime = new Date(c.clock.now()).toISOString();
    expect(request.url).toBe(url);
    expect(JSON.parse(request.body.toString())).toEqual({
      message: {
        attributes: { a: "b" },
        data: Buffer.from("hello").toString("base64"),
        messageId,
        message_id: messageId,
        orderingKey: "k",
        publishTime,
        publish_time: publishTime,
      },
      subscription: "projects/acme-dev/subscriptions/reader",
    });
    expect(Object.fromEntries(request.headers)).toEqual({
      authorization: `Bearer ${pusher} for ${url}`,
      "content-type": "application/json",
      "user-agent": "CloudPubSub-Google",
    });
  });

  test("has a token for another audience, where the subscription says so", async () => {
    await pushed({}, { oidc_token: { service_account_email: pusher, audience: "clean" } });
    await c.publish("hello");
    expect((await c.endpoint.next()).headers.get("authorization")).toBe(`Bearer ${pusher} for clean`);
  });

  test("has no token where none is asked for", async () => {
    await pushed({}, { oidc_token: undefined });
    await c.publish("hello");
    expect((await c.endpoint.next()).headers.get("authorization")).toBeNull();
  });

  test("comes bare, with its metadata as headers, where it is not to be wrapped", async () => {
    await pushed({}, { no_wrapper: { write_metadata: true } });
    await c.publish("hello", { attributes: { kind: "click", "not a header": "x", newline: "a\nb" }, key: "k" });
    const { body, headers } = await c.endpoint.next();
    expect(body.toString()).toBe("hello");
    expect(Object.fromEntries(headers)).toMatchObject({
      kind: "click",
      "x-goog-pubsub-subscription-name": "projects/acme-dev/subscriptions/reader",
      "x-goog-pubsub-message-id": expect.stringMatching(/^\d+$/) as string,
      "x-goog-pubsub-publish-time": new Date(c.clock.now()).toISOString(),
      "x-goog-pubsub-ordering-key": "k",
    });
    expect(headers.has("newline")).toBe(false);
  });

  test("says which attempt it is, where dead letters count them", async () => {
    await c.apply("google_pubsub_topic", { name: "dead" });
    await pushed({
      dead_letter_policy: { dead_letter_topic: "projects/acme-dev/topics/dead", max_delivery_attempts: 5 },
    });
    await c.publish("hello");
    (await c.endpoint.next()).answer(500);
    await settle();
    c.clock.advance(100);
    const again = await c.endpoint.next();
    expect(JSON.parse(again.body.toString())).toMatchObject({ deliveryAttempt: 2 });
  });
});

describe("an answer", () => {
  test.each([200, 201, 202, 204])("of %d acknowledges", async (status) => {
    await pushed();
    await c.publish("hello");
    (await c.endpoint.next()).answer(status);
    await until(() => c.held("reader").length === 0);
    expect(c.counters("google_pubsub_subscription.reader")).toMatchObject({
      pushOk: 1,
      pushFailed: 0,
      acknowledged: 1,
    });
  });

  test.each([203, 301, 400, 403, 429, 500, 503])(
    "of %d asks for the message again, and is told once",
    async (status) => {
      await pushed();
      await c.publish("hello");
      (await c.endpoint.next()).answer(status);
      await settle();
      c.clock.advance(100);
      (await c.endpoint.next()).answer(status);
      await settle();
      expect(c.held("reader")).toEqual(["hello"]);
      expect(c.counters("google_pubsub_subscription.reader")).toMatchObject({ pushOk: 0, pushFailed: 2, delivered: 2 });
      expect(c.warnings()).toEqual([
        `projects/acme-dev/subscriptions/reader: a push to ${url} failed: answered ${status}`,
      ]);
    },
  );

  test("that does not come within the acknowledgement deadline is given up, and counts as one failure", async () => {
    await pushed({ ack_deadline_seconds: 20 });
    await c.publish("hello");
    await c.endpoint.next();
    c.clock.advance(20_000);
    await settle();
    expect(c.warnings()).toEqual([
      `projects/acme-dev/subscriptions/reader: a push to ${url} failed: no answer within the acknowledgement deadline of 20 s`,
    ]);
    c.clock.advance(100);
    await until(() => c.endpoint.open.length === 1);
    expect(c.counters("google_pubsub_subscription.reader")).toMatchObject({ delivered: 2, pushFailed: 1 });
  });

  test("that cannot come says why", async () => {
    await pushed();
    await c.publish("hello");
    (await c.endpoint.next()).break("connect ECONNREFUSED 127.0.0.1:8080");
    await settle();
    expect(c.warnings()[0]).toContain("failed: connect ECONNREFUSED 127.0.0.1:8080");
  });
});

test("without the right to a token nothing is sent, and the denial says what is missing", async () => {
  c.host.access.revoke(agent, "iam.serviceAccounts.getOpenIdToken", account);
  await pushed();
  await c.publish("hello");
  await settle();
  expect(c.endpoint.all).toEqual([]);
  expect(c.host.access.denials[0]).toMatchObject({
    member: agent,
    permission: "iam.serviceAccounts.getOpenIdToken",
    resource: account,
  });
  expect(c.warnings()[0]).toContain(`${agent} lacks iam.serviceAccounts.getOpenIdToken on ${account}`);
});

describe("the window", () => {
  test("opens with successes and closes with failures", async () => {
    // 5 open; each success lets one more in: 6, 7, 8, 9, 10
    await pushed();
    for (let at = 0; at < 40; at++) await c.publish(`m${at}`);
    await until(() => c.endpoint.open.length === 5);
    await settle();
    expect(c.endpoint.open).toHaveLength(5);
    for (const request of c.endpoint.open.slice()) request.answer(204);
    await until(() => c.endpoint.open.length === 10);
    await settle();
    expect(c.endpoint.open).toHaveLength(10);
    // Ten open, window ten; two failures: five, two. Only what is answered makes room again.
    for (const request of c.endpoint.open.slice(0, 2)) request.answer(500);
    await settle();
    expect(c.endpoint.open).toHaveLength(8);
    for (const request of c.endpoint.open.slice(0, 7)) request.answer(204);
    await settle();
    expect(c.endpoint.open).toHaveLength(9);
  });

  test("is not needed for the messages of one key: they go one after the other", async () => {
    await pushed({ enable_message_ordering: true });
    await c.publish("a1", { key: "a" });
    await c.publish("a2", { key: "a" });
    await c.publish("b1", { key: "b" });
    await until(() => c.endpoint.open.length === 2);
    await settle();
    const texts = (): string[] =>
      c.endpoint.all.map(({ body }) => {
        const { message } = JSON.parse(body.toString()) as { message: { data: string } };
        return Buffer.from(message.data, "base64").toString();
      });
    expect(texts()).toEqual(["a1", "b1"]);
    c.endpoint.open[0]?.answer(204);
    await until(() => c.endpoint.all.length === 3);
    expect(texts()).toEqual(["a1", "b1", "a2"]);
  });
});

describe("an endpoint that refuses everything", () => {
  test("is left alone for longer each time, and served at once when it answers again", async () => {
    // 100 ms, 200 ms, 400 ms ...
    await pushed();
    c.endpoint.status = 503;
    await c.publish("hello");
    await until(() => c.endpoint.all.length === 1);
    await settle();
    for (const [at, pause] of [100, 200, 400, 800].entries()) {
      c.clock.advance(pause - 1);
      await settle();
      expect(c.endpoint.all).toHaveLength(at + 1);
      c.clock.advance(1);
      await until(() => c.endpoint.all.length === at + 2);
      await settle();
    }
    c.endpoint.status = 204;
    c.clock.advance(1_600);
    await until(() => c.held("reader").length === 0);
    await c.publish("more");
    await until(() => c.held("reader").length === 0);
  });

  test("does not stop others when it is one message among good ones", async () => {
    await pushed();
    c.endpoint.status = 204;
    await c.publish("good");
    await c.publish("good");
    await until(() => c.held("reader").length === 0);
    c.endpoint.status = undefined;
    await c.publish("bad");
    (await c.endpoint.next()).answer(500);
    // At once again: no time passes.
    (await c.endpoint.next()).answer(204);
    await until(() => c.held("reader").length === 0);
  });

  test("with a retry policy gets each message after its own backoff", async () => {
    await pushed({ retry_policy: { minimum_backoff: "10s", maximum_backoff: "600s" } });
    await c.publish("hello");
    (await c.endpoint.next()).answer(500);
    await settle();
    c.clock.advance(9_900);
    await settle();
    expect(c.endpoint.open).toHaveLength(0);
    c.clock.advance(200);
    await until(() => c.endpoint.open.length === 1);
  });

  test("after five attempts hands the message to the dead letters", async () => {
    c.host.access
      .allow(agent, "pubsub.topics.publish", topicPath("dead"))
      .allow(agent, "pubsub.subscriptions.consume", subscriptionPath("reader"));
    await c.apply("google_pubsub_topic", { name: "dead" });
    await c.apply("google_pubsub_subscription", { name: "kept", topic: "dead" });
    await pushed({
      dead_letter_policy: { dead_letter_topic: "projects/acme-dev/topics/dead", max_delivery_attempts: 5 },
    });
    c.endpoint.status = 500;
    await c.publish("poison");
    for (let attempt = 0; attempt < 10; attempt++) {
      await settle();
      c.clock.advance(60_000);
    }
    await settle();
    expect(c.endpoint.all).toHaveLength(5);
    expect(c.held("reader")).toEqual([]);
    expect(c.held("kept")).toEqual(["poison"]);
  });
});

test("the service is idle when what it delivers by itself is acknowledged, whatever waits to be pulled", async () => {
  await c.apply("google_pubsub_subscription", { name: "pulled", topic: "clicks" });
  await pushed();
  await c.publish("a");
  let idle = false;
  const waiting = c.pubsub.idle().then(() => (idle = true));
  (await c.endpoint.next()).answer(500);
  await settle();
  expect(idle).toBe(false);
  c.clock.advance(100);
  (await c.endpoint.next()).answer(204);
  await waiting;
  expect(c.held("pulled")).toEqual(["a"]);
});

test("a real endpoint gets a real request", async () => {
  const server = await listen(async (request, response) => {
    const body = JSON.parse((await readBody(request, 10_000)).toString()) as { message: { data: string } };
    response.writeHead(request.headers.authorization === undefined ? 200 : 401).end("thank you");
    got.push(Buffer.from(body.message.data, "base64").toString());
  });
  const got: string[] = [];
  c.endpoint.passes = true;
  await pushed({}, { push_endpoint: `${server.url}/push`, oidc_token: undefined });
  await c.publish("hello");
  await c.publish("again");
  await c.pubsub.idle();
  expect(got.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(["again", "hello"]);
  expect(c.counters("google_pubsub_subscription.reader")).toMatchObject({ pushOk: 2, pushFailed: 0 });
  await server.stop();
});

test("nothing is pushed before the start, and nothing after the end", async () => {
  const push_config = { push_endpoint: url };
  await c.apply("google_pubsub_subscription", { name: "reader", topic: "clicks", push_config });
  await c.publish("a");
  await settle();
  expect(c.endpoint.all).toEqual([]);
  await c.pubsub.start();
  await until(() => c.endpoint.open.length === 1);
  const quiet = c.pubsub.quiesce();
  await c.publish("b");
  await settle();
  expect(c.endpoint.all).toHaveLength(1);
  c.endpoint.open[0]?.answer(204);
  await quiet;
  expect(c.held("reader")).toEqual(["b"]);
});

test("the end does not wait for an endpoint that does not answer", async () => {
  await pushed();
  await c.publish("a");
  await c.endpoint.next();
  const quiet = c.pubsub.quiesce();
  c.clock.advance(5_000);
  await quiet;
  expect(c.counters("google_pubsub_subscription.reader")).toMatchObject({ pushFailed: 0, leased: 1 });
});
