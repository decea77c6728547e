import { expect, test } from "vitest";
import {
  boolean,
  count,
  fixed,
  integer,
  nullable,
  pipeline,
  repeated,
  schema,
  sideInput,
  string,
  timestamp,
} from "../../../../pipeline";
import { at, Bench } from "../support/bench";

const Order = schema("order", { sku: nullable(string()), shop: integer(), n: integer(), at: timestamp() });
const Product = schema("product", {
  sku: string(),
  title: string(),
  old: nullable(boolean()),
  tags: repeated(string()),
});
const Stock = schema("stock", { sku: string(), shop: integer(), left: integer() });
const order = (sku: string | null, n = 1) => ({ sku, shop: 7, n, at: at(0) });

const titled = (missing: "null" | "drop" | "error") =>
  pipeline("titled", { orders: Order, products: sideInput(Product, { key: "sku" }) }, ({ orders, products }) => ({
    out: orders.select("sku", "n").enrich(products, { on: { sku: "sku" }, missing }),
  }));

const hat = { sku: "hat", title: "Hat", old: null, tags: ["warm"] };

test("a row has what the side input says of its key; of rows with one key the last counts", () => {
  const bench = new Bench(titled("null"));
  bench.engine.setSide("products", [{ ...hat, title: "Old hat" }, hat]);
  bench.take(order("hat", 2), order("cap"), order(null));
  expect(bench.rows["out"]).toEqual([
    { sku: "hat", n: 2, title: "Hat", old: null, tags: ["warm"] },
    { sku: "cap", n: 1, title: null, old: null, tags: [] },
    { sku: null, n: 1, title: null, old: null, tags: [] },
  ]);
});

test("what finds nothing goes, or is an error that names the key, where it says so", () => {
  const drop = new Bench(titled("drop"));
  drop.engine.setSide("products", [hat]);
  expect(drop.take(order("cap"), order("hat")).rows["out"]).toHaveLength(1);
  expect(drop.rows["errors"]).toBeUndefined();

  const error = new Bench(titled("error"));
  error.engine.setSide("products", [hat]);
  expect(error.take(order("cap"), order("hat")).rows["out"]).toHaveLength(1);
  expect(error.rows["errors"]).toMatchObject([
    { step: "out.enrich", reason: "function", error: 'products has no row for ["cap"]', row: { sku: "cap" } },
  ]);
});

test("what is read again counts from the next batch on, also for keys that are gone", () => {
  const bench = new Bench(titled("drop"));
  bench.engine.setSide("products", [hat]);
  bench.take(order("hat"));
  bench.engine.setSide("products", [{ ...hat, sku: "cap", title: "Cap" }]);
  bench.take(order("hat"), order("cap"));
  expect(bench.rows["out"]).toMatchObject([{ title: "Hat" }, { title: "Cap" }]);
});

test("a key of several fields, and rows that are windowed afterwards", () => {
  const counted = pipeline(
    "counted",
    { orders: Order, stock: sideInput(Stock, { key: ["sku", "shop"] }) },
    ({ orders, stock }) => ({
      out: orders
        .eventTime("at", { maxDelay: "0s" })
        .enrich(stock, { on: { shop: "shop", sku: "sku" }, missing: "drop" })
        .window(fixed("1m"))
        .groupBy("left")
        .aggregate({ orders: count() }),
    }),
  );
  const bench = new Bench(counted);
  bench.engine.setSide("stock", [
    { sku: "hat", shop: 7, left: 3 },
    { sku: "hat", shop: 8, left: 4 },
    { sku: "7", shop: 1, left: 5 },
  ]);
  bench
    .take(order("hat"), order("hat"), { ...order("hat"), shop: 8 }, order(null), { ...order("7"), shop: 11 })
    .close();
  expect(bench.rows["out"]).toEqual([
    { left: 3, orders: 2 },
    { left: 4, orders: 1 },
  ]);
});
