import { Testing } from "cdktf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Template } from "../../../constructs/testing/template";
import { highValueOrders } from "../../../stacks/orders/pipelines/high-value-orders";
import { orderCounts } from "../../../stacks/orders/pipelines/order-counts";
import { orderProcessing } from "../../../stacks/orders/pipelines/order-processing";
import { orderSessions } from "../../../stacks/orders/pipelines/order-sessions";
import { orderStatistics } from "../../../stacks/orders/pipelines/order-statistics";
import { orderValidation } from "../../../stacks/orders/pipelines/order-validation";
import { ordersWithProducts } from "../../../stacks/orders/pipelines/orders-with-products";
import { Orders } from "../../../stacks/orders/stack";
import { stages } from "../../../stacks/orders/stages";
import { runPipeline, type Arrival } from "../support/engine";
import { hasFirestore, startFirestore } from "../support/firestore";
import { written } from "../support/written";

const templateOf = (stage: keyof typeof stages): Template =>
  Template.fromStack(new Orders(Testing.app({ stackTraces: false }), `orders-${stage}`, stages[stage]));
const dev = templateOf("dev");
const dataflow = templateOf("dataflow");

test.each([
  ["dev", dev],
  ["dataflow", dataflow],
] as const)("on the stage %s, the stack is this", async (stage, template) => {
  await expect(template.toSnapshot()).toMatchFileSnapshot(`__snapshots__/${stage}.yaml`);
});

/** The sample but for what the pipelines' filter keeps from them; an order comes when the newest before it was made. */
const arrivals = (): readonly Arrival[] => {
  let at = "2026-03-02T08:00:00Z";
  return readFileSync(join(__dirname, "../../../stacks/orders/data/orders.jsonl"), "utf8")
    .replace(/\n$/, "")
    .split("\n")
    .filter((line) => !/"event_type":"order\.(shipped|cancelled|exploded)"/.test(line))
    .map((data) => {
      const [, made = at] = /"created_at":"([^"]+)"/.exec(data) ?? [];
      at = made > at ? made : at;
      return { data, at };
    });
};
const clock = (time: unknown): string => String(time).slice(11, 19);

const hop = (name: string) => [
  dev.resource(`google_pubsub_subscription.${name}`)["topic"],
  JSON.stringify(dev.resource(`google_cloud_run_v2_service.${name}`)).match(/"PUBLISH_TO","value":"([^"]+)"/)?.[1],
];

const taxes = (taxRate: "0.1" | "0.25") =>
  runPipeline(orderProcessing({ taxRate }).toJSON(), arrivals())["processed"]?.map((row) => [
    row["order_id"],
    row["tax"],
    row["total"],
  ]);

const rows = () => runPipeline(orderStatistics.toJSON(), arrivals());

const filterOf = (name: string) => dev.resource(`google_pubsub_subscription.${name}`)["filter"];

test("O1: a function of 256 MB, 60 s and at most 100 instances on orders-topic; what it refuses comes again, then is a dead letter", () => {
  expect(dev.resource("google_cloudfunctions2_function.process-pubsub-message")).toMatchObject({
    service_config: { available_memory: "256Mi", timeout_seconds: 60, max_instance_count: 100 },
  });
  expect(dev.resource("google_pubsub_subscription.process-pubsub-message")).toMatchObject({
    topic: "${google_pubsub_topic.orders-topic.id}",
    dead_letter_policy: { max_delivery_attempts: 5 },
  });
});

test("O2: a function on events keeps them in the database, and tells of them on order-results", () => {
  expect(dev.resource("google_cloudfunctions2_function.process-event")).toMatchObject({
    service_config: {
      environment_variables: {
        DATABASE: "${google_firestore_database.orders.id}",
        PUBLISH_TO: "${google_pubsub_topic.order-results.id}",
      },
    },
  });
});

test("O3: one topic, a function for each type by its subscription's filter, and one for the figures of all", () => {
  expect(filterOf("order-created-handler")).toBe('attributes.event_type="order.created"');
  expect(filterOf("order-shipped-handler")).toBe('attributes.event_type="order.shipped"');
  expect(filterOf("order-analytics-function")).toBeUndefined();
});

