import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { run } from "../../../cli/program";
import { testIo } from "../support";

/** A proxy that takes all but what says "no". */
const taken: string[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    if (body.includes("no")) response.writeHead(400).end('{"error":"not this one"}');
    else response.end(JSON.stringify({ messageId: String(taken.push(body)) }));
  });
});
const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});
beforeEach(() => void taken.splice(0));

test("G7: so many clicks are sent, and what became of them is told", async () => {
  const io = testIo();
  const words = ["--endpoint", endpoint(), "--count", "20", "--rate", "1000", "--seed", "1"];
  expect(await run(["simulate", ...words], io)).toBe(0);
  expect(taken).toHaveLength(20);
  expect(taken.every((body) => "user_pseudo_id" in (JSON.parse(body) as object))).toBe(true);
  expect(io.stderr()).toContain("20 sent, 20 taken, 0 refused");
  expect(io.stdout()).toBe("");
});

test("refused ones end it with 1 and the reason", async () => {
  const io = testIo();
  const file = `${__dirname}/events.jsonl`;
  expect(await run(["simulate", "--endpoint", endpoint(), "--file", file, "--count", "4", "--rate", "1000"], io)).toBe(
    1,
  );
  expect(taken).toEqual(['{"n":1}', '{"n":1}']);
  expect(io.stderr()).toContain("2 not taken: 400, not this one");
});

test("Ctrl-C ends it with what was sent", async () => {
  const io = testIo();
  const done = run(["simulate", "--endpoint", endpoint(), "--rate", "0.01"], io);
  while (taken.length === 0) await new Promise((resolve) => setImmediate(resolve));
  io.interrupt();
  expect(await done).toBe(0);
  expect(io.stderr()).toContain("1 sent, 1 taken");
});
