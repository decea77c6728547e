import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { postTo } from "../../../cli/simulate/endpoint";

let respond: (request: IncomingMessage, response: ServerResponse) => void;
let connections: Set<unknown>;
const server = createServer((request, response) => {
  connections.add(request.socket);
  request.resume();
  request.on("end", () => respond(request, response));
});
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  connections = new Set();
});

test("an event is posted as JSON to /json with the token, over connections that are kept", async () => {
  const seen: unknown[] = [];
  respond = ({ method, url: path, headers }, response) => {
    seen.push([method, path, headers["content-type"], headers.authorization]);
    response.end('{"messageId":"17"}');
  };
  const post = postTo(`${url()}/`, "abc");
  expect(await post("{}")).toEqual({ kind: "accepted", messageId: "17" });
  expect(await postTo(`${url()}/json`, "abc")("{}")).toEqual({ kind: "accepted", messageId: "17" });
  const call = ["POST", "/json", "application/json", "Bearer abc"];
  expect(seen).toEqual([call, call]);
  for (let i = 0; i < 20; i++) await post("{}");
  expect(connections.size).toBeLessThan(5);
});

describe("an answer is", () => {
  test.each([
    [400, '{"error":"the body is empty"}', {}, { kind: "refused", status: 400, reason: "the body is empty" }],
    [403, "<html>", {}, { kind: "refused", status: 403, reason: "Forbidden" }],
    [429, '{"error":"slow"}', { "retry-after": "7" }, { kind: "later", status: 429, reason: "slow", wait: 7000 }],
    [503, "", {}, { kind: "later", status: 503, reason: "Service Unavailable", wait: 1000 }],
  ])("%i read so", async (status, body, headers, answer) => {
    respond = (_, response) => response.writeHead(status, headers).end(body);
    expect(await postTo(url(), undefined)("{}")).toEqual(answer);
  });

  test("missing where nothing listens: a reason, and later", async () => {
    expect(await postTo("http://127.0.0.1:1", undefined)("{}")).toMatchObject({ kind: "later", status: 0, wait: 1000 });
  });
});

test.each(["example", "ftp://example"])("%s is no endpoint", (endpoint) => {
  expect(() => postTo(endpoint, undefined)).toThrow(`--endpoint ${endpoint} is`);
});
