import { describe, expect, test } from "vitest";
import {
  afterCount,
  afterWatermark,
  count,
  fixed,
  integer,
  max,
  paneTiming,
  pipeline,
  schema,
  sessions,
  sliding,
  string,
  sum,
  timestamp,
  windowEnd,
  windowStart,
} from "../../../../pipeline";
import { at, Bench } from "../support/bench";

const Click = schema("click", { user: string(), page: string(), at: timestamp() });
const click = (user: string, page: string, second: number) => ({ user, page, at: at(second) });
const clock = (second: number) => at(second).replace(/\.000Z$/, ".000000Z");

describe("aggregates of aggregates", () => {
  test("the rows of a window stay in it, also where their time lies in others as well", () => {
    const perPage = pipeline("per-page", { clicks: Click }, ({ clicks }) => ({
      out: clicks
        .eventTime("at", { maxDelay: "0s" })
        .window(sliding("2m", { every: "1m" }))
        .groupBy("user", "page")
        .aggregate({ clicks: count() })
        .groupBy("page")
        .aggregate({ from: windowStart(), users: count(), clicks: sum("clicks"), most: max("clicks") }),
    }));
    // windows  [-60, 60)      [0, 120)       [60, 180)
    // p        a0 a1 b2       a0 a1 b2 a70   a70
    const bench = new Bench(perPage).take(click("a", "p", 0), click("a", "p", 1), click("b", "p", 2));
    bench
      .take(click("a", "p", 70))
      .restart()
      .published(70);
    expect(bench.come("out")).toEqual([{ page: "p", from: clock(-60), users: 2, clicks: 3, most: 2 }]);
    expect(bench.restart().close().rows["out"]).toEqual([
      { page: "p", from: clock(0), users: 2, clicks: 4, most: 3 },
      { page: "p", from: clock(60), users: 1, clicks: 1, most: 1 },
    ]);
  });

  test("in windows anew, rows go by the last moment of the window that they are of", () => {
    const hours = pipeline("hours", { clicks: Click }, ({ clicks }) => ({
      out: clicks
        .eventTime("at", { maxDelay: "0s" })
        .window(sessions({ gap: "10m" }))
        .groupBy("user")
        .aggregate({ clicks: count() })
        .window(fixed("1h"))
        .aggregate({ from: windowStart(), to: windowEnd(), sessions: count(), clicks: sum("clicks") }),
    }));
    // a  50m 55m -> [50m, 65m)     b  10m -> [10m, 20m)
    const bench = new Bench(hours)
      .clock(3_600)
      .take(click("a", "p", 3_000), click("b", "p", 600), click("a", "p", 3_300))
      .close();
    expect(bench.rows["out"]).toEqual([
      { from: clock(0), to: clock(3_600), sessions: 1, clicks: 1 },
      { from: clock(3_600), to: clock(7_200), sessions: 1, clicks: 2 },
    ]);
  });

  test("with early firings a pane is passed on as it comes, as Beam's continuation triggers do, not at the next count of three", () => {
    const early = pipeline("early", { clicks: Click }, ({ clicks }) => ({
      out: clicks
        .eventTime("at", { maxDelay: "0s" })
        .window(fixed("1m"), {
          trigger: afterWatermark({ early: afterCount(3), late: afterCount(1) }),
          allowedLateness: "10m",
          accumulation: "discarding",
        })
        .groupBy("user")
        .aggregate({ clicks: count() })
        .aggregate({ users: count(), clicks: sum("clicks"), pane: paneTiming() }),
    }));
    const bench = new Bench(early).take(...[1, 2, 3, 4].map((second) => click("a", "p", second)));
    expect(bench.come("out")).toEqual([{ users: 1, clicks: 4, pane: "EARLY" }]);
    bench.take(click("a", "p", 5), click("b", "p", 6), click("c", "p", 60)).published(60);
    expect(bench.come("out")).toEqual([{ users: 2, clicks: 2, pane: "EARLY" }]);
    expect(
      bench
        .restart()
        .take(click("a", "p", 7))
        .come("out"),
    ).toEqual([{ users: 1, clicks: 1, pane: "LATE" }]);
  });

  test("a window that ended and has not fired holds back the watermark of what follows", () => {
    const held = pipeline("held", { clicks: Click }, ({ clicks }) => ({
      out: clicks
        .eventTime("at", { maxDelay: "0s" })
        .window(fixed("1m"), {
          trigger: { type: "repeatedly", of: afterCount(2) },
          allowedLateness: "1m",
          accumulation: "discarding",
        })
        .groupBy("user")
        .aggregate({ clicks: count() })
        .window(fixed("1m"))
        .aggregate({ from: windowStart(), clicks: sum("clicks") }),
    }));
    // a10 waits for another until its window expires at 120: the minute after it may not end before.
    const bench = new Bench(held)
      .take(click("a", "p", 10), click("b", "p", 20), click("b", "p", 30))
      .take(click("b", "p", 119));
    expect(bench.published(119).come("out")).toEqual([]);
    bench.take(click("b", "p", 121)).published(121);
    expect(bench.come("out")).toEqual([{ from: clock(0), clicks: 3 }]);
    expect(bench.rows["errors"]).toBeUndefined();
  });
});

test("what a windowed step refused is in no window any more, and may be put into others", () => {
  const errors = pipeline("errors", { clicks: Click }, ({ clicks }) => {
    const counted = clicks
      .eventTime("at", { maxDelay: "0s" })
      .window(sliding("2m", { every: "1m" }))
      .groupBy("user")
      .aggregate({ n: count() });
    const half = counted.map({ user: string(), half: integer() }, (row) => ({ user: row.user, half: row.n / 2 }));
    return {
      out: half,
      wrong: half.errors.window(fixed("1m")).aggregate({ from: windowStart(), n: count() }),
    };
  });
  const bench = new Bench(errors).take(click("a", "p", 0)).close();
  expect(bench.rows["wrong"]).toEqual([
    { from: clock(0), n: 1 },
    { from: clock(60), n: 1 },
  ]);
});
