/** The pipelines that end, and those that do not, run directly on the samples: what comes out is worked out by hand. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { archive } from "../../../stacks/batch-etl/pipelines/archive";
import { contacts } from "../../../stacks/batch-etl/pipelines/contacts";
import { csvEtl } from "../../../stacks/batch-etl/pipelines/csv-etl";
import { liveEvents } from "../../../stacks/batch-etl/pipelines/live-events";
import { sales } from "../../../stacks/batch-etl/pipelines/sales";
import { sampled } from "../../../stacks/batch-etl/pipelines/sampled";
import { upperCase } from "../../../stacks/batch-etl/pipelines/upper-case";
import { windows } from "../../../stacks/batch-etl/pipelines/windows";
import { wordCount } from "../../../stacks/batch-etl/pipelines/word-count";
import { runBounded } from "../support/bounded";
import { type Rows, runPipeline } from "../support/engine";

const linesOf = (file: string): readonly string[] =>
  readFileSync(join(__dirname, "../../../stacks/batch-etl/data", file), "utf8")
    .trimEnd()
    .split("\n");

const file = (name: string): string => join(__dirname, "../../../stacks/batch-etl/data", name);
const lines = { file: file("lines.txt"), format: { type: "text", skipLines: 1 } } as const;
const csv = (name: string) => ({ file: file(name), format: { type: "csv", header: true } }) as const;

const errorsOf = (rows: Rows): readonly unknown[] => rows["errors"]?.map(({ error }) => error) ?? [];
const valuesOf = (rows: Rows, output: string): readonly (readonly unknown[])[] =>
  rows[output]?.map((row) => Object.values(row)) ?? [];

describe("a day's sales, in every way that a pipeline has", () => {
  let rows: Rows;
  beforeAll(async () => {
    rows = await runBounded(sales.toJSON(), { sales: { file: file("sales.jsonl") }, rates: csv("rates.csv") });
  });

  test("filtered and mapped: what is worth nothing is left out, and dollars are euros", () => {
    expect(valuesOf(rows, "in_euros")).toEqual([
      ["north", "apples Pears", 10],
      ["north", "apples", 10],
      ["south", "  plums  ", 4],
      ["south", "", 6],
    ]);
  });

  test("one to many: a basket without anything gives nothing", () => {
    expect(valuesOf(rows, "items")).toEqual([
      ["north", "apples"],
      ["north", "pears"],
      ["north", "apples"],
      ["south", "plums"],
    ]);
  });

  test("grouped, and summed up by key", () => {
    expect(valuesOf(rows, "by_shop")).toEqual([
      ["north", [10, 10], 20],
      ["south", [4, 6], 10],
    ]);
  });

  test("summed up as a whole, and by an average of our own: 30 of 4", () => {
    expect(rows["overall"]).toEqual([{ total: 30, average: 7.5 }]);
  });

  test("what is no sale, or of a currency that nobody knows, is set aside", () => {
    expect(errorsOf(rows)).toEqual([
      'rates has no row for ["XXX"]',
      '$.amount: "3 pounds" is not a FLOAT',
      "$.basket is missing",
    ]);
  });
});

test("words are counted without their case, their marks and their numbers, and as a line each", async () => {
  const { counts } = await runBounded(wordCount.toJSON(), { lines });
  expect(counts?.map(({ line }) => line)).toEqual(
    ["to: 4", "be: 2", "or: 1", "not: 1", "that: 1", "is: 1", "the: 1", "question: 1"].concat([
      "don't: 1",
      "panic: 1",
      "times: 1",
      "morrow: 2",
      "and: 1",
    ]),
  );
});

test("lines become upper case, and an empty one is a line, too", async () => {
  expect(valuesOf(await runBounded(upperCase.toJSON(), { lines }), "results")).toEqual([
    ["TO BE, OR NOT TO BE: THAT IS THE QUESTION."],
    [""],
    ["  DON'T  PANIC!"],
    ["4 TIMES 4"],
    ["TO-MORROW, AND TO-MORROW"],
  ]);
});

describe("CSV files", () => {
  const events = csv("events.csv");
  const broken = ['$.value: "much" is not a FLOAT', '$.value: "" is not a FLOAT'];

  test("become events from 10 on, high above 100, and the sum of each user", async () => {
    const rows = await runBounded(csvEtl.toJSON(), { events });
    expect(rows["events"]?.map((row) => [row["user_id"], row["event_type"], row["value"], row["category"]])).toEqual([
      ["u-1", "purchase", 10, "medium"],
      ["u-1", "purchase", 100, "medium"],
      ["u-2", "purchase", 100.5, "high"],
      ["u-3", "sign up, again", 50, "medium"],
      // Nothing between two commas is a text without letters, as it is to BigQuery: its time is as it was written.
      ["u-4", "purchase", 1000, "high"],
      // The same line twice is two events: nothing in it tells.
      ["u-1", "purchase", 10, "medium"],
    ]);
    expect(valuesOf(rows, "user_totals")).toEqual([
      ["u-1", 120],
      ["u-2", 100.5],
      ["u-3", 50],
      ["u-4", 1000],
    ]);
    expect(errorsOf(rows)).toEqual(broken);
    expect(new Set(rows["events"]?.map(({ processed_at }) => processed_at))).toEqual(
      new Set(["2030-01-01T00:00:00.000000Z"]),
    );
  });

  test("are looked at by a sample, without what no event may be", async () => {
    const rows = await runBounded(sampled.toJSON(), { events });
    expect(rows["samples"]).toHaveLength(1);
    expect(rows["samples"]?.[0]?.["rows"]).toHaveLength(7);
    expect(errorsOf(rows)).toEqual(["a value is never negative", ...broken]);
  });

  test("of more than a hundred, a hundred are looked at", async () => {
    const many = Array.from({ length: 250 }, (_, value) =>
      JSON.stringify({ user_id: "u", timestamp: "t", event_type: "e", value }),
    );
    const { samples } = await runBounded(sampled.toJSON(), { events: { file: many } });
    expect(samples?.[0]?.["rows"]).toHaveLength(100);
  });
});

test("two lists of users are brought together, and who is in one of them has an empty list of the other", async () => {
  const rows = await runBounded(contacts.toJSON(), {
    emails: { file: file("emails.jsonl") },
    phones: { file: file("phones.jsonl") },
  });
  expect(valuesOf(rows, "contacts")).toEqual([
    ["anna", ["anna@example.com", "a.n@example.org"], ["555-0100"]],
    ["ben", ["ben@example.com"], []],
    ["carl", [], ["555-0101"]],
  ]);
  expect(errorsOf(rows)).toEqual(["$.email is missing", '$: not JSON at byte 0: a value expected, "n" found']);
});

const reading = (value: number): string => JSON.stringify({ sensor: "s", read_at: "2026-03-02T08:00:00Z", value });

test("a reading that cannot be is set aside with the sentence that it breaks", async () => {
  const readings = { file: [reading(-273.15), reading(-274), reading(20)] };
  const rows = await runBounded(archive.toJSON(), { readings });
  expect(rows["readings"]?.map(({ value }) => value)).toEqual([-273.15, 20]);
  expect(errorsOf(rows)).toEqual(["nothing is colder than -273.15 degrees"]);
});

describe("live events", () => {
  const arrivals = linesOf("live.jsonl").map((data) => {
    const { timestamp: at = "2026-03-02T08:12:00Z" } = JSON.parse(data) as { readonly timestamp?: string };
    // u-3 was away: what it did at 08:00:30 comes at 08:12.
    return { data, at: data.includes("late") ? "2026-03-02T08:12:00Z" : at };
  });

  test("are a row each, with the message that they came in", () => {
    const rows = runPipeline(liveEvents.toJSON(), arrivals);
    expect(rows["events"]).toHaveLength(6);
    expect(rows["events"]?.[0]).toEqual({
      timestamp: "2026-03-02T08:00:10.000000Z",
      user_id: "u-1",
      event: "open",
      message_id: "1",
    });
    expect(errorsOf(rows)).toEqual(["$.timestamp is missing"]);
  });

  describe("in windows", () => {
    // event time   08:00:10  :20  :50   08:05   08:12
    // opens, buys  u-1       u-2  u-1   u-1     u-2   and u-3's of 08:00:30
    const rows = runPipeline(windows.toJSON(), arrivals);
    const of = (output: string): readonly string[] =>
      rows[output]?.map(({ window_start, events }) => `${String(window_start).slice(11, 16)} ${String(events)}`) ?? [];

    test("of ten minutes, and of ten every five", () => {
      expect(of("fixed")).toEqual(["08:00 4", "08:10 1"]);
      expect(of("sliding")).toEqual(["07:55 3", "08:00 4", "08:05 2", "08:10 1"]);
    });

    test("of sessions: u-3's is still open, whatever others' windows do", () => {
      expect(rows["sessions"]?.map((row) => [row["user_id"], row["window_end"], row["events"]])).toEqual([
        ["u-3", "2026-03-02T08:30:30.000000Z", 1],
        ["u-1", "2026-03-02T08:35:00.000000Z", 3],
        ["u-2", "2026-03-02T08:42:00.000000Z", 2],
      ]);
    });

    test("of all there is, told each minute and then again", () => {
      const last = new Map(rows["global"]?.map(({ event, events }) => [event, events]));
      expect(Object.fromEntries(last)).toEqual({ open: 4, buy: 1, late: 1 });
    });

    test("early, on time and late: each row is all of its minute", () => {
      // Thirty seconds after the first one; when the minute is over; when the late one comes.
      expect(of("early_and_late").filter((row) => row.startsWith("08:00"))).toEqual(["08:00 2", "08:00 3", "08:00 4"]);
    });

    test("of every ten: what is left comes when the window ends", () => {
      expect(of("every_ten")).toEqual(["08:00 3", "08:05 1", "08:12 1"]);
      const eleven = Array.from({ length: 11 }, () => arrivals[0] ?? { data: "", at: "" });
      expect(runPipeline(windows.toJSON(), eleven)["every_ten"]?.map(({ events }) => events)).toEqual([10, 1]);
    });

    test("without a lateness, what comes later is told of as such", () => {
      expect(rows["errors"]?.filter(({ reason }) => reason === "late").map(({ step }) => step)).toEqual([
        "fixed.aggregate",
        "sliding.aggregate",
        "sliding.aggregate",
        "every_ten.aggregate",
      ]);
    });
  });
});
