import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpFunction, onCloudEvent, Refused, type CloudEvent } from "../../handler";
import { Surroundings } from "../../handler/context";
import { serving, servingBeside } from "./support";

describe("a container", () => {
  test("is healthy, and says what it does not have", async () => {
    const { ask } = await serving(() => ({
      "POST /orders": () => ({ status: 201, body: { made: true } }),
      "GET /files/*": ({ path }) => ({ status: 200, body: path }),
      "GET /files/one": () => ({ status: 200, body: "one" }),
    }));
    expect(await ask("GET", "/")).toEqual({ status: 200, body: { status: "ok" } });
    expect(await ask("POST", "/orders?x=1")).toEqual({ status: 201, body: { made: true } });
    expect(await ask("GET", "/files/a/b")).toEqual({ status: 200, body: "/files/a/b" });
    expect(await ask("GET", "/files/one")).toEqual({ status: 200, body: "one" });
    expect(await ask("GET", "/nothing")).toEqual({ status: 404, body: { error: "there is nothing at /nothing" } });
    expect(await ask("GET", "/orders")).toEqual({
      status: 405,
      body: { error: "GET is not taken at /orders: POST" },
    });
  });

  test("gives a route its query, headers and body", async () => {
    const { ask } = await serving(() => ({
      "POST /echo": ({ query, headers, body, method }) => ({
        status: 200,
        body: [method, query.get("a"), headers["x-b"], Buffer.from(body).toString()],
        headers: { "x-c": "3" },
      }),
    }));
    expect(await ask("POST", "/echo?a=1", "text", { "x-b": "2" })).toEqual({
      status: 200,
      body: ["POST", "1", "2", "text"],
    });
  });

  test("refuses what is too large, whether or not it says so before", async () => {
    const { ask, port } = await serving(() => ({ "POST /": () => ({ status: 204 }) }), {}, 10);
    const says = { status: 413, body: { error: "the body is larger than 10 bytes" } };
    expect(await ask("POST", "/", "12345678901")).toEqual(says);
    expect(await ask("POST", "/", "1234567890")).toMatchObject({ status: 204 });
    const streamed = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from("12345678901"));
        controller.close();
      },
    });
    const init: RequestInit & { duplex: "half" } = { method: "POST", body: streamed, duplex: "half" };
    expect((await fetch(`http://127.0.0.1:${port}/`, init)).status).toBe(413);
  });

  test("answers a refusal in its words, and a failure as one, which is logged", async () => {
    const { ask, lines } = await serving(() => ({
      "GET /refused": () => {
        throw new Refused(409, "there is one already");
      },
      "GET /failed": () => Promise.reject(new Error("out of luck")),
    }));
    expect(await ask("GET", "/refused")).toEqual({ status: 409, body: { error: "there is one already" } });
    expect(lines).toEqual([]);
    expect(await ask("GET", "/failed")).toEqual({ status: 500, body: { error: "out of luck" } });
    expect(lines).toEqual([{ severity: "ERROR", message: "a request failed: out of luck" }]);
  });

  test("ends what it has begun before it leaves", async () => {
    const held = promise();
    const begun = promise();
    const { ask, stop } = await serving(() => ({
      "GET /slow": async () => {
        begun.resolve();
        await held.done;
        return { status: 200, body: "done" };
      },
    }));
    const answer = ask("GET", "/slow");
    await begun.done;
    const stopped = stop();
    held.resolve();
    expect(await answer).toEqual({ status: 200, body: "done" });
    await stopped;
    await expect(ask("GET", "/")).rejects.toThrow("fetch failed");
  });
});

