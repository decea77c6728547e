import { describe, expect, test } from "vitest";
import { Engine } from "../../../../pipeline-images/stream-processor/operators/engine";
import {
  afterAny,
  afterCount,
  afterProcessingTime,
  afterWatermark,
  boolean,
  bounded,
  collect,
  combine,
  combiner,
  count,
  countDistinct,
  fixed,
  float,
  globalWindow,
  integer,
  latest,
  max,
  mean,
  min,
  nullable,
  numeric,
  paneTiming,
  pipeline,
  repeatedly,
  repeated,
  sample,
  schema,
  sliding,
  string,
  sum,
  timestamp,
  windowEnd,
  windowStart,
} from "../../../../pipeline";
import { at, Bench, NOON } from "../support/bench";

const Sale = schema("sale", {
  shop: nullable(string()),
  product: string(),
  price: float(),
  paid: nullable(numeric()),
  pieces: integer(),
  at: timestamp(),
  tags: repeated(string()),
});

const sale = (given: object = {}) => ({ shop: "a", product: "p", price: 1, pieces: 1, at: at(0), ...given });
describe("row by row", () => {
  const prices = pipeline("prices", { sales: Sale.withMetadata() }, ({ sales }) => ({
    dear: sales
      .filter((one) => one.price > 10, { name: "dear" })
      .withFields({ total: float(), pieces: string() }, (one) => ({
        total: one.price * one.pieces,
        pieces: `${one.pieces} pieces`,
      }))
      .processingTime("seen")
      .rename({ product: "what" })
      .select("what", "total", "pieces", "seen", "message_id", "publish_time", "attributes"),
    tags: sales.flatMap({ tag: string(), product: string() }, (one) =>
      one.tags.map((tag) => ({ tag, product: one.product })),
    ),
  }));

  test("steps are one chain: what passes comes out with exactly the fields of its output", () => {
    const bench = new Bench(prices);
    bench
      .clock(5)
      .take(
        { data: sale({ price: 20, pieces: 3 }), id: "77", attributes: { from: "till" } },
        { data: sale({ price: 2, tags: ["new", "red"] }) },
      );
    expect(bench.rows).toEqual({
      dear: [
        {
          what: "p",
          total: 60,
          pieces: "3 pieces",
          seen: "2024-01-31T12:00:05.000000Z",
          message_id: "77",
          publish_time: "2024-01-31T12:00:05.000000Z",
          attributes: { from: "till" },
        },
      ],
      tags: [
        { tag: "new", product: "p" },
        { tag: "red", product: "p" },
      ],
    });
  });

  test("a branch taken twice gives its rows to both, and flatten puts them together", () => {
    const both = pipeline("both", { sales: Sale }, ({ sales }) => {
      const named = sales.map({ name: string() }, (one) => ({ name: one.product }));
      return { all: named.flatten(named.filter((one) => one.name === "x")), again: named };
    });
    const { rows } = new Bench(both).take(sale({ product: "x" }), sale({ product: "y" }));
    expect(rows).toEqual({
      all: [{ name: "x" }, { name: "x" }, { name: "y" }],
      again: [{ name: "x" }, { name: "y" }],
    });
  });
});

