import { connect } from "node:net";
import { request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../runtime/clock";
import type { Environment } from "../../../pipeline-images/ingest-proxy/options";
import { readOptions } from "../../../pipeline-images/ingest-proxy/options";
import { type RunningProxy, startProxy } from "../../../pipeline-images/ingest-proxy/proxy";
import { HandClock } from "../../local/support/host";
import { type FakePubSub, fakePubSub } from "./fake-pubsub";

let pubsub: FakePubSub;
let logged: { severity: string; message: string }[];
const open: (() => Promise<void>)[] = [];

beforeEach(async () => {
  logged = [];
  pubsub = await fakePubSub();
  open.push(() => pubsub.stop());
});
afterEach(async () => {
  for (const stop of open.splice(0).toReversed()) await stop();
});

async function proxy(environment: Partial<Environment> = {}): Promise<RunningProxy & { readonly url: string }> {
  const running = await startProxy(
    readOptions({ TOPIC: pubsub.topic, PUBSUB_EMULATOR_HOST: pubsub.address, PORT: "0", ...environment }),
    {
      clock: systemClock,
      random: () => 0,
      log: (severity, message, more) => logged.push({ severity, message, ...more }),
    },
  );
  open.push(() => running.stop(0));
  return { ...running, url: `http://127.0.0.1:${running.port}` };
}

async function post(
  url: string,
  body: string | Buffer | ReadableStream,
  headers: { [name: string]: string } = {},
): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(`${url}/json`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe("an event", () => {
  test("is answered with its message id, and is in Pub/Sub byte for byte", async () => {
    const { url } = await proxy();
    const click = '{"event_name": "page_view",  "value": 1.50, "name": "Zoë"}';
    const { status, body } = await post(url, click);
    expect({ status, body }).toEqual({ status: 200, body: { messageId: "1" } });
    expect(pubsub.stored).toEqual([{ id: "1", data: click, attributes: {} }]);
  });

  test("is not answered before Pub/Sub has it", async () => {
    const { url } = await proxy();
    const release = pubsub.hold();
    let answered = false;
    const answer = post(url, "{}").then((value) => {
      answered = true;
      return value;
    });
    // The health check takes the whole way to the proxy and back, several times.
    for (let i = 0; i < 20; i++) await fetch(url);
    expect(answered).toBe(false);
    release();
    expect((await answer).status).toBe(200);
  });

  test("that is not JSON is published as it is: its dead letter is where someone sees it", async () => {
    const { url } = await proxy({ ATTRIBUTES: '["event_name"]' });
    expect((await post(url, '{"event_name": ')).status).toBe(200);
    expect(pubsub.stored).toEqual([{ id: "1", data: '{"event_name": ', attributes: {} }]);
  });

  test("carries the named fields as attributes, and nothing else", async () => {
    const { url } = await proxy({ ATTRIBUTES: '["event_name", "value", "paid", "items", "absent", "__proto__"]' });
    await post(url, '{"event_name": "purchase", "value": 12.5, "paid": true, "items": [1], "country": "DE"}');
    expect(pubsub.stored[0]?.attributes).toEqual({ event_name: "purchase", value: "12.5", paid: "true" });
  });

  test.each([
    ["of more than 1,024 bytes", JSON.stringify({ event_name: "ü".repeat(513) }), "event_name is 1026 bytes"],
    ["whose digits a number would lose", '{"event_name": 12345678901234567890}', "send it as text"],
  ])("with an attribute %s is refused in a sentence", async (_, click, sentence) => {
    const { url } = await proxy({ ATTRIBUTES: '["event_name"]' });
    const { status, body } = await post(url, click);
    expect(status).toBe(400);
    expect((body as { error: string }).error).toContain(sentence);
    expect(pubsub.stored).toEqual([]);
  });
});

describe("on a topic with a schema", () => {
  const fields = [
    { name: "user", type: "STRING", mode: "REQUIRED" },
    { name: "at", type: "TIMESTAMP", mode: "REQUIRED", encoding: "epoch-millis" },
  ];

  test("an event is published as the schema wants it", async () => {
    const { url } = await proxy({ EVENT_FIELDS: JSON.stringify(fields), ATTRIBUTES: '["source"]' });
    expect((await post(url, '{"at": 1715000000000, "user": "a", "source": "web"}')).status).toBe(200);
    expect(pubsub.stored[0]).toMatchObject({
      data: '{"user":"a","at":"1715000000000"}',
      attributes: { source: "web" },
    });
  });

  test("one that does not fit is 400 with its path and the rule", async () => {
    const { url } = await proxy({ EVENT_FIELDS: JSON.stringify(fields) });
    const { body, status } = await post(url, '{"at": "yesterday", "user": "a"}');
    expect(status).toBe(400);
    expect((body as { error: string }).error).toContain('The event does not fit its schema: $.at: "yesterday"');
    expect(pubsub.stored).toEqual([]);
  });
});

describe("many events in one request", () => {
  const lines = { "content-type": "application/x-ndjson; charset=utf-8" };

  test("are one message a line, blank lines left out, answered with all ids in order", async () => {
    const { url } = await proxy({ ATTRIBUTES: '["n"]' });
    const { status, body } = await post(url, '{"n":1}\n\n{"n":2}\r\n  \n{"n":3}', lines);
    expect({ status, body }).toEqual({ status: 200, body: { messageIds: ["1", "2", "3"] } });
    expect(pubsub.stored.map(({ data, attributes }) => [data, attributes["n"]])).toEqual([
      ['{"n":1}', "1"],
      ['{"n":2}\r', "2"],
      ['{"n":3}', "3"],
    ]);
  });

  test("are published together or not at all", async () => {
    const { url } = await proxy();
    pubsub.refuses = (data) => data.includes("bad");
    const { status } = await post(url, '{"n":1}\n"bad"\n{"n":2}', lines);
    expect(status).toBe(400);
    expect(pubsub.stored).toEqual([]);
  });

  test("are at most a thousand, which is what one publish request takes", async () => {
    const { url } = await proxy();
    expect((await post(url, "{}\n".repeat(1001), lines)).status).toBe(413);
    expect((await post(url, "{}\n".repeat(1000), lines)).status).toBe(200);
    expect(pubsub.requests).toEqual([1000]);
  });
});

describe("what is no event", () => {
  test.each([
    ["an empty body", "", {}],
    ["a body of blank lines", "\n \r\n", { "content-type": "application/x-ndjson" }],
  ])("%s is 400", async (_, body, headers: { [name: string]: string }) => {
    const { url } = await proxy();
    expect(await post(url, body, headers)).toMatchObject({
      status: 400,
      body: { error: "The body is empty: an event is needed" },
    });
  });

  test("an encoded body is 415: as an event it would be noise", async () => {
    const { url } = await proxy();
    expect((await post(url, Buffer.from([0x1f, 0x8b]), { "content-encoding": "gzip" })).status).toBe(415);
  });

  test("another path is 404, another method 405 with what is allowed", async () => {
    const { url } = await proxy();
    expect((await fetch(`${url}/elsewhere`, { method: "POST", body: "{}" })).status).toBe(404);
    const wrong = await fetch(`${url}/json`);
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(405);
  });

  test("health is 200, by GET and HEAD, whatever the query", async () => {
    const { url } = await proxy();
    const health = await fetch(`${url}/?probe=1`);
    expect([health.status, await health.json()]).toEqual([200, { status: "ok" }]);
    expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
  });
});

describe("a body that is too large", () => {
  test("is 413 by its declared length, before it is sent", async () => {
    const { port } = await proxy({ MAX_BODY_BYTES: "100" });
    const answer = await new Promise<{ status: number | undefined; continued: boolean }>((resolve, reject) => {
      let continued = false;
      const request = httpRequest({ port, method: "POST", path: "/json" }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, continued });
        request.destroy();
      });
      request.on("error", reject);
      request.on("continue", () => (continued = true));
      request.setHeader("expect", "100-continue");
      request.setHeader("content-length", 101);
      request.flushHeaders();
    });
    expect(answer).toEqual({ status: 413, continued: false });
  });

  test("is 413 at the byte that is too many, when no length was declared", async () => {
    const { url } = await proxy({ MAX_BODY_BYTES: "100000" });
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (sent >= 400_000) controller.close();
        else controller.enqueue(Buffer.alloc(10_000, 0x20));
        sent += 10_000;
      },
    });
    expect(await post(url, body)).toMatchObject({
      status: 413,
      body: { error: "The body is too large: at most 100000 bytes are taken" },
    });
    expect(pubsub.stored).toEqual([]);
  });

  test("is taken up to the very limit, also by a sender that asks first", async () => {
    const { port } = await proxy({ MAX_BODY_BYTES: "100" });
    const status = await new Promise((resolve, reject) => {
      const headers = { expect: "100-continue", "content-length": 100 };
      const request = httpRequest({ port, method: "POST", path: "/json", headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on("error", reject);
      request.on("continue", () => request.end("x".repeat(100)));
      request.flushHeaders();
    });
    expect(status).toBe(200);
    expect(pubsub.stored[0]?.data).toHaveLength(100);
  });
});

