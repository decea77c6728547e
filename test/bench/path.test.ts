import { createServer, connect } from "node:net";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { delayed } from "../../bench/path/delay";
import { acknowledged, BATCH, responses } from "../../bench/path/encode";
import { rowsOfPath } from "../../bench/path/rows";
import { MessageBatch } from "../../pipeline-images/stream-processor/source/message-batch";
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

const cost = (micros: number) => ({ micros, perSecond: 1e6 / micros });

test("the whole way is a row beside the high-level client, near and far", () => {
  const rows = rowsOfPath({
    processor: cost(2),
    receive: cost(1),
    client: cost(20),
    "processor, far": cost(4),
    "receive, far": cost(2),
    "client, far": cost(40),
  });
  expect(rows.map(({ ours, ratio }) => [ours, ratio])).toEqual([
    ["2.00 µs (500,000/s a core)", "10.0 times as fast"],
    ["1.00 µs (1000,000/s a core)", "20.0 times as fast"],
    ["250,000/s, 4.00 µs", "10.0 times as fast"],
    ["500,000/s, 2.00 µs", "20.0 times as fast"],
  ]);
});