describe("errors", () => {
  test("a message that is no event goes to the error output with its data, its attributes and the reason", () => {
    const plain = pipeline("plain", { sales: Sale }, ({ sales }) => ({ all: sales.select("pieces") }));
    const { rows } = new Bench(plain).take({ data: '{"pieces":"many"}', id: "9", attributes: { a: "b" } }, sale());
    expect(rows["all"]).toEqual([{ pieces: 1 }]);
    expect(rows["errors"]).toEqual([
      {
        error: '$.pieces: "many" is not an INTEGER',
        step: "sales",
        reason: "parse",
        raw_data: Buffer.from('{"pieces":"many"}').toString("base64"),
        row: null,
        attributes: { a: "b" },
        message_id: "9",
        event_time: null,
      },
    ]);
  });

  test("what a function throws, or gives and should not, is an error row with the row it was given", () => {
    const broken = pipeline("broken", { sales: Sale }, ({ sales }) => ({
      half: sales.map({ half: float() }, (one) => ({ half: one.price / (one.pieces - 1) }), { name: "half" }),
      first: sales.map({ letter: string() }, (one) => ({ letter: (one.shop as string).charAt(0) }), { name: "first" }),
      kept: sales.filter((one) => (one.pieces > 5 ? (0 as unknown as boolean) : true), { name: "kept" }),
      checked: sales.assert("price is positive", (one) => one.price > 0, { name: "checked" }),
      listed: sales.flatMap({ n: integer() }, (one) => [{ n: 1 }, { n: one.price }], { name: "listed" }),
    }));
    const { rows } = new Bench(broken).take(sale({ shop: null, price: -0.5, pieces: 6 }), sale());
    expect(rows["errors"]).toMatchObject([
      {
        step: "first",
        reason: "function",
        error: expect.stringContaining("TypeError: Cannot read properties of null"),
      },
      { step: "kept", error: "the result is number, not true or false", row: { pieces: 6 } },
      { step: "checked", error: "price is positive", row: { price: -0.5 }, message_id: "1" },
      { step: "listed", error: "row 1: n is -0.5, not an INTEGER" },
      { step: "half", error: "half is Infinity, not a FLOAT", message_id: "2" },
    ]);
    expect(rows["half"]).toEqual([{ half: -0.1 }]);
    expect(rows["listed"]).toEqual([{ n: 1 }, { n: 1 }]);
  });

  test("errors that an output takes do not go to the error output", () => {
    const taken = pipeline("taken", { sales: Sale }, ({ sales }) => ({
      all: sales.select("pieces"),
      refused: sales.errors.select("reason", "error"),
    }));
    const { rows } = new Bench(taken).take({ data: "not JSON" });
    expect(rows["errors"]).toBeUndefined();
    expect(rows["refused"]).toEqual([{ reason: "parse", error: expect.stringContaining("JSON") }]);
  });

  test("an event of the future is an error: it would make all others late", () => {
    const timed = pipeline("timed", { sales: Sale }, ({ sales }) => ({
      n: sales.eventTime("at", { maxDelay: "0s" }).window(fixed("1m")).aggregate({ n: count() }),
    }));
    const bench = new Bench(timed).take(sale({ at: "2099-01-01T00:00:00Z" }), sale({ at: at(300) }));
    expect(bench.rows["errors"]).toMatchObject([
      {
        reason: "parse",
        error: expect.stringMatching(/^at is 2099-01-01T00:00:00.000000Z, more than 5 minutes after/),
      },
    ]);
    expect(bench.close().rows["n"]).toEqual([{ n: 1 }]);
  });
});

