import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  count,
  fixed,
  float,
  nullable,
  pipeline,
  schema,
  sliding,
  string,
  timestamp,
  windowStart,
} from "../../../../pipeline";
import { at, Bench } from "../support/bench";
import { stored } from "../support/stored";

const Order = schema("order", { id: nullable(string()), n: float(), at: timestamp() });
const order = (id: string | null, second: number, n = second) => ({ id, n, at: at(second) });

const once = pipeline("once", { orders: Order }, ({ orders }) => ({
  out: orders.eventTime("at", { maxDelay: "0s" }).distinct("id", { within: "1m" }).select("id", "n"),
}));

describe("without windows", () => {
  test("the first row of each key goes on, and null is a key", () => {
    const bench = new Bench(once).take(order("a", 0), order("b", 1), order("a", 2), order(null, 3), order(null, 4));
    expect(bench.rows["out"]).toEqual([
      { id: "a", n: 0 },
      { id: "b", n: 1 },
      { id: null, n: 3 },
    ]);
  });

  test("a key is forgotten when the watermark has come `within` past its first row, to the millisecond", () => {
    // event time   0s        59.999s      60s
    // orders       a         a            a
    // out          a                      a
    const bench = new Bench(once).take(order("a", 0)).take(order("b", 59.999)).published(59.999);
    expect(bench.take(order("a", 59.999)).come("out")).toMatchObject([{ id: "a" }, { id: "b" }]);
    bench.take(order("c", 60)).published(60);
    expect(bench.take(order("a", 60)).come("out")).toMatchObject([{ id: "c" }, { id: "a" }]);
  });

  test("what has come is remembered over a restart, and a record holds only the keys that are new", () => {
    const bench = new Bench(once).take(...Array.from({ length: 1_000 }, (_, i) => order(`id-${i}`, i / 100)));
    const all = bench.record();
    bench.take(order("new", 5)).restart().come("out");
    expect(bench.take(order("id-7", 9), order("new", 9)).come("out")).toEqual([]);
    bench.take(order("one more", 9));
    expect(bench.record()).toBeLessThan(all / 20);
  });

  test("keys leave memory and the log when their time is over", () => {
    const bench = new Bench(once).take(...Array.from({ length: 100 }, (_, i) => order(`id-${i}`, i)));
    bench.record();
    bench.published(99).restart();
    // They leave in groups: of the last one some stay for another second.
    expect(bench.engine.openGroups).toBe(61);
    expect(stored(bench.state.store("out.distinct"))).toHaveLength(61);
    bench.close().restart();
    expect(bench.engine.openGroups).toBe(0);
  });
});

test("in windows, rows are compared with those of their window, and what comes after it is late", () => {
  const windowed = pipeline("windowed", { orders: Order }, ({ orders }) => ({
    out: orders.eventTime("at", { maxDelay: "0s" }).window(fixed("1m")).distinct("id").select("id", "n"),
  }));
  const bench = new Bench(windowed).take(order("a", 0), order("a", 59), order("a", 60)).published(60);
  expect(bench.restart().take(order("a", 61), order("b", 61), order("c", 30)).come("out")).toEqual([
    { id: "a", n: 0 },
    { id: "a", n: 60 },
    { id: "b", n: 61 },
  ]);
  expect(bench.rows["errors"]).toMatchObject([
    {
      reason: "late",
      step: "out.distinct",
      error:
        "it came after the window from 2024-01-31T12:00:00.000000Z to 2024-01-31T12:01:00.000000Z and its allowed lateness had passed",
    },
  ]);
});

test("in sliding windows a row that one of them has seen counts in the others only", () => {
  const users = pipeline("users", { orders: Order }, ({ orders }) => ({
    out: orders
      .eventTime("at", { maxDelay: "0s" })
      .window(sliding("2m", { every: "1m" }))
      .distinct("id")
      .aggregate({ from: windowStart(), n: count() }),
  }));
  // windows  -60..60  0..120  60..180
  // a0       new      new
  // a70               seen    new
  const bench = new Bench(users).take(order("a", 0), order("a", 70)).restart().close();
  expect(bench.rows["out"]).toEqual([
    { from: "2024-01-31T11:59:00.000000Z", n: 1 },
    { from: "2024-01-31T12:00:00.000000Z", n: 1 },
    { from: "2024-01-31T12:01:00.000000Z", n: 1 },
  ]);
});

test("whatever comes when, and restarts when: a row goes on exactly if no row of its key that is remembered has", () => {
  const happening = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ id: fc.constantFrom("a", "b", "c"), second: fc.integer({ min: 0, max: 300 }) }),
    },
    { weight: 2, arbitrary: fc.record({ to: fc.integer({ min: 0, max: 300 }) }) },
    { weight: 1, arbitrary: fc.constant("restart" as const) },
  );
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const bench = new Bench(once);
      const firsts: { id: string; second: number }[] = [];
      const expected: object[] = [];
      let watermark = -Infinity;
      let largest = -Infinity;
      for (const [n, one] of happenings.entries()) {
        if (one === "restart") bench.restart();
        else if ("to" in one) {
          bench.published(one.to);
          watermark = Math.max(watermark, largest < 0 ? one.to : Math.min(one.to, largest));
        } else {
          const { id, second } = one;
          bench.take(order(id, second, n));
          largest = Math.max(largest, second);
          if (firsts.some((first) => first.id === id && first.second + 60 > watermark)) continue;
          firsts.push({ id, second });
          expected.push({ id, n });
        }
      }
      expect(bench.rows["out"] ?? []).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});
