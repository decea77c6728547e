import { describe, expect, test } from "vitest";
import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  collect,
  combine,
  combiner,
  count,
  countDistinct,
  fixed,
  float,
  integer,
  latest,
  max,
  mean,
  min,
  nullable,
  paneTiming,
  record,
  sample,
  string,
  sum,
  windowEnd,
  windowStart,
  type Collection,
  type Fields,
  type WindowOptions,
} from "../../../pipeline";
import { columnsOf, stepOf, wrongWith, wrongWithPast, type Orders } from "./rows";

const average = combiner({
  input: { amount: float() },
  accumulator: { n: integer(), sum: float() },
  output: float(),
  createAccumulator: () => ({ n: 0, sum: 0 }),
  addInput: (a, { amount }) => ({ n: a.n + 1, sum: a.sum + amount }),
  mergeAccumulators: (a, b) => ({ n: a.n + b.n, sum: a.sum + b.sum }),
  extractOutput: (a) => a.sum / a.n,
});

const minutes = <F extends Fields>(rows: Collection<F, "row-wise">, options?: WindowOptions) =>
  rows.window(fixed("1m"), options);

test("each aggregator is named by the column that it gives", () => {
  const step = stepOf((orders) =>
    minutes(orders)
      .groupBy("user")
      .aggregate({
        rows: count(),
        tips: count("tip"),
        tags: countDistinct("id"),
        amount: sum("amount"),
        price: mean("price"),
        least: min("tip"),
        most: max("at"),
        last: latest("extra"),
        all: collect("tip"),
        some: sample(3),
        from: windowStart(),
        to: windowEnd(),
        pane: paneTiming(),
      }),
  );
  expect(step).toMatchObject({
    kind: "aggregate",
    keys: ["user"],
    aggregates: [
      { name: "rows", kind: "count" },
      { name: "tips", kind: "count", field: "tip" },
      { name: "tags", kind: "countDistinct", field: "id" },
      { name: "amount", kind: "sum", field: "amount" },
      { name: "price", kind: "mean", field: "price" },
      { name: "least", kind: "min", field: "tip" },
      { name: "most", kind: "max", field: "at" },
      { name: "last", kind: "latest", field: "extra" },
      { name: "all", kind: "collect", field: "tip" },
      { name: "some", kind: "sample", size: 3 },
      { name: "from", kind: "windowStart" },
      { name: "to", kind: "windowEnd" },
      { name: "pane", kind: "paneTiming" },
    ],
  });
});

test("columns are NULLABLE where their field is, and of the type that the aggregator gives", () => {
  const columns = columnsOf((orders) =>
    minutes(orders)
      .groupBy("user")
      .aggregate({
        rows: count("tip"),
        tips: sum("tip"),
        amount: sum("amount"),
        price: sum("price"),
        mean_tip: mean("tip"),
        mean_quantity: mean("quantity"),
        mean_price: mean("price"),
        least: min("tip"),
        tags: latest("tags"),
        all: collect("tip"),
        some: sample(3),
        from: windowStart(),
        average: combine(average),
      }),
  );
  expect(columns).toEqual([
    "user NULLABLE STRING",
    "rows REQUIRED INTEGER",
    "tips NULLABLE INTEGER",
    "amount REQUIRED FLOAT",
    "price REQUIRED NUMERIC",
    "mean_tip NULLABLE FLOAT",
    "mean_quantity REQUIRED FLOAT",
    "mean_price REQUIRED NUMERIC",
    "least NULLABLE INTEGER",
    "tags REPEATED STRING",
    "all REPEATED INTEGER",
    "some REPEATED RECORD",
    "from REQUIRED TIMESTAMP",
    "average REQUIRED FLOAT",
  ]);
});

test("a sample's rows are the rows, whole", () => {
  const step = stepOf((orders) => minutes(orders.select("id", "tip")).aggregate({ some: sample(3) }));
  expect(step.fields).toEqual([
    {
      name: "some",
      type: "RECORD",
      mode: "REPEATED",
      fields: [
        { name: "id", type: "STRING", mode: "REQUIRED" },
        { name: "tip", type: "INTEGER", mode: "NULLABLE" },
      ],
    },
  ]);
});

