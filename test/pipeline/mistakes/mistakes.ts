/**
 * What must not compile, and what the compiler says: each line below a `// says:` is an error whose message has these
 * words. mistakes.test.ts compiles this file with TypeScript 7 and 5.9. It is no part of the repository's own program.
 */
import {
  afterCount,
  afterWatermark,
  bounded,
  collect,
  combine,
  combiner,
  count,
  countDistinct,
  fixed,
  float,
  integer,
  max,
  mean,
  nullable,
  numeric,
  type Pipeline,
  pipeline,
  record,
  repeated,
  schema,
  sessions,
  sideInput,
  string,
  sum,
  timestamp,
  windowStart,
} from "../../../pipeline";

const Order = schema("order", {
  order_id: string(),
  user_id: string(),
  amount: float(),
  price: numeric(),
  quantity: integer(),
  tip: nullable(float()),
  created_at: timestamp(),
  items: repeated(record({ sku: string(), quantity: integer() })),
});
const Product = schema("product", { sku: string(), title: string(), weight: float() });
const Bare = schema("bare", { name: string() });
const Twin = schema("twin", { user_id: string(), amount: float() });
const Other = schema("other", { user_id: integer(), note: string() });

const total = combiner({
  input: { amount: float(), note: string() },
  accumulator: { sum: float() },
  output: float(),
  createAccumulator: () => ({ sum: 0 }),
  addInput: (a, { amount }) => ({ sum: a.sum + amount }),
  mergeAccumulators: (a, b) => ({ sum: a.sum + b.sum }),
  extractOutput: (a) => a.sum,
});

const inputs = {
  orders: Order,
  past: bounded(Order),
  bare: Bare,
  twins: Twin,
  others: Other,
  products: sideInput(Product, { key: "sku" }),
};

pipeline("mistakes", inputs, ({ orders, past, bare, twins, others, products }) => {
  const timed = orders.eventTime("created_at", { maxDelay: "30s" });
  const windowed = timed.window(fixed("1m"));

  // --- fields that are not there
  // says: Property 'amout' does not exist
  orders.filter((o) => o.amout > 3);
  // says: Argument of type '"amout"' is not assignable
  orders.select("order_id", "amout");
  // says: Argument of type '"amout"' is not assignable
  orders.drop("amout");
  // says: 'amout' does not exist in type
  orders.rename({ amout: "total" });
  // says: this row has a field "price" already: choose another name
  orders.rename({ amount: "price" });
  // says: this row has a field "price" already: choose another name
  orders.processingTime("price");
  // says: Argument of type '"user"' is not assignable
  windowed.groupBy("user").aggregate({ n: count() });
  // says: Property 'qty' does not exist
  orders.map({ n: integer() }, (o) => ({ n: o.items.reduce((s, i) => s + i.qty, 0) }));
  // says: Property 'limit' does not exist
  orders.filter((o, { constants }) => o.amount > constants.limit, { constants: { minimum: 3 } });

  // --- what functions give
  // says: Type 'string' is not assignable to type 'number'
  orders.map({ total: float() }, (o) => ({ total: o.order_id }));
  // says: Property 'tax' is missing
  orders.map({ total: float(), tax: float() }, (o) => ({ total: o.amount }));
  // says: 'o.tip' is possibly 'null'
  orders.withFields({ total: float() }, (o) => ({ total: o.amount + o.tip }));
  // says: Type 'string' is not assignable to type '`${number}`'
  orders.withFields({ total: numeric() }, (o) => ({ total: o.price + o.price }));
  // says: The left-hand side of an arithmetic operation must be of type
  orders.withFields({ total: numeric() }, (o) => ({ total: o.price * 1.1 }));
  // says: Type '"low"' is not assignable to type '"high" | "medium"'
  orders.map({ kind: string({ values: ["high", "medium"] }) }, () => ({ kind: "low" }));
  // says: Type 'Promise<boolean>' is not assignable to type 'boolean'
  orders.filter(async (o) => o.amount > 3);
  // says: Type 'number' is not assignable to type 'boolean'
  orders.filter((o) => o.amount);
  orders.filter((o) => {
    // says: Cannot assign to 'amount' because it is a read-only property
    o.amount = 3;
    return true;
  });

  // --- event time
  // says: is not assignable to parameter of type '"created_at"'
  orders.eventTime("order_id", { maxDelay: "30s" });
  // says: this row has no REQUIRED TIMESTAMP field: declare one as timestamp()
  bare.eventTime("name", { maxDelay: "30s" });
  // says: Expected 2 arguments, but got 1
  orders.eventTime("created_at");
  // says: Expected 1 arguments, but got 2
  past.eventTime("created_at", { maxDelay: "30s" });
  // says: the rows are in windows already: call .eventTime(...) before .window(...)
  windowed.eventTime("created_at", { maxDelay: "30s" });

  // --- windows
  // says: Property 'accumulation' is missing
  timed.window(fixed("1m"), { trigger: afterWatermark({ late: afterCount(1) }) });
  // says: Property 'accumulation' is missing
  timed.window(fixed("1m"), { allowedLateness: "1h" });
  // says: Argument of type '"60"' is not assignable to parameter of type
  timed.window(fixed("60"));
  // says: a stream has no end, so this would never give a row: call .window(...) first, or read the input as bounded(...)
  timed.groupBy("user_id").aggregate({ n: count() });
  // says: a stream has no end, so this would never give a row: call .window(...) first, or read the input as bounded(...)
  timed.aggregate({ n: count() });
  // says: windowStart() needs a window: call .window(...) first
  past.groupBy("user_id").aggregate({ start: windowStart() });

  // --- aggregates
  // says: Argument of type '"amount"' is not assignable to parameter of type
  windowed.groupBy("amount").aggregate({ n: count() });
  // says: sum("order_id"): "order_id" is STRING, but sum takes a number
  windowed.groupBy("user_id").aggregate({ total: sum("order_id") });
  // says: sum("amout"): this row has no field "amout"
  windowed.groupBy("user_id").aggregate({ n: count(), total: sum("amout") });
  // says: this name is already a key: choose another
  windowed.groupBy("user_id").aggregate({ user_id: count() });
  // says: max("items"): "items" is REPEATED, take it apart with .flatMap(...) first
  windowed.aggregate({ m: max("items") });
  // says: mean("user_id"): "user_id" is STRING, but mean takes a number
  windowed.aggregate({ x: mean("user_id") });
  // says: countDistinct("amount"): "amount" is FLOAT, but countDistinct takes a field that can be a key
  windowed.aggregate({ x: countDistinct("amount") });
  // says: collect("nope"): this row has no field "nope"
  windowed.aggregate({ c: collect("nope") });
  // says: the combiner takes "note", which this row does not have
  windowed.aggregate({ t: combine(total) });

  // --- joins, look-ups, remembering
  // says: a stream has no end, so this would never give a row: call .window(...) first
  orders.join(twins, { on: "user_id" });
  // says: both rows have a field "amount": .rename(...) or .drop(...) one first
  windowed.join(twins.window(fixed("1m")), { on: "user_id" });
  // says: the two rows have no key field of one name and type: .rename(...) one first
  windowed.join(bare.window(fixed("1m")), { on: "user_id" });
  // says: the two rows have no key field of one name and type: .rename(...) one first
  windowed.join(others.window(fixed("1m")), { on: "user_id" });
  // says: Type 'string' is not assignable to type
  orders.enrich(products, { on: "sku" });
  // says: Type '"order"' is not assignable to type '"order_id" | "user_id"'
  orders.enrich(products, { on: { sku: "order" } });
  // says: Type '"quantity"' is not assignable to type '"order_id" | "user_id"'
  orders.enrich(products, { on: { sku: "quantity" } });
  const titled = orders.map({ sku: string(), title: string() }, (o) => ({ sku: o.order_id, title: "" }));
  // says: both have a field "title": .rename(...) or .drop(...) the row's first
  titled.enrich(products, { on: { sku: "sku" } });
  // says: Expected 2 arguments, but got 1
  orders.distinct("order_id");
  // says: the rows differ in
  orders.flatten(twins);
  // says: one of the two is a stream without windows, the other bounded
  orders.flatten(past);
  orders.groupBy("user_id").stateful({
    state: { n: integer() },
    initial: { n: 0 },
    timeToLive: "1d",
    output: { n: integer() },
    // says: Type 'string' is not assignable to type 'number'
    process: (order, state) => ({ state: { n: state.n + 1 }, output: [{ n: order.user_id }] }),
  });
  return { ok: orders };
});

