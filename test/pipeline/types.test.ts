/** What the compiler knows of rows, step by step. `tsc` checks it; mistakes.test.ts has TypeScript 5.9 check it too. */
import { expectTypeOf, test } from "vitest";
import {
  bounded,
  collect,
  combine,
  combiner,
  count,
  fixed,
  float,
  integer,
  json,
  latest,
  max,
  mean,
  nullable,
  numeric,
  paneTiming,
  pipeline,
  record,
  repeated,
  sample,
  schema,
  sideInput,
  string,
  sum,
  timestamp,
  windowStart,
  type Collection,
  type Fields,
  type Pipeline,
  type Row,
} from "../../pipeline";
import { longChain } from "./long-chain";
import { type contacts, traffic } from "./pipelines/batches";
import { cleanClicks, userActivity } from "./pipelines/clicks";
import { type orderStatistics, processOrders, runningCounts, type withProducts } from "./pipelines/orders";
import type { metrics } from "./pipelines/streams";

/** "MODE TYPE" of each field. */
type Columns<F> = {
  [Name in keyof F]: F[Name] extends { readonly type: infer Type; readonly mode: infer Mode }
    ? `${Mode & string} ${Type & string}`
    : never;
};
type OutputColumns<P> = P extends Pipeline<infer _I, infer O> ? { [Name in keyof O]: Columns<O[Name]> } : never;
type RowsOf<C> = C extends Collection<infer F> ? Row<F> : never;

const Order = schema("order", {
  id: string(),
  kind: string({ values: ["new", "paid"] }),
  amount: float(),
  price: numeric(),
  tip: nullable(integer()),
  tags: repeated(string()),
  at: timestamp(),
});
const Product = schema("product", { sku: string(), title: string(), weight: nullable(float()) });

test("outputs carry the fields that their steps made", () => {
  expectTypeOf<OutputColumns<typeof contacts>>().toEqualTypeOf<{
    readonly contacts: {
      readonly user: "REQUIRED STRING";
      readonly emails: "REPEATED STRING";
      readonly phones: "REPEATED STRING";
    };
    readonly pairs: {
      readonly user: "REQUIRED STRING";
      readonly email: "REQUIRED STRING";
      readonly phone: "NULLABLE STRING";
    };
  }>();
  expectTypeOf<OutputColumns<typeof orderStatistics>["statistics"]>().toEqualTypeOf<{
    readonly window_start: "REQUIRED TIMESTAMP";
    readonly amount: "REQUIRED RECORD";
  }>();
  expectTypeOf<OutputColumns<typeof withProducts>["lines"]>().toEqualTypeOf<{
    readonly order_id: "REQUIRED STRING";
    readonly sku: "REQUIRED STRING";
    readonly quantity: "REQUIRED INTEGER";
    readonly title: "NULLABLE STRING";
    readonly price: "NULLABLE NUMERIC";
    readonly value: "NULLABLE NUMERIC";
  }>();
  expectTypeOf<OutputColumns<typeof metrics>["per_type"]>().toEqualTypeOf<{
    readonly device_type: "REQUIRED STRING";
    readonly window_start: "REQUIRED TIMESTAMP";
    readonly readings: "REQUIRED INTEGER";
    readonly total: "REQUIRED FLOAT";
    readonly average: "REQUIRED FLOAT";
  }>();
  expectTypeOf<OutputColumns<typeof processOrders>["dead-letter"]["reason"]>().toEqualTypeOf<"REQUIRED STRING">();
});

test("a chain of more steps than anybody should write is known to its end", () => {
  expectTypeOf<OutputColumns<typeof longChain>["devices"]>().toEqualTypeOf<{
    readonly device: "REQUIRED STRING";
    readonly rows: "REQUIRED INTEGER";
    readonly first: "REQUIRED INTEGER";
    readonly last: "REQUIRED FLOAT";
  }>();
  expectTypeOf(longChain.shape).toEqualTypeOf<"windowed">();
});

test("a pipeline carries its inputs and its shape", () => {
  expectTypeOf(cleanClicks.shape).toEqualTypeOf<"row-wise">();
  expectTypeOf(processOrders.shape).toEqualTypeOf<"row-wise">();
  expectTypeOf(userActivity.shape).toEqualTypeOf<"windowed">();
  expectTypeOf(runningCounts.shape).toEqualTypeOf<"windowed">();
  expectTypeOf(traffic.shape).toEqualTypeOf<"bounded">();
  expectTypeOf(cleanClicks.inputs.clicks.fields.value.mode).toEqualTypeOf<"NULLABLE">();
  expectTypeOf(userActivity.outputs.activity.fields.event_count.type).toEqualTypeOf<"INTEGER">();
});

test("rows are what functions see, and steps change them as they say", () => {
  pipeline("rows", { orders: Order, products: sideInput(Product, { key: "sku" }) }, ({ orders, products }) => {
    expectTypeOf<RowsOf<typeof orders>>().toEqualTypeOf<{
      readonly id: string;
      readonly kind: "new" | "paid";
      readonly amount: number;
      readonly price: `${number}`;
      readonly tip: number | null;
      readonly tags: readonly string[];
      readonly at: string;
    }>();

    const renamed = orders.rename({ id: "order_id" }).select("order_id", "tip");
    expectTypeOf<RowsOf<typeof renamed>>().toEqualTypeOf<{ readonly order_id: string; readonly tip: number | null }>();

    const replaced = orders
      .drop("at", "tags", "tip", "price", "kind")
      .withFields({ amount: string(), n: integer() }, (o) => ({
        amount: String(o.amount),
        n: 1,
      }));
    expectTypeOf<RowsOf<typeof replaced>>().toEqualTypeOf<{
      readonly id: string;
      readonly amount: string;
      readonly n: number;
    }>();

    const known = renamed.enrich(products, { on: { sku: "order_id" }, missing: "drop" });
    expectTypeOf<RowsOf<typeof known>>().toEqualTypeOf<{
      readonly order_id: string;
      readonly tip: number | null;
      readonly title: string;
      readonly weight: number | null;
    }>();

    const timed = orders.processingTime("seen");
    expectTypeOf<RowsOf<typeof timed>["seen"]>().toEqualTypeOf<string>();
    const once = orders.distinct("id", { within: "1d" });
    const windowed = orders.window(fixed("1m"));
    expectTypeOf(orders.errors.flow).toEqualTypeOf<"row-wise">();
    expectTypeOf(once.flow).toEqualTypeOf<"stateful">();
    expectTypeOf(windowed.flow).toEqualTypeOf<"windowed">();
    expectTypeOf(windowed.errors.flow).toEqualTypeOf<"stateful">();
    return { all: orders, replaced, known, timed, once, late: windowed.errors };
  });
});

