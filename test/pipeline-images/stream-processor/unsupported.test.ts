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

test("files and tables are read by a job, not by a stream processor", () => {
  const batch = pipeline("batch", { orders: bounded(Order) }, ({ orders }) => ({ all: orders.select("id") }));
  expect(unsupported(batch.toJSON())).toMatch(/^batch: the stream processor does not run orders \(a bounded input\)/);
});

test("a topic may have ordering keys and attributes", () => {
  const binding = { topic: "projects/acme/topics/out", orderingKey: "id", attributes: ["sku"] };
  expect(unsupportedOutputs("passed-on", { out: binding })).toBeUndefined();
});
