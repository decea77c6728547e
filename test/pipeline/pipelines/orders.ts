/** Orders: priced, sorted out, counted in every kind of window, enriched with products, and counted for ever. */
import {
  combine,
  combiner,
  count,
  fixed,
  float,
  integer,
  nullable,
  numeric,
  pipeline,
  record,
  repeated,
  schema,
  sessions,
  sideInput,
  sliding,
  string,
  sum,
  timestamp,
  windowEnd,
  windowStart,
} from "../../../pipeline";

const Order = schema("order", {
  order_id: string(),
  customer_id: string(),
  user_id: string(),
  category: string(),
  amount: float(),
  created_at: timestamp(),
  items: repeated(record({ sku: string(), quantity: integer() })),
});

export const processOrders = pipeline("process-orders", { orders: Order }, ({ orders }) => {
  const priced = orders.processingTime("processing_timestamp").withFields(
    { total_items: integer(), tax: float(), total: float() },
    (order, { constants }) => ({
      total_items: order.items.reduce((items, item) => items + item.quantity, 0),
      tax: order.amount * constants.taxRate,
      total: order.amount * (1 + constants.taxRate),
    }),
    { constants: { taxRate: 0.1 } },
  );
  return {
    processed: priced.select("order_id", "amount", "tax", "total"),
    high_value: priced.filter((order) => order.amount >= 100),
    "dead-letter": orders.errors,
  };
});

/** Count, sum, mean and extremes in one pass. */
const statistics = combiner({
  input: { amount: float() },
  accumulator: { count: integer(), sum: float(), min: nullable(float()), max: nullable(float()) },
  output: record({
    count: integer(),
    sum: float(),
    avg: nullable(float()),
    min: nullable(float()),
    max: nullable(float()),
  }),
  createAccumulator: () => ({ count: 0, sum: 0, min: null, max: null }),
  addInput: (a, { amount }) => ({
    count: a.count + 1,
    sum: a.sum + amount,
    min: a.min === null ? amount : Math.min(a.min, amount),
    max: a.max === null ? amount : Math.max(a.max, amount),
  }),
  mergeAccumulators: (a, b) => ({
    count: a.count + b.count,
    sum: a.sum + b.sum,
    min: a.min === null ? b.min : b.min === null ? a.min : Math.min(a.min, b.min),
    max: a.max === null ? b.max : b.max === null ? a.max : Math.max(a.max, b.max),
  }),
  extractOutput: (a) => ({
    count: a.count,
    sum: a.sum,
    avg: a.count === 0 ? null : a.sum / a.count,
    min: a.min,
    max: a.max,
  }),
});

export const orderStatistics = pipeline("order-statistics", { orders: Order }, ({ orders }) => {
  const timed = orders.eventTime("created_at", { maxDelay: "30s" });
  const everyFiveMinutes = timed.window(fixed("5m"));
  return {
    per_minute: timed
      .window(fixed("60s"))
      .aggregate({ window_start: windowStart(), orders: count(), amount: sum("amount") }),
    sliding: timed.window(sliding("5m", { every: "1m" })).aggregate({ window_start: windowStart(), orders: count() }),
    sessions: timed
      .window(sessions({ gap: "10m" }))
      .groupBy("user_id")
      .aggregate({ started: windowStart(), ended: windowEnd(), orders: count() }),
    statistics: everyFiveMinutes.aggregate({ window_start: windowStart(), amount: combine(statistics) }),
    by_category: everyFiveMinutes.groupBy("category").aggregate({ window_start: windowStart(), amount: sum("amount") }),
  };
});

const Product = schema("product", { product_id: string(), title: string(), price: numeric() });

export const withProducts = pipeline(
  "orders-with-products",
  { orders: Order, products: sideInput(Product, { key: "product_id", refresh: "1h" }) },
  ({ orders, products }) => ({
    lines: orders
      .flatMap({ order_id: string(), sku: string(), quantity: integer() }, (order) =>
        order.items.map((item) => ({ order_id: order.order_id, ...item })),
      )
      .enrich(products, { on: { product_id: "sku" } })
      .withFields({ value: nullable(numeric()) }, (line, { decimal }) => ({
        value: line.price === null ? null : decimal.multiply(line.price, decimal.of(line.quantity)),
      })),
  }),
);

export const runningCounts = pipeline("running-counts", { orders: Order }, ({ orders }) => ({
  counts: orders.groupBy("user_id").stateful({
    state: { orders: integer() },
    initial: { orders: 0 },
    timeToLive: "30d",
    output: { user_id: string(), order_count: integer(), order_id: string() },
    process: (order, state) => {
      const orders = state.orders + 1;
      return {
        state: { orders },
        output: [{ user_id: order.user_id, order_count: orders, order_id: order.order_id }],
      };
    },
  }),
}));
