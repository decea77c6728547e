import { describe, expect, test } from "vitest";
import {
  afterCount,
  count,
  fixed,
  integer,
  nullable,
  pipeline,
  repeated,
  repeatedly,
  schema,
  sessions,
  string,
  sum,
  timestamp,
} from "../../../../pipeline";
import { at, Bench } from "../support/bench";

const Event = schema("event", {
  kind: string(),
  user: nullable(string()),
  n: integer(),
  tags: repeated(string()),
  at: timestamp(),
});
const event = (kind: string, user: string | null, second: number, n = second) => ({ kind, user, n, at: at(second) });

const joined = (type: "inner" | "left" | "full") =>
  pipeline(type, { events: Event }, ({ events }) => {
    const timed = events.eventTime("at", { maxDelay: "0s" }).window(fixed("1m"));
    const seen = timed.filter((row) => row.kind === "seen").select("user", "n");
    const bought = timed
      .filter((row) => row.kind === "bought")
      .rename({ n: "paid" })
      .select("user", "paid", "tags");
    return { out: seen.join(bought, { on: "user", type }) };
  });

/** a saw twice and bought twice, b only saw, c only bought; nulls never meet; a's second minute is another window. */
const events = [
  event("seen", "a", 1),
  event("bought", "a", 2, 20),
  event("seen", "a", 3),
  event("bought", "a", 4, 40),
  event("seen", "b", 5),
  event("bought", "c", 6, 60),
  event("seen", null, 7),
  event("bought", null, 8, 80),
  event("seen", "a", 61),
];
const pairs = [
  { user: "a", n: 1, paid: 20, tags: [] },
  { user: "a", n: 1, paid: 40, tags: [] },
  { user: "a", n: 3, paid: 20, tags: [] },
  { user: "a", n: 3, paid: 40, tags: [] },
];
const leftAlone = [
  { user: "b", n: 5, paid: null, tags: [] },
  { user: null, n: 7, paid: null, tags: [] },
  { user: "a", n: 61, paid: null, tags: [] },
];
const rightAlone = [
  { user: "c", n: null, paid: 60, tags: [] },
  { user: null, n: null, paid: 80, tags: [] },
];

describe("a join", () => {
  test.each([
    ["inner", pairs],
    ["left", [...pairs, ...leftAlone]],
    ["full", [...pairs, ...leftAlone, ...rightAlone]],
  ] as const)("%s: rows of one key and window meet, and what meets nothing is there as it says", (type, rows) => {
    const bench = new Bench(joined(type));
    // Over a restart in the middle of it.
    bench
      .take(...events.slice(0, 3))
      .restart()
      .take(...events.slice(3))
      .close();
    expect(bench.rows["out"]).toHaveLength(rows.length);
    expect(bench.rows["out"]).toEqual(expect.arrayContaining([...rows]));
  });

  test("late rows are late for both sides; what accumulates meets again with every pane", () => {
    const again = pipeline("again", { events: Event }, ({ events: all }) => {
      const timed = all.eventTime("at", { maxDelay: "0s" }).window(fixed("1m"), {
        trigger: repeatedly(afterCount(1)),
        accumulation: "accumulating",
      });
      const seen = timed.filter((row) => row.kind === "seen").select("user", "n");
      return { out: seen.join(timed.filter((row) => row.kind === "bought").select("user", "tags"), { on: "user" }) };
    });
    const bench = new Bench(again).take(event("seen", "a", 1)).take(event("bought", "a", 2));
    expect(bench.come("out")).toEqual([{ user: "a", n: 1, tags: [] }]);
    expect(bench.take(event("bought", "a", 3)).come("out")).toHaveLength(2);
    bench
      .take(event("seen", "z", 60))
      .published(60)
      .take(event("bought", "a", 4));
    expect(bench.rows["errors"]).toMatchObject([{ step: "out.join", reason: "late" }]);
  });

  test("of what groups gave, in the windows of those, and again into groups", () => {
    const both = pipeline("both", { events: Event }, ({ events: all }) => {
      const timed = all.eventTime("at", { maxDelay: "0s" }).window(fixed("1m"));
      const of = timed.groupBy("user").aggregate({ rows: count() });
      const bought = timed
        .filter((row) => row.kind === "bought")
        .groupBy("user")
        .aggregate({ paid: sum("n") });
      return { out: of.join(bought, { on: "user", type: "left" }).aggregate({ users: count(), paid: sum("paid") }) };
    });
    const bench = new Bench(both).take(...events).published(61);
    expect(bench.come("out")).toEqual([{ users: 4, paid: 120 }]);
    expect(bench.restart().close().come("out")).toEqual([{ users: 1, paid: null }]);
  });

  test("in sessions, that grow by the rows of both sides", () => {
    const visits = pipeline("visits", { events: Event }, ({ events: all }) => {
      const timed = all.eventTime("at", { maxDelay: "0s" }).window(sessions({ gap: "10s" }));
      const seen = timed.filter((row) => row.kind === "seen").select("user", "n");
      const bought = timed
        .filter((row) => row.kind === "bought")
        .rename({ n: "paid" })
        .select("user", "paid");
      return { out: seen.join(bought, { on: "user" }) };
    });
    // seen 0        18         50
    // bought    9                  65
    const bench = new Bench(visits).take(event("seen", "a", 0), event("seen", "a", 18)).restart();
    bench
      .take(event("bought", "a", 9), event("seen", "a", 50), event("bought", "a", 65))
      .restart()
      .close();
    expect(bench.rows["out"]).toEqual([
      { user: "a", n: 0, paid: 9 },
      { user: "a", n: 18, paid: 9 },
    ]);
  });
});