test("without keys all rows are one group, and without aggregates the keys are the rows", () => {
  expect(stepOf((orders) => minutes(orders).aggregate({ rows: count() }))).not.toHaveProperty("keys");
  expect(columnsOf((orders) => minutes(orders).groupBy("user", "id").aggregate({}))).toEqual([
    "user NULLABLE STRING",
    "id REQUIRED STRING",
  ]);
  expect(wrongWith((orders) => minutes(orders).aggregate({}))).toContain(
    "aggregate: it gives nothing: name an aggregate, as in { rows: count() }",
  );
});

test("a stream without windows gives no row", () => {
  const message = "aggregate: a stream has no end, so this would never give a row: call .window(...) first";
  expect(wrongWith((orders) => orders.aggregate({ rows: count() } as never))).toEqual([message]);
  expect(
    wrongWith((orders) =>
      orders
        .distinct("id", { within: "1d" })
        .groupBy("id")
        .aggregate({ rows: count() } as never),
    ),
  ).toEqual([message]);
});

test("window columns need a window", () => {
  expect(wrongWithPast((orders) => orders.aggregate({ from: windowStart() } as never))).toEqual([
    "aggregate: from: windowStart() needs a window: call .window(...) first",
  ]);
});

test("keys and fields that cannot be", () => {
  expect(
    wrongWith((orders) =>
      minutes(orders)
        .groupBy("amount" as "id", "tags" as "id", "nope" as "id", "id", "id")
        .aggregate({
          id: count(),
          a: sum("user"),
          b: max("items"),
          c: min("extra"),
          d: countDistinct("amount"),
          e: sum("nope"),
          f: collect("tags"),
        } as never),
    ),
  ).toEqual([
    'aggregate: this row has no field "nope": it has id, user, amount, price, quantity, tip, tags, items, extra, at',
    'aggregate: "id" is named twice',
    'aggregate: "amount" is a REQUIRED FLOAT, which cannot be a key: round it, or take a text',
    'aggregate: "tags" is a REPEATED STRING, which cannot be a key: round it, or take a text',
    'aggregate: "id" is a key already: choose another name',
    'aggregate: a: "user" is STRING, but sum takes a number',
    'aggregate: b: "items" is REPEATED, take it apart with .flatMap(...) first',
    'aggregate: c: "extra" is JSON, but min takes a field with an order',
    'aggregate: d: "amount" is FLOAT, but countDistinct takes a field that can be a key',
    'aggregate: this row has no field "nope": it has id, user, amount, price, quantity, tip, tags, items, extra, at',
    'aggregate: f: "tags" is REPEATED, take it apart with .flatMap(...) first',
  ]);
});

test.each([0, -1, 1.5, 10_001])("a sample of %d is refused", (size) => {
  expect(wrongWith((orders) => minutes(orders).aggregate({ some: sample(size) }))).toEqual([
    `aggregate: some: sample(${size}): a size is a whole number from 1 to 10000`,
  ]);
});

const twice = (accumulation: "accumulating" | "discarding") => (orders: Orders) =>
  minutes(orders, { allowedLateness: "1m", accumulation })
    .groupBy("user", "id")
    .aggregate({ rows: count() })
    .groupBy("user")
    .aggregate({ rows: sum("rows") });