test("more requests a second than are allowed are 429, with the seconds after which one may come", async () => {
  const { url } = await proxy({ MAX_REQUESTS_PER_SECOND: "3" });
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(url, "{}")));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(6);
  expect(refused[0]?.headers.get("retry-after")).toBe("1");
  expect(pubsub.stored).toHaveLength(10 - refused.length);
});

describe("when Pub/Sub does not take events", () => {
  test("a passing failure is tried again, and the sender does not notice", async () => {
    const { url } = await proxy();
    pubsub.failures = ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"];
    expect((await post(url, "{}")).status).toBe(200);
    expect(pubsub.stored).toHaveLength(1);
  });

  test("a missing grant is 503 with Retry-After, and its reason is in the log, not in the answer", async () => {
    const { url } = await proxy();
    pubsub.failures = ["PERMISSION_DENIED"];
    const { status, headers, body } = await post(url, "{}");
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
    expect(JSON.stringify(body)).not.toContain("PERMISSION");
    expect(logged.find(({ severity }) => severity === "ERROR")).toMatchObject({
      message: expect.stringContaining("PERMISSION_DENIED"),
    });
  });

  test("an event that does not fit the topic's schema is 400 with the reason; its neighbours are published", async () => {
    const { url } = await proxy();
    pubsub.refuses = (data) => data.includes("bad");
    // All wait for the first batch's answer, so that they are in one.
    const bodies = ["{}", '"bad"', "[]", "1", '"bad 2"', "2"];
    const answers = await Promise.all(bodies.map((body) => post(url, body)));
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200, 200, 400, 200]);
    expect(answers[1]?.body).toEqual({
      error: "Pub/Sub refuses the event: Invalid data in message: Message failed schema validation.",
    });
    expect(pubsub.stored.map(({ data }) => data).toSorted()).toEqual(["1", "2", "[]", "{}"]);
    expect(logged.filter(({ message }) => message.includes("bad"))).toEqual([]);
  });
});

