/** Streams of other trades: triggers of every kind, purchases, devices, payments. */
import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  count,
  fixed,
  float,
  latest,
  max,
  mean,
  numeric,
  pipeline,
  repeatedly,
  sample,
  schema,
  sideInput,
  string,
  sum,
  timestamp,
  windowStart,
} from "../../../pipeline";
import { ClickEvent } from "./clicks";

export const triggers = pipeline("triggers", { events: ClickEvent }, ({ events }) => {
  const timed = events.eventTime("event_timestamp", { maxDelay: "10s" });
  return {
    early_and_late: timed
      .window(fixed("60s"), {
        trigger: afterWatermark({ early: afterProcessingTime("30s"), late: afterCount(1) }),
        allowedLateness: "1h",
        accumulation: "accumulating",
      })
      .aggregate({ window_start: windowStart(), n: count() }),
    every_ten: timed
      .window(fixed("60s"), { trigger: repeatedly(afterCount(10)), accumulation: "discarding" })
      .groupBy("event_name")
      .aggregate({ n: count() }),
    sampled: timed.window(fixed("1m")).aggregate({ rows: sample(100) }),
    checked: timed.assert("value is never negative", (event) => (event.value ?? 0) >= 0),
  };
});

const Purchase = schema("shop_event", {
  event_type: string(),
  product_category: string(),
  amount: numeric(),
  created_at: timestamp(),
});

export const purchaseSummary = pipeline("purchase-summary", { events: Purchase }, ({ events }) => ({
  purchase_summary: events
    .eventTime("created_at", { maxDelay: "10s" })
    .filter((event) => event.event_type === "purchase")
    .window(fixed("1m"))
    .groupBy("product_category")
    .aggregate({ window_start: windowStart(), amount: sum("amount") }),
}));

const Reading = schema("reading", {
  device_id: string(),
  measured_at: timestamp({ encoding: "epoch-millis" }),
  value: float(),
});
const Device = schema("device", { device_id: string(), device_type: string(), limit: float() });

export const metrics = pipeline(
  "iot-metrics",
  { readings: Reading, devices: sideInput(Device, { key: "device_id", refresh: "10m" }) },
  ({ readings, devices }) => {
    const known = readings
      .eventTime("measured_at", { maxDelay: "1m" })
      .enrich(devices, { on: { device_id: "device_id" }, missing: "error" });
    const byMinute = known.window(fixed("1m"));
    return {
      per_type: byMinute
        .groupBy("device_type")
        .aggregate({ window_start: windowStart(), readings: count(), total: sum("value"), average: mean("value") }),
      alerts: known.filter((reading) => reading.value > reading.limit),
      latest: byMinute.groupBy("device_id").aggregate({ value: latest("value"), measured_at: max("measured_at") }),
    };
  },
);

const Payment = schema("payment", {
  payment_id: string(),
  merchant_id: string(),
  amount: numeric(),
  paid_at: timestamp(),
});

export const payments = pipeline("payments", { payments: Payment }, ({ payments }) => {
  const once = payments.eventTime("paid_at", { maxDelay: "5m" }).distinct("payment_id", { within: "1d" });
  return {
    payments: once,
    per_merchant: once
      .window(fixed("1h"), { allowedLateness: "1d", accumulation: "accumulating" })
      .groupBy("merchant_id")
      .aggregate({ window_start: windowStart(), payments: count(), amount: sum("amount"), largest: max("amount") }),
  };
});
