import {
  integer,
  json,
  nullable,
  numeric,
  record,
  repeated,
  schema,
  string,
  timestamp,
  type RowOf,
} from "../../pipeline";

const items = repeated(record({ product_id: string(), quantity: integer() }));

/** What happened to an order: all that comes in through `orders-topic`. Its type is an attribute as well. */
export const OrderEvent = schema("order_event", {
  event_type: nullable(
    string({
      description: "order.created, order.shipped, order.cancelled; absent: a new order, as some shops send it",
    }),
  ),
  order_id: string(),
  customer_id: nullable(string({ description: "who pays" })),
  user_id: nullable(string({ description: "who was signed in; absent of a guest" })),
  category: nullable(string()),
  amount: nullable(numeric({ description: "of a new order, exact" })),
  created_at: nullable(timestamp({ description: "when it was ordered" })),
  items,
  tracking_number: nullable(string({ description: "of what was shipped" })),
});

/** A new order, complete: what the pipelines read. What lacks one of the first three is no order. */
export const Order = schema("order", {
  order_id: string(),
  amount: numeric({ description: "exact" }),
  customer_id: string({ description: "who pays" }),
  user_id: nullable(string({ description: "who was signed in; absent of a guest" })),
  category: nullable(string()),
  created_at: nullable(timestamp({ description: "when it was ordered" })),
  items,
});

/** Something that is sold: a row of a table that somebody keeps beside this. */
export const Product = schema("product", {
  product_id: string(),
  title: string(),
  price: numeric(),
});

/** What step 1 of the chain passes on. */
export const FirstResult = schema("first_result", {
  order_id: string(),
  original: json({ description: "the order as it came" }),
  step1_result: integer({ description: "how many things were ordered" }),
  timestamp: timestamp({ description: "when the order was published" }),
});

/** What step 2 of the chain passes on. */
export const SecondResult = schema("second_result", {
  ...FirstResult.fields,
  step2_result: string({ values: ["letter", "parcel"], description: "what it is sent as" }),
});

export type Event = RowOf<typeof OrderEvent>;

/** Pub/Sub looks at attributes only, so whoever publishes has to give the type there too: the ingest does. */
export const created = 'attributes.event_type="order.created"';
export const shipped = 'attributes.event_type="order.shipped"';
/** Whatever is called an event of an order, known or not: what is not known is to be found out. */
export const anyEvent = 'hasPrefix(attributes.event_type, "order.")';
/** Orders with a type, and those of shops that send none. */
export const newOrders = `NOT attributes:event_type OR ${created}`;
