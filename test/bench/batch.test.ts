import { expect, test } from "vitest";
import { events } from "../../bench/batch/batch";
import { rowsOfBatch } from "../../bench/batch/rows";

test("the events of a day are the same each time, and in order", () => {
  const lines = [...events(1_000)].map((line) => JSON.parse(line) as { readonly timestamp: string });
  expect([...events(1_000)].map((line) => JSON.parse(line) as unknown)).toEqual(lines);
  const times = lines.map(({ timestamp }) => timestamp);
  expect(times).toEqual(times.toSorted());
  expect(times[0]).toBe("2026-03-02 00:00:00");
  expect(new Set(times.map((time) => time.slice(0, 10))).size).toBe(1);
});

test("a run is held against DuckDB, and against Beam where there is one", () => {
  const engine = { micros: 1, megabytes: 100 };
  const pipelines = {
    user_traffic: { engine, duckdb: { micros: 0.5, megabytes: 200 }, beam: { micros: 100, megabytes: 300 } },
    minute_traffic: { engine, duckdb: { micros: 2, megabytes: 200 } },
  };
  const rows = rowsOfBatch({ lines: 1_000, beamLines: 10, pipelines });
  expect(rows.map(({ against, ratio }) => [against, ratio])).toEqual([
    ["DuckDB on one thread, 0.50 µs, 200 MB", "0.5 times as fast"],
    ["Beam's direct runner in Python, by 10 of them, 100.00 µs, 300 MB", "100.0 times as fast"],
    ["DuckDB on one thread, 2.00 µs, 200 MB", "2.0 times as fast"],
  ]);
});
