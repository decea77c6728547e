import { describe, expect, test } from "vitest";
import {
  afterCount,
  afterWatermark,
  collect,
  combine,
  combiner,
  count,
  countDistinct,
  integer,
  latest,
  max,
  mean,
  min,
  paneTiming,
  pipeline,
  sample,
  schema,
  sessions,
  string,
  sum,
  timestamp,
  windowEnd,
  windowStart,
} from "../../../../pipeline";
import { at, Bench } from "../support/bench";
import { stored } from "../support/stored";

const Click = schema("click", { user: string(), n: integer(), at: timestamp() });
const click = (user: string, second: number, n = 1) => ({ user, n, at: at(second) });
const clock = (second: number) => at(second).replace(/\.000Z$/, ".000000Z");

const visits = pipeline("visits", { clicks: Click }, ({ clicks }) => ({
  out: clicks
    .eventTime("at", { maxDelay: "0s" })
    .window(sessions({ gap: "10s" }), {
      trigger: afterWatermark({ early: afterCount(3), late: afterCount(1) }),
      allowedLateness: "30s",
      accumulation: "discarding",
    })
    .groupBy("user")
    .aggregate({ from: windowStart(), to: windowEnd(), n: count(), pane: paneTiming() }),
}));
const visit = (user: string, from: number, to: number, n: number, pane = "ON_TIME") => ({
  user,
  from: clock(from),
  to: clock(to),
  n,
  pane,
});

describe("sessions", () => {
  test("rows less than the gap apart are one session, by key; those exactly the gap apart are two", () => {
    // a   0 ... 9.999        20       30
    //     [0, 19.999)        [20, 30) [30, 40)
    const bench = new Bench(visits).take(
      click("a", 0),
      click("b", 5),
      click("a", 9.999),
      click("a", 20),
      click("a", 30),
    );
    expect(bench.close().rows["out"]).toEqual([
      visit("b", 5, 15, 1),
      { ...visit("a", 0, 0, 2), to: "2024-01-31T12:00:19.999000Z" },
      visit("a", 20, 30, 1),
      visit("a", 30, 40, 1),
    ]);
  });

  test("a row between two sessions makes them one, also over a restart", () => {
    const bench = new Bench(visits).take(click("a", 0), click("a", 15)).restart().take(click("a", 8)).restart();
    expect(bench.engine.openGroups).toBe(1);
    expect(bench.close().rows["out"]).toEqual([visit("a", 0, 25, 3, "EARLY")]);
    bench.restart();
    expect(stored(bench.state.store("out.aggregate"))).toEqual([]);
  });

  test("an end that has moved is waited for, and what sessions counted for their early panes adds up", () => {
    // a            0   15     8          24
    // sessions     [0,10) [15,25) -> [0,25) -> [0,34)
    // early panes                 0+15+8
    const bench = new Bench(visits).take(click("a", 0), click("a", 15)).take(click("a", 8));
    expect(bench.come("out")).toEqual([visit("a", 0, 25, 3, "EARLY")]);
    bench.take(click("a", 24)).take(click("b", 26)).published(26);
    expect(bench.come("out")).toEqual([]);
    bench.take(click("b", 34)).published(34);
    expect(bench.come("out")).toEqual([visit("a", 0, 34, 1)]);
  });

  test("a row is late by its own window: the session that it would have met does not save it", () => {
    const bench = new Bench(visits).take(click("a", 0), click("a", 9)).take(click("b", 45)).published(45);
    // Its own window ends at 15, and 45 is 30 s later; the session [0, 19) still takes what is late.
    bench.take(click("a", 5), click("a", 6));
    expect(bench.rows["errors"]).toMatchObject([
      {
        reason: "late",
        error: `it came after the window from ${clock(5)} to ${clock(15)} and its allowed lateness had passed`,
      },
    ]);
    expect(bench.rows["out"]).toEqual([visit("a", 0, 19, 2), visit("a", 0, 19, 1, "LATE")]);
  });
});

test("whatever is aggregated, sessions that become one give what one session would have given", () => {
  const longest = combiner({
    input: { n: integer() },
    accumulator: { n: integer() },
    output: integer(),
    createAccumulator: () => ({ n: 0 }),
    addInput: (a, { n }) => ({ n: Math.max(a.n, n) }),
    mergeAccumulators: (a, b) => {
      if (a.n === 13 || b.n === 13) throw new Error("unlucky");
      return { n: Math.max(a.n, b.n) };
    },
    extractOutput: (a) => a.n,
  });
  const all = pipeline("all", { clicks: Click }, ({ clicks }) => ({
    out: clicks
      .eventTime("at", { maxDelay: "0s" })
      .window(sessions({ gap: "10s" }))
      .aggregate({
        rows: count(),
        sum: sum("n"),
        mean: mean("n"),
        least: min("n"),
        most: max("n"),
        last: latest("user"),
        users: collect("user"),
        different: countDistinct("user"),
        longest: combine(longest),
        some: sample(2),
      }),
  }));
  const bench = new Bench(all).take(click("a", 0, 5), click("b", 3, 2), click("a", 16, 7)).take(click("c", 9, 4));
  const [row] = bench.close().come("out") as [{ some: object[] }];
  expect(row).toMatchObject({
    rows: 4,
    sum: 18,
    mean: 4.5,
    least: 2,
    most: 7,
    last: "a",
    users: ["a", "b", "a", "c"],
    different: 3,
    longest: 7,
  });
  expect(row.some).toHaveLength(2);

  // Where they cannot be one, the row between them is an error, and nothing has changed.
  const unlucky = new Bench(all)
    .take(click("a", 0, 13), click("a", 15, 1))
    .take(click("b", 8, 2))
    .close();
  expect(unlucky.rows["errors"]).toMatchObject([{ reason: "function", error: "Error: unlucky" }]);
  expect(unlucky.rows["out"]).toMatchObject([
    { rows: 1, sum: 13 },
    { rows: 1, sum: 1 },
  ]);
});

test("a thousand keys: a record holds the sessions that changed", () => {
  const bench = new Bench(visits).take(...Array.from({ length: 1_000 }, (_, i) => click(`user-${i}`, i / 200)));
  const all = bench.record();
  bench.take(click("user-3", 6));
  expect(bench.record()).toBeLessThan(all / 100);
});

test("of thousands of sessions that come and go between two records, those are forgotten that were recorded, and no others", () => {
  const bench = new Bench(visits);
  bench.take(...users("old", 0)).record();
  bench.take(...users("brief", 1)).published(100, true);
  bench.take(...users("new", 101));
  // As many as there are now, and none of those that are gone.
  expect(bench.engine.openGroups).toBe(6_000);
  bench.restart();
  expect(bench.engine.openGroups).toBe(6_000);
});

const users = (name: string, second: number) => Array.from({ length: 6_000 }, (_, i) => click(`${name}${i}`, second));