describe("aggregates", () => {
  test("each aggregator gives what its name says, and skips nulls", () => {
    const all = pipeline("all", { sales: Sale }, ({ sales }) => ({
      out: sales
        .eventTime("at", { maxDelay: "0s" })
        .window(fixed("1m"))
        .groupBy("shop")
        .aggregate({
          rows: count(),
          paid_rows: count("paid"),
          pieces: sum("pieces"),
          price: sum("price"),
          paid: sum("paid"),
          mean_price: mean("price"),
          mean_pieces: mean("pieces"),
          mean_paid: mean("paid"),
          least: min("paid"),
          most: max("paid"),
          first: min("product"),
          last: latest("product"),
          products: collect("product"),
          different: countDistinct("product"),
          from: windowStart(),
          to: windowEnd(),
          pane: paneTiming(),
        }),
    }));
    const bench = new Bench(all).take(
      sale({ paid: "9.5", price: 0.1, pieces: 2, product: "b", at: at(30) }),
      sale({ paid: 10, price: 0.2, pieces: 3, product: "c", at: at(10) }),
      sale({ price: 0.3, pieces: 4, product: "b", at: at(20) }),
      sale({ shop: null, product: "z" }),
    );
    expect(bench.close().rows["out"]).toEqual([
      {
        shop: "a",
        rows: 3,
        paid_rows: 2,
        pieces: 9,
        price: 0.1 + 0.2 + 0.3,
        paid: "19.5",
        mean_price: (0.1 + 0.2 + 0.3) / 3,
        mean_pieces: 3,
        mean_paid: "9.75",
        least: "9.5",
        most: "10",
        first: "b",
        last: "b",
        products: ["b", "c", "b"],
        different: 2,
        from: "2024-01-31T12:00:00.000000Z",
        to: "2024-01-31T12:01:00.000000Z",
        pane: "ON_TIME",
      },
      expect.objectContaining({
        shop: null,
        rows: 1,
        paid_rows: 0,
        paid: null,
        mean_paid: null,
        least: null,
        products: ["z"],
      }),
    ]);
  });

  test("keys of several fields are told apart whatever they hold, and come out as they went in", () => {
    const Keyed = schema("keyed", { a: nullable(string()), b: nullable(integer()), c: boolean(), at: timestamp() });
    const keyed = pipeline("keyed", { rows: Keyed }, ({ rows }) => ({
      out: rows
        .eventTime("at", { maxDelay: "0s" })
        .window(fixed("1m"))
        .groupBy("a", "b", "c")
        .aggregate({ n: count() }),
    }));
    const keys = [
      { a: "~", b: 1, c: true },
      { a: null, b: 1, c: true },
      { a: "1:", b: null, c: false },
      { a: "", b: -5, c: false },
      { a: "ü:3", b: 0, c: true },
    ];
    const rows = [...keys, ...keys].map((key) => ({ ...key, at: at(0) }));
    const bench = new Bench(keyed).take(...rows).restart();
    expect(bench.close().rows["out"]).toEqual(keys.map((key) => ({ ...key, n: 2 })));
  });

  test("a sum beyond the safe integers is an error row, and one that only passed there is exact", () => {
    const sums = pipeline("sums", { sales: Sale }, ({ sales }) => ({
      out: sales
        .eventTime("at", { maxDelay: "0s" })
        .window(fixed("1m"))
        .groupBy("product")
        .aggregate({ pieces: sum("pieces") }),
    }));
    const much = Number.MAX_SAFE_INTEGER;
    const bench = new Bench(sums).take(
      sale({ product: "too much", pieces: much }),
      sale({ product: "too much", pieces: much }),
      sale({ product: "back", pieces: much }),
      sale({ product: "back", pieces: 7 }),
    );
    bench
      .restart()
      .take(sale({ product: "back", pieces: -10 }))
      .close();
    expect(bench.rows["out"]).toEqual([{ product: "back", pieces: much - 3 }]);
    expect(bench.rows["errors"]).toMatchObject([
      { step: "out.aggregate", reason: "function", row: { product: "too much" }, raw_data: null, message_id: null },
    ]);
  });

  test("a combiner's accumulator is checked, and a row that it will not take changes nothing", () => {
    const longest = combiner({
      input: { product: string() },
      accumulator: { text: string(), n: integer() },
      output: string(),
      createAccumulator: () => ({ text: "", n: 0 }),
      addInput: (a, { product }) => {
        if (product === "throws") throw new Error("not this one");
        return { text: product.length > a.text.length ? product : a.text, n: product === "half" ? 0.5 : a.n + 1 };
      },
      mergeAccumulators: (a, b) => ({ text: a.text + b.text, n: a.n + b.n }),
      extractOutput: (a) => `${a.text} of ${a.n}`,
    });
    const combined = pipeline("combined", { sales: Sale }, ({ sales }) => ({
      out: sales
        .eventTime("at", { maxDelay: "0s" })
        .window(fixed("1m"))
        .aggregate({ n: count(), longest: combine(longest) }),
    }));
    const products = ["throws", "long", "longest", "half", "throws"];
    const bench = new Bench(combined).take(...products.map((product) => sale({ product }))).restart();
    expect(bench.close().rows["out"]).toEqual([{ n: 2, longest: "longest of 2" }]);
    expect(bench.rows["errors"]).toMatchObject([
      { error: "Error: not this one" },
      { error: "TypeError: longest.addInput: n is 0.5, not an INTEGER" },
      { error: "Error: not this one" },
    ]);
  });

  test("a sample holds so many rows of all, each with all of its fields", () => {
    const sampled = pipeline("sampled", { sales: Sale }, ({ sales }) => ({
      out: sales
        .eventTime("at", { maxDelay: "0s" })
        .window(fixed("1m"))
        .aggregate({ some: sample(3) }),
    }));
    const bench = new Bench(sampled).take(...Array.from({ length: 50 }, (_, i) => sale({ pieces: i }))).restart();
    bench.take(...Array.from({ length: 50 }, (_, i) => sale({ pieces: 50 + i }))).close();
    const [{ some }] = bench.rows["out"] as [{ some: { pieces: number }[] }];
    expect(new Set(some.map(({ pieces }) => pieces)).size).toBe(3);
    expect(some[0]).toEqual({
      ...sale(),
      paid: null,
      tags: [],
      at: "2024-01-31T12:00:00.000000Z",
      pieces: some[0]?.pieces,
    });
  });

  test("rows that follow an aggregate are mapped like any others", () => {
    const mapped = pipeline("mapped", { sales: Sale }, ({ sales }) => ({
      out: sales
        .eventTime("at", { maxDelay: "0s" })
        .window(fixed("1m"))
        .groupBy("product")
        .aggregate({ n: count() })
        .withFields({ label: string() }, (row) => ({ label: `${row.n} of ${row.product}` }))
        .filter((row) => row.n > 1),
    }));
    const bench = new Bench(mapped).take(sale(), sale(), sale({ product: "q" }));
    expect(bench.close().rows["out"]).toEqual([{ product: "p", n: 2, label: "2 of p" }]);
  });

  test("sliding and global windows are windows as well", () => {
    const windows = pipeline("windows", { sales: Sale }, ({ sales }) => {
      const timed = sales.eventTime("at", { maxDelay: "0s" });
      return {
        sliding: timed.window(sliding("2m", { every: "1m" })).aggregate({ from: windowStart(), n: count() }),
        all: timed
          .window(globalWindow(), {
            trigger: repeatedly(afterAny(afterCount(9), afterProcessingTime("1h"))),
            accumulation: "discarding",
          })
          .aggregate({ from: windowStart(), to: windowEnd(), n: count() }),
      };
    });
    const bench = new Bench(windows).take(sale(), sale({ at: at(60) })).close();
    expect(bench.rows["sliding"]).toEqual([
      { from: "2024-01-31T11:59:00.000000Z", n: 1 },
      { from: "2024-01-31T12:00:00.000000Z", n: 2 },
      { from: "2024-01-31T12:01:00.000000Z", n: 1 },
    ]);
    expect(bench.rows["all"]).toEqual([
      { from: "0001-01-01T00:00:00.000000Z", to: "9999-12-31T23:59:59.999999Z", n: 2 },
    ]);
  });
});

