import { expect, test } from "vitest";
import { boolean, count, fixed, integer, pipeline, schema, string, timestamp, windowStart } from "../../../../pipeline";
import { at, Bench } from "../support/bench";
import { stored } from "../support/stored";

const Click = schema("click", { user: string(), n: integer(), at: timestamp() });
const click = (user: string, second: number, n = 1) => ({ user, n, at: at(second) });
const clock = (second: number) => at(second).replace(/\.000Z$/, ".000000Z");

/** Tells how a visit goes on, and 30 s after its last click that it is over. */
const visits = pipeline("visits", { clicks: Click }, ({ clicks }) => ({
  out: clicks
    .eventTime("at", { maxDelay: "0s" })
    .groupBy("user")
    .stateful({
      state: { clicks: integer(), over: boolean() },
      initial: { clicks: 0, over: false },
      timeToLive: "2m",
      output: { user: string(), clicks: integer(), over: boolean(), at: string() },
      process: (row, state) => {
        if (row.n < 0) throw new Error("less than nothing");
        const clicks = row.n === 0 ? 0.5 : state.clicks + row.n;
        const timer = row.n === 99 ? "tomorrow" : new Date(Date.parse(row.at) + 30_000).toISOString();
        return {
          state: { clicks, over: false },
          output: [{ user: row.user, clicks: Math.floor(clicks), over: false, at: row.at }],
          ...(row.n !== 7 && { timer: row.n === 8 ? null : timer }),
        };
      },
      onTimer: (state, { time, key }) => ({
        state: state.clicks > 4 ? null : { ...state, over: true },
        output: [{ user: key.user, clicks: state.clicks, over: true, at: time }],
      }),
    })
    .select("user", "clicks", "over"),
}));
const told = (bench: Bench) =>
  (bench.come("out") as { user: string; clicks: number; over: boolean }[]).map(
    ({ user, clicks, over }) => `${user} ${clicks}${over ? " over" : ""}`,
  );

test("state goes from row to row of a key, and a timer fires when the watermark has come to its time, once", () => {
  // a  0  10      b 5
  //       timer 40, b's timer 35
  const bench = new Bench(visits).take(click("a", 0), click("b", 5, 2), click("a", 10));
  expect(told(bench)).toEqual(["a 1", "b 2", "a 2"]);
  bench.take(click("c", 35)).restart().published(35);
  expect(told(bench)).toEqual(["c 1", "b 2 over"]);
  bench.take(click("c", 39)).published(39);
  expect(told(bench)).toEqual(["c 2"]);
  bench.take(click("c", 40)).published(40);
  expect(told(bench)).toEqual(["c 3", "a 2 over"]);
  expect(told(bench.restart().close())).toEqual(["c 3 over"]);
});

test("a timer stays where nothing is said, is taken back by null, and is replaced by another", () => {
  const bench = new Bench(visits).take(click("a", 0), click("b", 0), click("c", 0)).restart();
  bench.take(click("a", 20, 7), click("b", 20, 8), click("c", 20)).take(click("d", 49));
  told(bench);
  expect(told(bench.published(49))).toEqual(["a 8 over"]);
  expect(told(bench.take(click("d", 50)).published(50))).toEqual(["d 2", "c 2 over"]);
});

test("state is forgotten when the watermark has come past the newest row by its time to live, or when a timer says so", () => {
  const bench = new Bench(visits)
    .take(click("a", 0), click("b", 0, 5))
    .take(click("c", 60))
    .published(60);
  expect(told(bench)).toEqual(["a 1", "b 5", "c 1", "a 1 over", "b 5 over"]);
  // b was forgotten by its timer; a is remembered until 120.
  bench.take(click("b", 61), click("c", 119)).published(119);
  expect(told(bench)).toEqual(["b 1", "c 2", "b 1 over"]);
  bench.restart().take(click("a", 0), click("c", 120)).published(120).restart();
  // A timer of a time that is over fires when its batch is.
  expect(told(bench)).toEqual(["a 2", "c 3", "a 2 over"]);
  expect(told(bench.take(click("a", 121)))).toEqual(["a 1"]);
});

