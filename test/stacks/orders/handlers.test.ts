/** The functions and steps, as Google starts them, beside the local cloud's services. */
import { createServer, type RequestListener } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { Serving } from "../../../handler";
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