test("a function answers as a container does, also where its host has read the body", async () => {
  const around = new Surroundings({}, () => {});
  const answer = httpFunction(({ body }) => ({ status: 200, body: Buffer.from(body).toString() }), around);
  const server = createServer((incoming, response) => {
    if (incoming.url === "/read") Object.assign(incoming, { rawBody: Buffer.from("read before") });
    void answer(incoming, response);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await (await fetch(url, { method: "POST", body: "text" })).json()).toBe("text");
  expect(await (await fetch(`${url}/read`)).json()).toBe("read before");
});

async function servedEvents() {
  const got: CloudEvent[] = [];
  const { ask, lines } = await serving((around) => ({
    "POST /": onCloudEvent((event) => {
      if (event.type === "bad") throw new Error("cannot");
      got.push(event);
    }, around),
  }));
  return { ask, got, lines };
}

describe("an event of Eventarc's", () => {
  const headers = {
    "ce-id": "1",
    "ce-type": "google.cloud.storage.object.v1.finalized",
    "ce-source": "//storage.googleapis.com/projects/_/buckets/in",
    "ce-subject": "objects/a.txt",
    "ce-time": "2024-05-06T12:00:00Z",
  };
  const event = {
    id: "1",
    type: "google.cloud.storage.object.v1.finalized",
    source: "//storage.googleapis.com/projects/_/buckets/in",
    subject: "objects/a.txt",
    time: "2024-05-06T12:00:00Z",
    data: { name: "a.txt" },
  };

  test("comes in headers and a body, or all in one JSON", async () => {
    const { ask, got } = await servedEvents();
    expect(await ask("POST", "/", '{"name":"a.txt"}', headers)).toMatchObject({ status: 204 });
    const structured = { "content-type": "application/cloudevents+json; charset=utf-8" };
    expect(await ask("POST", "/", JSON.stringify(event), structured)).toMatchObject({ status: 204 });
    expect(got).toEqual([event, event]);
  });

  test("may have no data, subject or time", async () => {
    const { ask, got } = await servedEvents();
    const { "ce-subject": _, "ce-time": __, ...least } = headers;
    await ask("POST", "/", undefined, least);
    await ask("POST", "/", JSON.stringify({ id: "1", type: "t", source: "s" }), {
      "content-type": "application/cloudevents+json",
    });
    expect(got).toMatchObject([
      { subject: null, time: null, data: null },
      { type: "t", data: null },
    ]);
  });

  test("is refused where it is none, and delivered again where its handler throws", async () => {
    const { ask, lines } = await servedEvents();
    expect(await ask("POST", "/", "{}")).toEqual({
      status: 400,
      body: { error: "the request is no CloudEvent: it has no id, type or source" },
    });
    expect(await ask("POST", "/", "{", headers)).toEqual({
      status: 400,
      body: { error: "the event's data is not JSON" },
    });
    expect(await ask("POST", "/", "{}", { ...headers, "ce-type": "bad" })).toEqual({
      status: 500,
      body: { error: "cannot" },
    });
    expect(lines).toEqual([{ severity: "ERROR", message: "an event is not handled: cannot", id: "1", type: "bad" }]);
  });
});

describe("a Google API", () => {
  test("is a local server where an emulator's variable says so", async () => {
    const { environment } = await servingBeside(() => () => ({ status: 204 }));
    const { STORAGE_EMULATOR_HOST } = environment as { readonly STORAGE_EMULATOR_HOST: string };
    for (const host of [STORAGE_EMULATOR_HOST, STORAGE_EMULATOR_HOST.replace("http://", "")]) {
      const around = new Surroundings({ STORAGE_EMULATOR_HOST: host });
      const answer = await around.fetch("https://storage.googleapis.com/storage/v1/b?project=acme-dev");
      expect(await answer.json()).toMatchObject({ kind: "storage#buckets" });
    }
  });

  test("is asked as the workload's account, with a token of the metadata server", async () => {
    const asked: string[] = [];
    const server = createServer((incoming, response) => {
      asked.push(`${incoming.url} ${incoming.headers.authorization ?? ""}`);
      response.end(JSON.stringify({ access_token: "token", expires_in: 3_600 }));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const around = new Surroundings({ GCE_METADATA_HOST: host });
    await around.fetch(`http://${host}/v1/things`, { headers: { "x-a": "1" } });
    expect(asked).toEqual(["/computeMetadata/v1/instance/service-accounts/default/token ", "/v1/things Bearer token"]);
    around.close();
  });
});

/** A promise, and what ends it. */
function promise(): { readonly done: Promise<void>; readonly resolve: () => void } {
  const parts: { resolve?: () => void } = {};
  const done = new Promise<void>((resolve) => (parts.resolve = resolve));
  return { done, resolve: () => parts.resolve?.() };
}
