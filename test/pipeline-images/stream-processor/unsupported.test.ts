import { expect, test } from "vitest";
import {
  bounded,
  count,
  fixed,
  pipeline,
  schema,
  sessions,
  sideInput,
  sliding,
  string,
  timestamp,
} from "../../../pipeline";
import { unsupported, unsupportedOutputs } from "../../../pipeline-images/stream-processor/unsupported";

const Order = schema("order", { id: string(), sku: string(), at: timestamp() });
const Product = schema("product", { sku: string(), title: string() });

test("what the stream processor runs is not refused", () => {
  const runs = pipeline(
    "runs",
    { orders: Order, products: sideInput(Product, { key: "sku" }) },
    ({ orders, products }) => {
      const timed = orders.eventTime("at", { maxDelay: "1m" });
      return {
        fixed: timed.window(fixed("1m")).groupBy("sku").aggregate({ n: count() }),
        sliding: timed.window(sliding("5m", { every: "1m" })).aggregate({ n: count() }),
        errors: orders.errors,
        titled: orders.enrich(products, { on: { sku: "sku" } }),
        visits: timed
          .window(sessions({ gap: "10m" }))
          .groupBy("sku")
          .aggregate({ n: count() }),
      };
    },
  );
  expect(unsupported(runs.toJSON())).toBeUndefined();
});

test("what ends is run, and nothing that never ends beside it", () => {
  const batch = pipeline("batch", { orders: bounded(Order) }, ({ orders }) => ({ all: orders.select("id") })).toJSON();
  expect(unsupported(batch)).toBeUndefined();
  const both = { ...batch, inputs: { ...batch.inputs, live: { ...batch.inputs["orders"], kind: "unbounded" } } };
  expect(unsupported(both as typeof batch)).toMatch(
    /^batch: the stream processor does not run live \(a stream\) beside what ends/,
  );
});

test("a topic may have ordering keys and attributes", () => {
  const binding = { topic: "projects/acme/topics/out", orderingKey: "id", attributes: ["sku"] };
  const passed = pipeline("passed-on", { orders: Order }, ({ orders }) => ({ out: orders }));
  expect(unsupportedOutputs(passed.toJSON(), { out: binding })).toBeUndefined();
});

test("a table is replaced by what ends, and by nothing else", () => {
  const out = { table: "acme.shop.orders", write: "truncate" } as const;
  const stream = pipeline("stream", { orders: Order }, ({ orders }) => ({ out: orders }));
  expect(unsupportedOutputs(stream.toJSON(), { out })).toBe(
    "stream: the stream processor does not write out (a table by truncate)",
  );
  const batch = pipeline("batch", { orders: bounded(Order) }, ({ orders }) => ({ out: orders }));
  expect(unsupportedOutputs(batch.toJSON(), { out })).toBeUndefined();
});

test("Bigtable and Firestore are written, whether it ends or not", () => {
  const stream = pipeline("stream", { orders: Order }, ({ orders }) => ({ rows: orders, documents: orders })).toJSON();
  const outputs = {
    rows: { bigtable: "projects/acme/instances/shop/tables/orders", family: "order", key: ["id"] },
    documents: { documents: "projects/acme/databases/shop/documents/orders", key: ["id"] },
  };
  expect(unsupportedOutputs(stream, outputs)).toBeUndefined();
  const batch = pipeline("batch", { orders: bounded(Order) }, ({ orders }) => ({ rows: orders, documents: orders }));
  expect(unsupportedOutputs(batch.toJSON(), outputs)).toBeUndefined();
});

test("files are written by what ends, and by what is pulled where many rows share a window", () => {
  const out = { files: "gs://acme/out", format: { type: "parquet" } } as const;
  const batch = pipeline("batch", { orders: bounded(Order) }, ({ orders }) => ({ out: orders }));
  expect(unsupportedOutputs(batch.toJSON(), { out })).toBeUndefined();
  const stream = pipeline("stream", { orders: Order }, ({ orders }) => ({ out: orders })).toJSON();
  expect(unsupportedOutputs(stream, { out })).toBeUndefined();
  expect(unsupportedOutputs(stream, { out }, "pushed")).toBe(
    "stream: the stream processor does not write out (files of what is pushed, of which there is no log: Runner.workerPool() writes them)",
  );
  const visits = pipeline("visits", { orders: Order }, ({ orders }) => ({
    out: orders
      .window(sessions({ gap: "10m" }))
      .groupBy("sku")
      .aggregate({ n: count() }),
  }));
  expect(unsupportedOutputs(visits.toJSON(), { out })).toBe(
    "visits: the stream processor does not write out (a file for each session: put them into fixed windows first)",
  );
});