test("O4: step 1 -> process-topic-2 -> step 2 -> process-topic-3 -> step 3", () => {
  expect(["step-1", "step-2", "step-3"].map(hop)).toEqual([
    ["${google_pubsub_topic.orders-topic.id}", "${google_pubsub_topic.process-topic-2.id}"],
    ["${google_pubsub_topic.process-topic-2.id}", "${google_pubsub_topic.process-topic-3.id}"],
    ["${google_pubsub_topic.process-topic-3.id}", "${google_pubsub_topic.order-results.id}"],
  ]);
});

test("O5: orders of 100 and more, with how many things were ordered and when we had them", () => {
  const { orders } = runPipeline(highValueOrders.toJSON(), arrivals());
  // 99.99 is below it.
  expect(orders?.map(({ order_id, total_items }) => [order_id, total_items])).toEqual([
    ["o-1", 5],
    ["o-8", 0],
    ["o-9", 0],
  ]);
  expect(orders?.[0]?.["processing_timestamp"]).toBe("2026-03-02T08:00:05.000000Z");
});

describe("O6: orders with 10 % tax on processed-orders", () => {
  test("O6: by up to 10 workers, as many as the throughput needs", () => {
    expect(dataflow.resource("google_dataflow_flex_template_job.order-processing-pipeline")).toMatchObject({
      max_workers: 10,
      additional_pipeline_options: ["autoscalingAlgorithm=THROUGHPUT_BASED"],
      parameters: { outputs: expect.stringContaining("${google_pubsub_topic.processed-orders.id}") },
    });
  });

  test("the tax is of whole cents, and a stage may choose another rate", () => {
    expect(taxes("0.1")?.slice(0, 3)).toEqual([
      ["o-1", "10", "110"],
      // 9.999
      ["o-2", "10", "109.99"],
      // Without a customer: of what a pipeline does not look at, it does not ask either.
      ["o-4", "5", "55"],
    ]);
    expect(taxes("0.25")?.[0]).toEqual(["o-1", "25", "125"]);
  });
});

describe("O7: orders in windows", () => {
  test("O7: count and sum of each minute", () => {
    expect(
      rows()["per_minute"]?.map(({ window_start, orders, amount }) => [clock(window_start), orders, amount]),
    ).toEqual([
      ["08:00:00", 2, "199.99"],
      // o-6; and again when o-8 came, late.
      ["08:01:00", 1, "0.1"],
      ["08:01:00", 2, "250.65"],
      ["08:02:00", 1, "0.2"],
      ["08:11:00", 1, "1000"],
    ]);
  });

  test("five minutes every minute: an order is in five of them", () => {
    const windows = new Map(rows()["last_five_minutes"]?.map((row) => [row["window_start"], Number(row["orders"])]));
    const all = [...windows.values()].reduce((total, orders) => total + orders, 0);
    expect(all).toBe(6 * 5);
    expect(rows()["last_five_minutes"]?.find(({ window_start }) => clock(window_start) === "07:58:00")).toMatchObject({
      orders: 5,
    });
  });

  test("count, sum, average and extremes of five minutes", () => {
    expect(rows()["statistics"]).toEqual([
      {
        window_start: "2026-03-02T08:00:00.000000Z",
        amount: { count: 5, sum: "450.84", avg: "90.168", min: "0.1", max: "250.55" },
      },
      {
        window_start: "2026-03-02T08:10:00.000000Z",
        amount: { count: 1, sum: "1000", avg: "1000", min: "1000", max: "1000" },
      },
    ]);
  });

  test("the sum of each category", () => {
    expect(
      rows()["by_category"]?.map(({ window_start, category, amount }) => [clock(window_start), category, amount]),
    ).toEqual([
      ["08:00:00", "books", "100.1"],
      ["08:00:00", "toys", "350.54"],
      ["08:00:00", "unknown", "0.2"],
      ["08:10:00", "books", "1000"],
    ]);
  });

  test("sessions of each user end after ten minutes without an order", () => {
    const spec = orderSessions.toJSON();
    expect(spec.steps.find(({ kind }) => kind === "window")).toMatchObject({
      windowing: { type: "sessions", gap: "600s" },
    });
    expect(spec.steps.find(({ kind }) => kind === "aggregate")).toMatchObject({ keys: ["user_id"] });
  });
});

