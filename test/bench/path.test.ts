import { createServer, connect } from "node:net";
import { once } from "node:events";
import tls from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { delayed } from "../../bench/path/delay";
import { certificateFor } from "../../bench/path/certificate";
import { acknowledged, BATCH, published, responses } from "../../bench/path/encode";
import { measurePath } from "../../bench/path/path";
import { rowsOfPath } from "../../bench/path/rows";
import { MessageBatch } from "../../pipeline-images/stream-processor/source/message-batch";
import { WireReader, WireType, WireWriter } from "../../pipeline/protobuf/wire";
import { AckRun, SpareBuffers } from "../../pipeline-images/stream-processor/source/ack-run";

test("responses are read as Pub/Sub's are, each message with an id of its own", () => {
  const start = Date.UTC(2026, 0, 1);
  const batches = responses(BATCH + 3, start).map((response) => new MessageBatch(response));
  expect(batches.map(({ count }) => count)).toEqual([BATCH, 3]);
  const ids = batches.flatMap((batch) => Array.from({ length: batch.count }, (_, i) => batch.id(i)));
  expect(new Set(ids).size).toBe(BATCH + 3);
  const [first] = batches as [MessageBatch];
  expect(first.publishedAt(0)).toBe(start);
  expect(JSON.parse(Buffer.from(first.data(0)).toString())).toMatchObject({ event_id: "e000000000000" });
});

test("acknowledgements are counted", () => {
  const batch = new MessageBatch(responses(3, 0)[0] as Buffer);
  const run = new AckRun("projects/p/subscriptions/s", 0, new SpareBuffers(1));
  for (let i = 0; i < batch.count; i += 1) run.add(batch, i);
  expect(run.requests.map((request) => acknowledged(request.content()))).toEqual([3]);
});

test("what goes the delayed way comes as it was, in its order", async () => {
  const echo = createServer({ allowHalfOpen: true }, (socket) => void socket.pipe(socket)).listen(0, "127.0.0.1");
  onTestFinished(() => void echo.close());
  await once(echo, "listening");
  const { port } = echo.address() as { readonly port: number };
  const socket = connect(await delayed(port, 1), "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
  for (let i = 0; i < 100; i += 1) socket.write(`${i};`);
  socket.end();
  await once(socket, "close");
  expect(Buffer.concat(chunks).toString()).toBe(Array.from({ length: 100 }, (_, i) => `${i};`).join(""));
});

test("a certificate stands for its hosts, and whoever trusts it takes a connection as theirs", async () => {
  const { certificate, key } = certificateFor(["pubsub.googleapis.com"], Date.now());
  const server = tls.createServer({ cert: certificate, key }, (socket) => void socket.end("hello"));
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const words = async (servername: string): Promise<string> => {
    const socket = tls.connect({ port, host: "127.0.0.1", servername, ca: certificate });
    return Buffer.concat(await socket.toArray()).toString();
  };
  expect(await words("pubsub.googleapis.com")).toBe("hello");
  await expect(words("storage.googleapis.com")).rejects.toThrow("altnames");
});

test("what publishes is told an id for each message", () => {
  const request = new WireWriter();
  request.tag(1, WireType.bytes).string("projects/p/topics/t");
  for (const text of ["one", "two"]) {
    request.tag(2, WireType.bytes).message((message) => message.tag(1, WireType.bytes).string(text));
  }
  const ids: string[] = [];
  for (const reader = new WireReader(published(request.finish())); !reader.done;) {
    expect(reader.uint32() >>> 3).toBe(1);
    ids.push(reader.string());
  }
  expect(new Set(ids).size).toBe(2);
});

test("the image's program goes the whole way as in the cloud, and so do the others", { timeout: 60_000 }, async () => {
  const names = ["processor, TLS", "receive, TLS", "client, TLS", "publish, TLS", "client, publish, TLS"] as const;
  const costs = await measurePath({ contestants: [...names, "publish"], rounds: 1, messages: 1_000, wait: 0 });
  expect(Object.keys(costs)).toEqual([...names, "publish"]);
  for (const { micros, perSecond } of Object.values(costs)) {
    expect(micros).toBeGreaterThan(0);
    expect(perSecond).toBeGreaterThan(0);
  }
  const { memory } = costs["processor, TLS"] ?? {};
  expect(memory?.messageIds).toBe(1_500);
  expect(memory?.idle).toBeGreaterThan(10e6);
  expect(memory?.end).toBeGreaterThan(10e6);
});

const cost = (micros: number) => ({ micros, perSecond: 1e6 / micros });

test("the whole way is a row beside the high-level client, near, over TLS and far; so are publishing and memory", () => {
  const rows = rowsOfPath({
    processor: cost(2),
    receive: cost(1),
    client: cost(20),
    "processor, TLS": cost(4),
    "receive, TLS": cost(2),
    "client, TLS": cost(32),
    "processor, far": cost(4),
    "receive, far": cost(2),
    "client, far": cost(40),
    publish: cost(1),
    "client, publish": cost(5),
    "publish, TLS": cost(2),
    "client, publish, TLS": cost(6),
    memory: { idle: 100e6, end: 239e6, peak: 309e6, messageIds: 1_000_000 },
  });
  expect(rows.map(({ ours, ratio }) => [ours, ratio])).toEqual([
    ["2.00 µs (500,000/s a core)", "10.0 times as fast"],
    ["1.00 µs (1000,000/s a core)", "20.0 times as fast"],
    ["4.00 µs (250,000/s a core)", "8.0 times as fast"],
    ["2.00 µs (500,000/s a core)", "16.0 times as fast"],
    ["250,000/s, 4.00 µs", "10.0 times as fast"],
    ["500,000/s, 2.00 µs", "20.0 times as fast"],
    ["1.00 µs (1000,000/s a core)", "5.0 times as fast"],
    ["2.00 µs (500,000/s a core)", "3.0 times as fast"],
    ["125 MB, 195 MB at most", "0.50 of it"],
  ]);
  expect(rows.at(-1)?.what).toContain("idle processor's 100 MB and 1,000,000 ids");
});
