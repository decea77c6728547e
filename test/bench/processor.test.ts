import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { chart, niceAbove } from "../../bench/processor/chart";
import { selfTimes } from "../../bench/processor/cpu-profile";
import { careful, naive } from "../../bench/processor/naive";
import { runEngine } from "../../bench/processor/ours";
import type { QueryResult } from "../../bench/processor/processor";
import { queries, type Query } from "../../bench/processor/queries";
import { differenceOf, resultLine } from "../../bench/processor/result-lines";
import { rowsOf } from "../../bench/processor/rows";
import { clicks, FileMessages, writeClicks } from "../../bench/processor/workload";

const folder = mkdtempSync(join(tmpdir(), "journey-bench-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function messagesOf(events: number, late = 0): FileMessages {
  const file = join(folder, "clicks.jsonl");
  writeClicks(file, { events, late });
  return new FileMessages(file);
}

test("the events are the same each time, of the size that is said", () => {
  const options = { events: 1_000, late: 0.001 };
  const texts = [...clicks(options)];
  expect([...clicks(options)]).toEqual(texts);
  expect([...clicks({ ...options, most: 10 })]).toEqual(texts.slice(0, 10));
  const size = texts.join("").length / texts.length;
  expect(size).toBeGreaterThan(175);
  expect(size).toBeLessThan(190);
});

test("a file's lines are its messages", () => {
  const messages = messagesOf(100);
  expect(messages.count).toBe(100);
  expect(messages.string(99)).toBe([...clicks({ events: 100, late: 0 })][99]);
});

test.each(Object.keys(queries) as Query[])("%s gives the same rows as the loop by hand", (query) => {
  const messages = messagesOf(5_000);
  const lines: { ours: string[]; theirs: string[]; careful: string[] } = { ours: [], theirs: [], careful: [] };
  const line = (row: object) => resultLine(query, row as { readonly [field: string]: unknown });
  const { refused } = runEngine({ query, messages, take: (row) => void lines.ours.push(line(row)) });
  naive[query](messages, (row) => lines.theirs.push(line(row)));
  careful[query]?.(messages, (row) => lines.careful.push(line(row)));
  expect(refused).toBe(0);
  expect(lines.ours.length).toBeGreaterThan(50);
  expect(differenceOf(lines.ours, lines.theirs)).toBeUndefined();
  if (query in careful) expect(differenceOf(lines.ours, lines.careful)).toBeUndefined();
});

test("late events are refused, and checkpoints are made when they are due", () => {
  const messages = messagesOf(5_000, 0.1);
  const due = [1, 3];
  let batch = 0;
  const { checkpointed, refused, rows } = runEngine({
    query: "fixed",
    messages,
    checkpointDue: () => due.includes(batch++),
  });
  expect(refused).toBeGreaterThan(0);
  expect(rows).toBeGreaterThan(0);
  expect(checkpointed).toBeGreaterThan(0);
});

test("a difference of results shows the first row", () => {
  expect(differenceOf(["a", "b"], ["b", "a"])).toBeUndefined();
  expect(differenceOf(["a", "c"], ["a", "b"])).toBe("2 rows and 2; the first that differ are c and b");
  expect(differenceOf(["a"], ["a", "b"])).toBe("1 rows and 2; the first that differ are none and b");
});

const frame = (functionName: string, url: string, lineNumber = 0) => ({ functionName, url, lineNumber });

test("a profile's functions are told by their module, the longest first", () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame("add", "file:///program.js", 3) },
      { id: 2, callFrame: frame("", "") },
      { id: 3, callFrame: frame("(idle)", "") },
    ],
    samples: [1, 2, 1, 3],
    timeDeltas: [30, 20, 50, 900],
  };
  const program =
    "// ../../pipeline/a.ts\nlet a;\n// ../../pipeline-images/stream-processor/window/b.ts\nfunction add() {}";
  expect(selfTimes(profile, program, 5)).toEqual([
    { name: "add, window/b.ts", share: 0.8 },
    { name: "(without a name), generated", share: 0.2 },
  ]);
});

const result: QueryResult = {
  query: "fixed",
  events: 1_000,
  micros: { naive: 2, engine: 0.5, checkpointed: 0.55, bytewax: 20 },
  checkpointBytes: 10,
  rows: 1,
  late: 0,
};

test("a query's result is a row for each that it is held against", () => {
  expect(rowsOf(result).map(({ against, ratio }) => [against, ratio])).toEqual([
    ["JSON.parse and a loop, 2.00 µs", "4.0 times as fast"],
    ["Bytewax with orjson, 20.00 µs", "40.0 times as fast"],
    ["fixed without", "1.10 of its time"],
  ]);
  const visits: QueryResult = { ...result, query: "session", micros: { naive: 2, careful: 1.5, engine: 1 } };
  expect(rowsOf(visits).map(({ against, ratio }) => [against, ratio])).toEqual([
    ["JSON.parse and a loop, 2.00 µs", "2.0 times as fast"],
    ["JSON.parse and a loop that extends sessions in place, 1.50 µs", "1.5 times as fast"],
  ]);
});

test("the chart has a bar for each contestant, as long as it is fast", () => {
  const svg = chart([result, { ...result, query: "whole", micros: { naive: 2, engine: 1 } }], "a < b");
  // Without the background and the four squares of the legend.
  const widths = [...svg.matchAll(/<rect x="92" y="\d+" width="([\d.]+)" height="14"/g)].map(([, width]) =>
    Number(width),
  );
  expect(widths).toEqual([564, 141, 14.1, 282, 141]);
  expect(svg).toContain("a &lt; b");
  expect([niceAbove(1), niceAbove(1_234), niceAbove(9)]).toEqual([1, 2_000, 10]);
});