test("O8: what is no order goes to dead-letter, as it came and with the reason", () => {
  const { valid, ...rest } = runPipeline(orderValidation.toJSON(), arrivals());
  expect(valid?.map(({ order_id }) => order_id)).toEqual(["o-1", "o-2", "o-6", "o-7", "o-8", "o-9", "o-10"]);
  const refused = rest["dead-letter"]?.map(({ raw_data, error }) => [
    Buffer.from(String(raw_data), "base64").toString(),
    String(error),
  ]);
  // Cut off, without a customer_id, an order_id, an amount, and empty.
  expect(refused?.map(([raw]) => raw)).toEqual([
    '{"order_id":"o-3","amount":',
    '{"order_id":"o-4","amount":50,"created_at":"2026-03-02T08:00:40Z"}',
    '{"customer_id":"c-1","amount":50}',
    '{"order_id":"o-5","customer_id":"c-1"}',
    "",
  ]);
  expect(refused?.slice(1, 4).map(([, error]) => /customer_id|order_id|amount/.exec(error ?? "")?.[0])).toEqual([
    "customer_id",
    "order_id",
    "amount",
  ]);
});

test("O9: products are a side input from BigQuery, read once an hour", () => {
  const spec = ordersWithProducts.toJSON();
  expect(spec.inputs["products"]).toMatchObject({ kind: "side", key: ["product_id"], refresh: "3600s" });
  expect(JSON.stringify(dev.resource("google_cloud_run_v2_worker_pool.orders-with-products"))).toContain(
    "/documents/orders",
  );
});

describe("O9: the sample, with products", () => {
  const spec = ordersWithProducts.toJSON();
  // p-9 is sold before it is known.
  const products = [
    { product_id: "p-1", title: "A novel", price: "30" },
    { product_id: "p-2", title: "A map", price: "13.335" },
  ];
  const { lines, orders: all, errors } = runPipeline(spec, arrivals(), { products });

  test("lines have their product's price, and what they are worth", () => {
    expect(lines?.map((line) => [line["order_id"], line["product_id"], line["title"], line["value"]])).toEqual([
      ["o-1", "p-1", "A novel", "60"],
      ["o-1", "p-2", "A map", "40.005"],
      ["o-6", "p-9", null, null],
    ]);
    // Cut off, without a customer, without an id, without an amount, and empty.
    expect(errors?.map(({ reason }) => reason)).toEqual(["parse", "parse", "parse", "parse", "parse"]);
  });

  test.skipIf(!hasFirestore)(
    "orders are documents of Firestore, by their ids (skipped without its emulator)",
    async () => {
      const emulator = await startFirestore();
      onTestFinished(() => emulator.stop());
      const database = "projects/acme/databases/orders";
      const environment = { FIRESTORE_EMULATOR_HOST: emulator.host };
      const binding = { documents: `${database}/documents/orders`, key: ["order_id"] };
      await written(environment, spec, "orders", binding, all ?? []);
      const documents = await emulator.documents(database, "orders");
      expect(Object.keys(documents).toSorted()).toEqual(["o-1", "o-10", "o-2", "o-6", "o-7", "o-8", "o-9"]);
      expect(documents["o-8"]).toEqual({
        order_id: { stringValue: "o-8" },
        customer_id: { stringValue: "c-2" },
        amount: { stringValue: "250.55" },
        created_at: { timestampValue: "2026-03-02T08:01:50Z" },
      });
    },
    60_000,
  );
});

test("O10: a state for each user counts the orders", () => {
  const spec = orderCounts.toJSON();
  expect(spec.steps.find(({ kind }) => kind === "stateful")).toMatchObject({
    keys: ["user_id"],
    timeToLive: `${365 * 86_400}s`,
  });
});

test("O11: the system lag of the jobs is watched, and the team is told above five minutes", () => {
  const alert = dataflow.resource("google_monitoring_alert_policy.orders-topic-job-lag");
  expect(JSON.stringify(alert)).toContain("dataflow.googleapis.com/job/system_lag");
  expect(JSON.stringify(alert)).toContain("order-processing-pipeline");
  expect(alert).toMatchObject({
    conditions: [{ condition_threshold: { threshold_value: 300, duration: "300s" } }],
    notification_channels: [expect.stringContaining("google_monitoring_notification_channel.order-team")],
  });
});