// --- outputs and inputs
// says: a group is not rows yet: call .aggregate({ ... }) or .stateful({ ... })
pipeline("m", { orders: Order }, ({ orders }) => ({ a: orders.window(sessions({ gap: "10m" })).groupBy("user_id") }));
// says: a side input is not rows to go on with: give it to .enrich(...)
pipeline("m", { orders: Order, products: sideInput(Product, { key: "sku" }) }, ({ products }) => ({ a: products }));
// says: An object literal cannot have multiple properties with the same name
pipeline("m", { orders: Order }, ({ orders }) => ({ a: orders, a: orders }));
// says: Property 'order' does not exist
pipeline("m", { orders: Order }, ({ order }) => ({ a: order }));
// says: Type 'void' is not assignable to type 'Outputs'
pipeline("m", { orders: Order }, ({ orders }) => {
  orders.filter(() => true);
});
// says: Type '"weight"' is not assignable to type
sideInput(Product, { key: "weight" });

// --- what takes a pipeline
const passed = pipeline("passed", { orders: Order }, ({ orders }) => ({ all: orders }));
const counted = pipeline("counted", { orders: Order }, ({ orders }) => ({
  n: orders.window(fixed("1m")).aggregate({ n: count() }),
}));
declare function pushService(pipeline: Pipeline<{}, {}, "row-wise">): void;
declare function into<O extends Pipeline["outputs"]>(
  pipeline: { readonly outputs: O },
  tables: { readonly [Name in keyof O]: string },
): void;
pushService(passed);
into(passed, { all: "orders" });
// says: Type '"windowed"' is not assignable to type '"row-wise"'
pushService(counted);
// says: Property 'all' is missing
into(passed, {});
// says: 'al' does not exist in type
into(passed, { all: "orders", al: "orders" });