describe("panes of a window that may fire twice", () => {
  const early = afterWatermark({ early: afterProcessingTime("1m") });
  const all = { a: mean("amount"), b: countDistinct("id"), c: combine(average) };
  const refused = ["a: mean", "b: countDistinct", "c: combine"].map(
    (which) =>
      `aggregate: ${which} of discarding panes cannot be put together to the window's, and these may fire twice: say { accumulation: "accumulating" }`,
  );

  test.each<[string, WindowOptions]>([
    ["early firings", { trigger: early, accumulation: "discarding" }],
    ["a lateness", { allowedLateness: "1m", accumulation: "discarding" }],
  ])("discarding, by %s: what cannot be added up is refused", (_title, options) => {
    expect(wrongWith((orders) => minutes(orders, options).aggregate(all))).toEqual(refused);
  });

  test.each<[string, WindowOptions | undefined]>([
    ["accumulating", { trigger: early, accumulation: "accumulating" }],
    ["windows that fire once", undefined],
    ["windows that fire once and say so", { trigger: afterWatermark(), accumulation: "discarding" }],
  ])("%s: it is allowed", (_title, options) => {
    expect(stepOf((orders) => minutes(orders, options).aggregate(all)).kind).toBe("aggregate");
  });

  test("accumulating panes are not aggregated again: each would count once more", () => {
    expect(wrongWith(twice("accumulating"))).toEqual([
      "aggregate: its rows are accumulating panes, so each would count again with every pane: aggregate once, or let the panes be discarding",
    ]);
    expect(stepOf(twice("discarding")).kind).toBe("aggregate");
  });
});

describe("a combiner", () => {
  test("travels as its four functions, its accumulator as fields", () => {
    expect(stepOf((orders) => minutes(orders).aggregate({ amount: combine(average) }))).toMatchObject({
      aggregates: [
        {
          name: "amount",
          kind: "combine",
          input: ["amount"],
          accumulator: [
            { name: "n", type: "INTEGER", mode: "REQUIRED" },
            { name: "sum", type: "FLOAT", mode: "REQUIRED" },
          ],
          createAccumulator: { source: "() => ({\n  n: 0,\n  sum: 0\n})" },
          addInput: {
            source: "(a, {amount}) => ({\n  n: a.n + 1,\n  sum: a.sum + amount\n})",
            reads: ["amount"],
          },
          mergeAccumulators: { source: "(a, b) => ({\n  n: a.n + b.n,\n  sum: a.sum + b.sum\n})" },
          extractOutput: { source: "a => a.sum / a.n" },
        },
      ],
    });
  });

  test("has its constants with each of its functions", () => {
    const capped = combiner({
      input: { amount: float() },
      accumulator: { sum: float() },
      output: record({ sum: float() }),
      constants: { cap: 9 },
      createAccumulator: () => ({ sum: 0 }),
      addInput: (a, { amount }, { constants }) => ({ sum: Math.min(constants.cap, a.sum + amount) }),
      mergeAccumulators: (a, b) => ({ sum: a.sum + b.sum }),
      extractOutput: (a) => a,
    });
    const step = stepOf((orders) => minutes(orders).aggregate({ amount: combine(capped) }));
    expect(step).toMatchObject({
      aggregates: [{ addInput: { constants: { cap: 9 } }, extractOutput: { constants: { cap: 9 } } }],
    });
    expect(step.fields).toEqual([
      { name: "amount", type: "RECORD", mode: "REQUIRED", fields: [{ name: "sum", type: "FLOAT", mode: "REQUIRED" }] },
    ]);
  });

  test("is refused with the name of the function that is wrong, and of the fields", () => {
    const LIMIT = 3;
    const wrong = combiner({
      input: { note: string() },
      accumulator: { n: integer(), N: nullable(integer()) },
      output: integer(),
      createAccumulator: () => ({ n: LIMIT, N: null }),
      addInput: (a, input) => {
        (a as { n: number }).n += input.note.length;
        return a;
      },
      mergeAccumulators: (a) => a,
      extractOutput: (a) => a.n,
    });
    expect(
      wrongWith((orders) =>
        minutes(orders.select("id"), {
          trigger: afterWatermark({ early: afterCount(1) }),
          accumulation: "accumulating",
        }).aggregate({
          n: combine(wrong),
        } as never),
      ),
    ).toEqual([
      'aggregate: this row has no field "note": it has id',
      "aggregate: n: accumulator.N and accumulator.n are one column to BigQuery, which ignores case: rename one",
      `aggregate, n.createAccumulator uses "LIMIT", which is defined outside of it
      n: LIMIT,
    hand it in: combiner({ constants: { LIMIT }, createAccumulator: ({ constants }) => ... constants.LIMIT })`,
      `aggregate, n.addInput changes its accumulator, which is given again if the call fails
      a.n += input.note.length;
    return { ...a, n }`,
    ]);
  });
});