test("aggregates are NULLABLE where their field is, and of the type that their kind gives", () => {
  const spread = combiner({
    input: { amount: float() },
    accumulator: { least: nullable(float()), most: nullable(float()) },
    output: record({ least: float(), most: float() }),
    constants: { floor: 0 },
    createAccumulator: ({ constants }) => ({ least: constants.floor, most: null }),
    addInput: (a, { amount }) => ({
      least: Math.min(a.least ?? amount, amount),
      most: Math.max(a.most ?? amount, amount),
    }),
    mergeAccumulators: (a, b) => ({
      least: Math.min(a.least ?? 0, b.least ?? 0),
      most: Math.max(a.most ?? 0, b.most ?? 0),
    }),
    extractOutput: (a) => ({ least: a.least ?? 0, most: a.most ?? 0 }),
  });
  pipeline("aggregates", { orders: Order }, ({ orders }) => {
    const all = orders
      .window(fixed("1m"))
      .groupBy("kind")
      .aggregate({
        start: windowStart(),
        timing: paneTiming(),
        rows: count(),
        amount: sum("amount"),
        price: sum("price"),
        tips: sum("tip"),
        mean_tip: mean("tip"),
        mean_price: mean("price"),
        most: max("tip"),
        last: latest("tags"),
        ids: collect("tip"),
        some: sample(3),
        spread: combine(spread),
      });
    expectTypeOf<Columns<typeof all.fields>>().toEqualTypeOf<{
      readonly kind: "REQUIRED STRING";
      readonly start: "REQUIRED TIMESTAMP";
      readonly timing: "REQUIRED STRING";
      readonly rows: "REQUIRED INTEGER";
      readonly amount: "REQUIRED FLOAT";
      readonly price: "REQUIRED NUMERIC";
      readonly tips: "NULLABLE INTEGER";
      readonly mean_tip: "NULLABLE FLOAT";
      readonly mean_price: "REQUIRED NUMERIC";
      readonly most: "NULLABLE INTEGER";
      readonly last: "REPEATED STRING";
      readonly ids: "REPEATED INTEGER";
      readonly some: "REPEATED RECORD";
      readonly spread: "REQUIRED RECORD";
    }>();
    expectTypeOf<RowsOf<typeof all>["kind"]>().toEqualTypeOf<"new" | "paid">();
    expectTypeOf<RowsOf<typeof all>["ids"]>().toEqualTypeOf<readonly number[]>();
    expectTypeOf<RowsOf<typeof all>["some"][number]["price"]>().toEqualTypeOf<`${number}`>();
    expectTypeOf<RowsOf<typeof all>["spread"]>().toEqualTypeOf<{ readonly least: number; readonly most: number }>();
    return { all };
  });
});

const withTax = <F extends Fields & { readonly amount: ReturnType<typeof float> }>(rows: Collection<F, "bounded">) =>
  rows.withFields({ tax: float() }, (row) => ({ tax: row.amount * 0.1 }));

test("a part that is written once fits every collection that has its fields", () => {
  pipeline("parts", { orders: bounded(Order) }, ({ orders }) => {
    const taxed = orders.apply(withTax);
    expectTypeOf<RowsOf<typeof taxed>["tax"]>().toEqualTypeOf<number>();
    expectTypeOf<RowsOf<typeof taxed>["kind"]>().toEqualTypeOf<"new" | "paid">();
    return { taxed };
  });
});

test("the key of a full join may be null where either side's may", () => {
  const Left = schema("left", { key: string(), a: integer() });
  const Right = schema("right", { key: nullable(string()), b: integer() });
  pipeline("joins", { left: bounded(Left), right: bounded(Right) }, ({ left, right }) => {
    const full = left.join(right, { on: "key", type: "full" });
    const inner = left.join(right, { on: "key" });
    expectTypeOf<Columns<typeof full.fields>>().toEqualTypeOf<{
      readonly key: "NULLABLE STRING";
      readonly a: "NULLABLE INTEGER";
      readonly b: "NULLABLE INTEGER";
    }>();
    expectTypeOf<Columns<typeof inner.fields>>().toEqualTypeOf<{
      readonly key: "REQUIRED STRING";
      readonly a: "REQUIRED INTEGER";
      readonly b: "REQUIRED INTEGER";
    }>();
    return { full, inner };
  });
});

test("metadata are fields like others, with the attributes as text by name", () => {
  pipeline("metadata", { orders: Order.withMetadata() }, ({ orders }) => {
    const kinds = orders.map({ id: string(), from: nullable(string()), all: json() }, (order) => ({
      id: order.message_id,
      from: order.attributes["source"] ?? null,
      all: order.attributes,
    }));
    expectTypeOf<RowsOf<typeof kinds>["from"]>().toEqualTypeOf<string | null>();
    return { kinds };
  });
});
