import {
  bounded,
  count,
  fixed,
  float,
  integer,
  nullable,
  pipeline,
  repeated,
  schema,
  sideInput,
  string,
  timestamp,
} from "../../../pipeline";

export const Order = schema("order_event", {
  order_id: string(),
  amount: nullable(float()),
  items: repeated(string()),
  created_at: timestamp({ encoding: "epoch-millis" }),
});

const OtherOrder = schema("other_order", { order_id: string(), quantity: integer() });

/** Row by row. */
export const large = pipeline("large-orders", { orders: Order }, ({ orders }) => ({
  large: orders.filter((order) => (order.amount ?? 0) >= 100).select("order_id", "amount"),
}));

/** Row by row, with the message's id. */
export const accounted = pipeline("accounted-orders", { orders: Order.withMetadata() }, ({ orders }) => ({
  accounted: orders.select("order_id", "message_id"),
}));

/** With text that Terraform would evaluate. */
export const labelled = pipeline("labelled-orders", { orders: Order }, ({ orders }) => ({
  labels: orders.map({ label: string() }, (order) => ({ label: `${order.order_id}%{x}` })),
}));

/** In windows, with an output for what is refused. */
export const perMinute = pipeline("orders-per-minute", { orders: Order }, ({ orders }) => ({
  counts: orders
    .eventTime("created_at", { maxDelay: "10s" })
    .window(fixed("1m"), { allowedLateness: "30s", accumulation: "discarding" })
    .groupBy("order_id")
    .aggregate({ orders: count() }),
  refused: orders.errors,
}));

/** Another event's. */
export const others = pipeline("others", { orders: OtherOrder }, ({ orders }) => ({ all: orders.select("order_id") }));

export const Product = schema("product", { product_id: string(), category: string() });
export const Shipment = schema("shipment", { order_id: string(), shipped_at: timestamp() });

/** With rows to look others up in. */
export const enriched = pipeline(
  "enriched-orders",
  { orders: Order, products: sideInput(Product, { key: "product_id", refresh: "1h" }) },
  ({ orders, products }) => ({ enriched: orders.enrich(products, { on: { product_id: "order_id" } }) }),
);

/** Of two streams. */
export const shipped = pipeline("shipped-orders", { orders: Order, shipments: Shipment }, ({ orders, shipments }) => ({
  shipped: orders
    .eventTime("created_at", { maxDelay: "10s" })
    .window(fixed("1m"))
    .join(shipments.eventTime("shipped_at", { maxDelay: "10s" }).window(fixed("1m")), { on: "order_id" })
    .select("order_id"),
}));

/** All there is, at once. */
export const batch = pipeline("batch-orders", { orders: bounded(Order) }, ({ orders }) => ({
  all: orders.select("order_id"),
}));

/** All there is, counted: what one task must see whole. */
export const batchCounts = pipeline("batch-counts", { orders: bounded(Order) }, ({ orders }) => ({
  all: orders.groupBy("order_id").aggregate({ orders: count() }),
}));