test("what a function throws or gives and should not is an error row, and the state is as it was", () => {
  const bench = new Bench(visits).take(
    click("a", 0),
    click("a", 1, -1),
    click("a", 2, 0),
    click("a", 3, 99),
    click("a", 4),
  );
  expect(told(bench)).toEqual(["a 1", "a 2"]);
  expect(bench.rows["errors"]).toMatchObject([
    { step: "out.stateful", reason: "function", error: "Error: less than nothing", message_id: "2" },
    { error: "clicks is 0.5, not an INTEGER" },
    { error: 'timer is "tomorrow", not a TIMESTAMP' },
  ]);
});

test("a timer that sets one for the time at which it fires is an error row, and does not fire for ever", () => {
  const again = pipeline("again", { clicks: Click }, ({ clicks }) => ({
    out: clicks
      .eventTime("at", { maxDelay: "0s" })
      .groupBy("user")
      .stateful({
        state: { n: integer() },
        initial: { n: 0 },
        timeToLive: "unlimited",
        output: { user: string() },
        process: (row) => ({ state: { n: 1 }, output: [], timer: row.at }),
        onTimer: (state, { key, time }) => ({ state, output: [{ user: key.user }], timer: time }),
      }),
  }));
  const bench = new Bench(again).take(click("a", 10), click("b", 200)).published(100);
  expect(bench.rows["out"]).toBeUndefined();
  expect(bench.rows["errors"]).toMatchObject([
    { reason: "function", error: `timer is ${clock(10)}, and must be after the time it was called for` },
  ]);
});

test("what timers give may be windowed: they hold back the watermark until they have fired", () => {
  const late = pipeline("late", { clicks: Click }, ({ clicks }) => ({
    out: clicks
      .eventTime("at", { maxDelay: "0s" })
      .groupBy("user")
      .stateful({
        state: { n: integer() },
        initial: { n: 0 },
        timeToLive: "unlimited",
        output: { user: string() },
        process: (row) => ({ state: { n: 1 }, output: [], timer: row.at }),
        onTimer: (state, { key, time }) => ({
          state: state.n > 2 ? null : { n: state.n + 1 },
          output: [{ user: key.user }],
          timer: state.n > 2 ? null : new Date(Date.parse(time) + 50_000).toISOString(),
        }),
      })
      .window(fixed("1m"))
      .aggregate({ from: windowStart(), n: count() }),
  }));
  // a's timers: 10, 60, 110. The watermark leaps over all of them.
  const bench = new Bench(late).take(click("a", 10), click("b", 200)).published(200);
  expect(bench.rows["out"]).toEqual([
    { from: clock(0), n: 1 },
    { from: clock(60), n: 2 },
  ]);
  expect(bench.rows["errors"]).toBeUndefined();
});

test("in windows, state is of a key in a window, and goes with it", () => {
  const nth = pipeline("nth", { clicks: Click }, ({ clicks }) => ({
    out: clicks
      .eventTime("at", { maxDelay: "0s" })
      .window(fixed("1m"))
      .groupBy("user")
      .stateful({
        state: { n: integer() },
        initial: { n: 0 },
        timeToLive: "unlimited",
        output: { user: string(), n: integer() },
        process: (row, { n }) => ({ state: { n: n + 1 }, output: [{ user: row.user, n: n + 1 }] }),
      }),
  }));
  const bench = new Bench(nth).take(click("a", 0), click("a", 59)).restart().take(click("a", 59), click("a", 60));
  expect(bench.come("out")).toEqual([1, 2, 3, 1].map((n) => ({ user: "a", n })));
  bench.published(60).restart().take(click("a", 58), click("a", 61));
  expect(bench.come("out")).toEqual([{ user: "a", n: 2 }]);
  expect(bench.rows["errors"]).toMatchObject([{ step: "out.stateful", reason: "late" }]);
  expect(stored(bench.state.store("out.stateful")).map(([window]) => window)).toEqual([String(Date.parse(at(60)))]);
});

test("of ten thousand keys a record holds those that changed", () => {
  const bench = new Bench(visits).take(...Array.from({ length: 10_000 }, (_, i) => click(`user-${i}`, i / 1_000)));
  const all = bench.record();
  bench.take(click("user-3", 11));
  expect(bench.record()).toBeLessThan(all / 1_000);
});
