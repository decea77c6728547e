import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { AccessTokens } from "../../runtime/access-token";
import { HandClock } from "../local/support/host";

/** A metadata server: a new token of one hour a request, or none. */
let answers: string[];
let works: boolean;
const server = createServer((request, response) => {
  if (request.headers["metadata-flavor"] !== "Google" || !works) {
    response.writeHead(403).end();
    return;
  }
  answers.push(request.url ?? "");
  response.end(JSON.stringify({ access_token: `token ${answers.length}`, expires_in: 3600, token_type: "Bearer" }));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  answers = [];
  works = true;
});

const HOUR = 3_600_000;
function source() {
  const clock = new HandClock();
  return { clock, tokens: new AccessTokens(clock, `127.0.0.1:${(server.address() as AddressInfo).port}`) };
}

test("a token is fetched once for many calls, also for those at the same time", async () => {
  const { tokens } = source();
  expect(await Promise.all([tokens.token(), tokens.token()])).toEqual(["token 1", "token 1"]);
  expect(await tokens.token()).toBe("token 1");
  expect(answers).toEqual(["/computeMetadata/v1/instance/service-accounts/default/token"]);
});

test("it is fetched again before it ends, and the call that finds it so does not wait", async () => {
  const { clock, tokens } = source();
  await tokens.token();
  clock.advance(HOUR - 4 * 60_000);
  expect(await tokens.token()).toBe("token 1");
  while (answers.length < 2) await new Promise((resolve) => setImmediate(resolve));
  while ((await tokens.token()) === "token 1") await new Promise((resolve) => setImmediate(resolve));
  expect(await tokens.token()).toBe("token 2");
});

test("a metadata server that fails does no harm while the token holds; then it is the call's failure", async () => {
  const { clock, tokens } = source();
  await tokens.token();
  works = false;
  clock.advance(HOUR - 60_000);
  expect(await tokens.token()).toBe("token 1");
  clock.advance(45_000);
  await expect(tokens.token()).rejects.toThrow("the metadata server answers 403 for an access token");
  works = true;
  expect(await tokens.token()).toBe("token 2");
});
