/** The functions and steps, as Google starts them, beside the local cloud's services. */
import { createServer, type RequestListener } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { Serving } from "../../../handler";
import { hasFirestore, startFirestore } from "../support/firestore";
import { localServices } from "../../pipeline-images/stream-processor/support/local";

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  vi.resetModules();
});

/** Tells a module its environment, which it reads as it is imported. */
function told(environment: { readonly [name: string]: string | undefined }): void {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

async function served(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function push(port: number, data: string | object): Promise<number> {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  const message = {
    data: Buffer.from(text).toString("base64"),
    messageId: "7",
    publishTime: "2026-03-02T08:00:00Z",
  };
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify({ message }) });
  await answer.arrayBuffer();
  return answer.status;
}

test("an order is acknowledged, and what is none is an error, which Pub/Sub delivers again", async () => {
  const { processPubsubMessage } = await import("../../../stacks/orders/functions/process-pubsub-message/index.js");
  const port = await served((incoming, response) => void processPubsubMessage(incoming, response));
  expect(await push(port, { order_id: "ORD-123", amount: 99.99 })).toBe(204);
  expect(await push(port, '{"order_id":')).toBe(500);
  expect(await push(port, "null")).toBe(500);
});

test.each([
  ["step-1", { order_id: "o-1", items: [{ product_id: "p", quantity: 4 }] }, { step1_result: 4 }],
  [
    "step-2",
    { order_id: "o-1", original: {}, step1_result: 4, timestamp: "2026-03-02T08:00:00Z" },
    { step2_result: "parcel" },
  ],
  [
    "step-3",
    { order_id: "o-1", original: {}, step1_result: 4, timestamp: "2026-03-02T08:00:00Z", step2_result: "parcel" },
    { processed: true },
  ],
])("%s passes on what comes of an order", async (step, order, result) => {
  const { apply, environment, pubsub } = await localServices();
  await apply("google_pubsub_topic", { name: "next" });
  await apply("google_pubsub_subscription", { name: "next", topic: "projects/acme-dev/topics/next" });
  told({ ...environment, PUBLISH_TO: "projects/acme-dev/topics/next", PORT: "0" });
  const { serving } = (await import(`../../../stacks/orders/handlers/${step}/main.ts`)) as {
    readonly serving: Promise<Serving>;
  };
  const { port, stop } = await serving;
  onTestFinished(stop);
  expect(await push(port, order)).toBe(204);
  const [message] = pubsub.peek("projects/acme-dev/subscriptions/next", 10);
  expect(JSON.parse(Buffer.from(message?.data ?? []).toString())).toMatchObject({ order_id: "o-1", ...result });
});

test("each event is a row for the figures, and a copy is none", async () => {
  const { apply, environment, bigquery } = await localServices();
  await apply("google_bigquery_dataset", { dataset_id: "orders", location: "EU" });
  const columns = [
    { name: "message_id", type: "STRING", mode: "REQUIRED" },
    { name: "publish_time", type: "TIMESTAMP", mode: "NULLABLE" },
    { name: "event_type", type: "STRING", mode: "NULLABLE" },
    { name: "order_id", type: "STRING", mode: "REQUIRED" },
    { name: "amount", type: "NUMERIC", mode: "NULLABLE" },
  ];
  await apply("google_bigquery_table", {
    dataset_id: "orders",
    table_id: "order_events",
    schema: JSON.stringify(columns),
    deletion_protection: false,
  });
  told({ BIGQUERY_EMULATOR_HOST: environment["STORAGE_EMULATOR_HOST"], TABLE: "acme-dev.orders.order_events" });
  const { analyzeOrders } = await import("../../../stacks/orders/functions/order-analytics-function/index.js");
  const port = await served((incoming, response) => void analyzeOrders(incoming, response));
  const event = { event_type: "order.created", order_id: "o-1", amount: 12.5 };
  expect(await push(port, event)).toBe(204);
  expect(await push(port, event)).toBe(204);
  expect(await bigquery.query("SELECT order_id, event_type FROM orders.order_events")).toEqual([
    { order_id: "o-1", event_type: "order.created" },
  ]);
});

test.skipIf(!hasFirestore)(
  "an event is kept and told of; what cannot be handled is kept as failed",
  async () => {
    const firestore = await startFirestore();
    onTestFinished(() => firestore.stop());
    const { apply, environment, pubsub } = await localServices();
    await apply("google_pubsub_topic", { name: "order-results" });
    await apply("google_pubsub_subscription", { name: "told", topic: "projects/acme-dev/topics/order-results" });
    const database = "projects/acme-dev/databases/orders";
    told({
      ...environment,
      FIRESTORE_EMULATOR_HOST: firestore.host,
      DATABASE: database,
      PUBLISH_TO: "projects/acme-dev/topics/order-results",
    });
    const { processEvent } = await import("../../../stacks/orders/functions/process-event/index.js");
    const port = await served((incoming, response) => void processEvent(incoming, response));
    // Without a number it cannot be shipped: no topic of failures is bound here that would take it.
    expect(await push(port, { event_type: "order.shipped", order_id: "o-1" })).toBe(422);
    expect(await firestore.documents(database, "failed_events")).toMatchObject({
      "7": { error: { stringValue: "what is shipped has a tracking_number" } },
    });
    expect(await push(port, { event_type: "order.shipped", order_id: "o-1", tracking_number: "T-1" })).toBe(204);
    expect(await firestore.documents(database, "failed_events")).toEqual({});
    expect(Object.keys(await firestore.documents(database, "events"))).toEqual(["7"]);
    const [message] = pubsub.peek("projects/acme-dev/subscriptions/told", 10);
    expect(JSON.parse(Buffer.from(message?.data ?? []).toString())).toMatchObject({ order_id: "o-1", processed: true });
  },
  60_000,
);
