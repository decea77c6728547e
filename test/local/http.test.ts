import { request } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { CloudError } from "../../local/errors";
import { listen, readBody, readJson, sendJson, serveHttp, type HttpServer } from "../../local/http";
import type { HttpRoute } from "../../local/service";

let server: HttpServer | undefined;
afterEach(() => server?.stop());

/** Answers with its own beginning. */
function route(prefix: string): HttpRoute {
  return { prefix, handle: (_, response) => sendJson(response, 200, prefix) };
}

describe("routes", () => {
  test("the longest beginning of a path decides; a query belongs to no path", async () => {
    server = await serveHttp([route("/a"), route("/a/b"), route("/")]);
    const asked = async (path: string) => (await fetch(`${server?.url}${path}`)).json();
    expect(await asked("/a/b/c?x=/a")).toBe("/a/b");
    expect(await asked("/a?x=/a/b")).toBe("/a");
    expect(await asked("/z")).toBe("/");
  });

  test("what nobody answers is not found, in Google's form", async () => {
    server = await serveHttp([]);
    const response = await fetch(`${server.url}/x?y`);
    expect(response.status).toBe(404);
    const message = "GET /x: no local service answers here";
    expect(await response.json()).toEqual({
      error: { code: 404, message, status: "NOT_FOUND", errors: [{ message, domain: "global", reason: "notFound" }] },
    });
  });
});

describe("an answer", () => {
  test.each([
    [new CloudError("ALREADY_EXISTS", "there"), 409, "duplicate"],
    [new CloudError("PERMISSION_DENIED", "no"), 403, "forbidden"],
    [new Error("broken"), 500, "internalError"],
  ])("of what was thrown: %s", async (error, status, reason) => {
    server = await listen(() => {
      throw error;
    });
    const response = await fetch(server.url);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { message: error.message, errors: [{ reason }] } });
  });

  test("that was begun is cut when its handler fails: half of it must not look whole", async () => {
    server = await listen((_, response) => {
      response.writeHead(200, { "content-length": 10 });
      response.write("half");
      return Promise.reject(new Error("broken"));
    });
    await expect(fetch(server.url).then((response) => response.text())).rejects.toThrow();
  });
});

describe("a request", () => {
  test("has a body of so many bytes at most", async () => {
    server = await listen(async (request, response) => {
      sendJson(response, 200, (await readBody(request, 4)).length);
    });
    expect(await (await fetch(server.url, { method: "POST", body: "four" })).json()).toBe(4);
    const response = await fetch(server.url, { method: "POST", body: "five!" });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("is over 4 bytes");
  });

  test("without a body is an empty object as JSON; what is not JSON is refused", async () => {
    server = await listen(async (request, response) => sendJson(response, 200, await readJson(request, 100)));
    expect(await (await fetch(server.url, { method: "POST" })).json()).toEqual({});
    expect((await fetch(server.url, { method: "POST", body: "{" })).status).toBe(400);
  });

  test("by another host's name is refused: a page whose name was pointed here cannot read what is here", async () => {
    server = await listen((_, response) => sendJson(response, 200, "secret"));
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        request({ port: server?.port, host: "127.0.0.1", headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
    expect(await status("evil.example:80")).toBe(403);
    expect(await status(`localhost:${server.port}`)).toBe(200);
    expect(await status("metadata.google.internal")).toBe(200);
  });
});

test("a server stops at once, with requests open, and its port is free", async () => {
  const stuck = await listen(() => undefined);
  const waiting = fetch(stuck.url).catch(() => "cut");
  await new Promise((resolve) => setImmediate(resolve));
  await stuck.stop();
  expect(await waiting).toBe("cut");
  server = await listen((_, response) => sendJson(response, 200, "new"), stuck.port);
  expect(await (await fetch(server.url)).json()).toBe("new");
});