describe("at the end", () => {
  test("an open request is answered, a new one is not taken", async () => {
    const running = await proxy();
    const release = pubsub.hold();
    const answer = post(running.url, "{}");
    await heldRequest(running.url);
    const stopped = running.stop(5_000);
    await expect(fetch(running.url)).rejects.toThrow("fetch failed");
    release();
    expect((await answer).status).toBe(200);
    await stopped;
  });

  test("a request that does not end is cut off after the grace", async () => {
    const clock = new HandClock();
    const running = await startProxy(
      readOptions({ TOPIC: pubsub.topic, PUBSUB_EMULATOR_HOST: pubsub.address, PORT: "0" }),
      { clock, random: () => 0, log: (severity, message) => logged.push({ severity, message }) },
    );
    const socket = connect(running.port, "127.0.0.1");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => undefined);
    socket.write("POST /json HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\nexpect: 100-continue\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    const stopped = running.stop(9_000);
    clock.advance(9_000);
    await Promise.all([stopped, closed]);
    expect(logged.at(-2)?.message).toBe("requests are still open: they are cut off");
  });
});

/** Resolves when an earlier request has come as far as the proxy: connections are served in their order. */
async function heldRequest(url: string): Promise<void> {
  for (let i = 0; i < 20; i++) await fetch(url);
}