describe("time", () => {
  const activity = pipeline("activity", { sales: Sale }, ({ sales }) => ({
    out: sales
      .eventTime("at", { maxDelay: "30s" })
      .filter((one) => one.product !== "ping")
      .window(fixed("1m"), {
        trigger: afterWatermark({ early: afterProcessingTime("1m"), late: afterCount(1) }),
        allowedLateness: "10m",
        accumulation: "discarding",
      })
      .groupBy("product")
      .aggregate({ n: count(), pane: paneTiming() }),
  }));

  test("the watermark is the smaller of event and publish time, less maxDelay; late rows fire again until the lateness is over", () => {
    const bench = new Bench(activity);
    bench.take(sale({ at: at(10) }), sale({ at: at(89) })).published(89);
    expect(bench.rows["out"]).toBeUndefined();
    bench.take(sale({ at: at(90) })).published(90);
    expect(bench.rows["out"]).toEqual([{ product: "p", n: 1, pane: "ON_TIME" }]);
    bench.take(sale({ at: at(20) }));
    expect(bench.rows["out"]?.[1]).toEqual({ product: "p", n: 1, pane: "LATE" });

    bench.now = NOON + 700_000;
    bench.take(sale({ at: at(690) })).published(690);
    bench.take(sale({ at: at(59) }));
    expect(bench.rows["errors"]).toMatchObject([
      {
        reason: "late",
        step: "out.aggregate",
        error:
          "it came after the window from 2024-01-31T12:00:00.000000Z to 2024-01-31T12:01:00.000000Z and its allowed lateness had passed",
        event_time: "2024-01-31T12:00:59.000000Z",
        message_id: "1",
      },
    ]);
  });

  test("one event does not move the watermark past what is published", () => {
    const bench = new Bench(activity).take(sale({ at: at(299) })).published(10);
    expect(bench.engine.watermark).toBe(NOON - 20_000);
  });

  test("where no row passes the filter, the publish time moves the watermark", () => {
    const bench = new Bench(activity).take(sale({ at: at(0) }));
    bench.now = NOON + 6_000;
    bench.published(200);
    expect(bench.engine.watermark).toBe(NOON + 170_000);
  });

  test("state, early panes and the watermark survive a restart, and overdue early panes come first", () => {
    const bench = new Bench(activity)
      .clock(0)
      .take(sale({ at: at(10) }), sale({ at: at(20) }))
      .published(50)
      .restart();
    expect(bench.engine.watermark).toBe(NOON - 10_000);
    expect(bench.engine.openGroups).toBe(1);
    bench.clock(3_600).take(sale({ at: at(30) }));
    expect(bench.rows["out"]).toEqual([{ product: "p", n: 2, pane: "EARLY" }]);
  });
});

test("a pipeline that the engine does not run is refused with a sentence that says why", () => {
  const not = pipeline("not-here", { sales: bounded(Sale) }, ({ sales }) => ({ all: sales.select("pieces") })).toJSON();
  const both = { ...not, inputs: { ...not.inputs, live: { kind: "unbounded", schema: "sale", fields: [] } } } as const;
  expect(() => new Engine({ spec: both, output: () => () => {}, errors: () => {} })).toThrow(
    "not-here: the stream processor does not run live (a stream) beside what ends. Dataflow does: Runner.dataflow()",
  );
});
