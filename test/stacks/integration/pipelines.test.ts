import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unsupported } from "../../../pipeline-images/stream-processor/unsupported";
import { purchaseHistory, purchaseSummary } from "../../../stacks/integration/pipelines";
import { runBounded } from "../support/bounded";
import { runPipeline, type Arrival } from "../support/engine";

const lines = readFileSync(join(__dirname, "../../../stacks/integration/data/events.jsonl"), "utf8")
  .replace(/\n$/, "")
  .split("\n");

describe("I9: amount for each category and minute", () => {
  const spec = purchaseSummary.toJSON();

  test("I9: purchases only, in windows of a minute, late ones for ten minutes, each once", () => {
    expect(unsupported(spec)).toBeUndefined();
    expect(spec.steps.map(({ kind }) => kind)).toEqual(["filter", "assert", "map", "eventTime", "window", "aggregate"]);
    expect(spec.steps.find(({ kind }) => kind === "window")).toMatchObject({
      windowing: { type: "fixed", size: "60s" },
      allowedLateness: "600s",
      accumulation: "discarding",
    });
    expect(spec.outputs).toEqual({ summary: "summary.aggregate" });
  });

  test("I9: the sample gives these rows, and no others", () => {
    // Each comes when the newest of those before it happened.
    let at = "2026-03-02T08:00:00Z";
    const arrivals = lines.map((data): Arrival => {
      const [, happened = at] = /"occurred_at":"([^"]+)"/.exec(data) ?? [];
      at = happened > at ? happened : at;
      return { data, at };
    });
    const { summary = [], errors = [] } = runPipeline(spec, arrivals);
    const rows = summary.map(({ minute, product_category, amount, purchases }) =>
      [String(minute).slice(11, 16), product_category, amount, purchases].join(" "),
    );
    expect(rows.toSorted()).toEqual([
      // e-002, e-004 and e-006: 12.5 + 0.1 + 0.2, exactly; e-006 is the last millisecond of its minute.
      "08:00 books 12.8 3",
      // e-015 comes four minutes late: a row of its own.
      "08:00 books 20 1",
      // e-003. e-018 comes half an hour late, and is set aside.
      "08:00 games 60 1",
      // e-007 is the first of its minute.
      "08:01 books 7 1",
      // e-009 costs nothing, and counts.
      "08:01 toys 0 1",
      // e-014 and e-017
      "08:04 music 9.99 1",
      "08:30 games 30 1",
    ]);
    expect(errors.map(({ reason, step }) => `${String(reason)} ${String(step)}`).toSorted()).toEqual([
      // e-010 to e-012: below zero, without a category, without an amount.
      "function summary.assert",
      "function summary.assert",
      "function summary.assert",
      // e-018
      "late summary.aggregate",
      // e-013, no JSON, the empty line, and e-019, which has no time.
      "parse events",
      "parse events",
      "parse events",
      "parse events",
    ]);
  });
});

test("I10: of files, each purchase once, for each category and day", async () => {
  const spec = purchaseHistory.toJSON();
  expect(spec.inputs["purchases"]).toMatchObject({ kind: "bounded" });
  expect(spec.steps.map(({ kind }) => kind)).toEqual(["distinct", "map", "aggregate"]);
  expect(spec.steps.find(({ kind }) => kind === "aggregate")).toMatchObject({
    keys: ["day", "product_category"],
    fields: [
      { name: "day", type: "DATE", mode: "REQUIRED" },
      { name: "product_category", type: "STRING", mode: "REQUIRED" },
      { name: "amount", type: "NUMERIC", mode: "REQUIRED" },
      { name: "purchases", type: "INTEGER", mode: "REQUIRED" },
    ],
  });
  const file = join(__dirname, "../../../stacks/integration/data/purchases.jsonl");
  const { history, errors } = await runBounded(spec, { purchases: { file } });
  expect(history?.map((row) => Object.values(row))).toEqual([
    // 12.5, 0.1 and 0.2: to the cent, and the copy of p-02 is none.
    ["2026-03-01", "books", "12.8", 3],
    ["2026-03-01", "games", "60", 1],
    ["2026-03-02", "books", "7", 1],
    ["2026-03-02", "games", "30", 1],
  ]);
  expect(errors?.map(({ reason }) => reason)).toEqual(["parse", "parse", "parse"]);
});
