/** The short version of `npm run chaos`: real processes, killed in every way, and tables that are right to the row. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { PaneRow } from "../../scripts/chaos/pipelines";
import { readRecordings, Recording } from "../../scripts/chaos/recording";
import { chaosReport, isWell } from "../../scripts/chaos/report";
import { runChaos } from "../../scripts/chaos/run";
import { pauses, regular, totalsOf } from "../../scripts/chaos/totals";
import { isRight, judge, lostAndDoubled } from "../../scripts/chaos/verdict";

test("killed eighteen times between them, three pipelines lose nothing and double nothing, and the model gives their rows", async () => {
  const result = await runChaos({ kills: 18, seed: 4 });
  const report = chaosReport(result);
  expect(isWell(result), report).toBe(true);
  expect(report).toContain("**0 lost, 0 doubled**");
  expect(result.pipelines.map(({ pipeline }) => pipeline)).toEqual(["fixed", "sliding", "sessions"]);
  // Watermarks pass windows between two kills only where all processes' time runs as fast as the run's.
  expect(result.pipelines.some(({ timing }) => (timing["LATE"] ?? 0) > 0)).toBe(true);
  for (const { blows, published, owners } of result.pipelines) {
    expect(Object.values(blows).reduce((sum, one) => sum + one, 0)).toBe(6);
    expect(published).toBeGreaterThan(100);
    expect(owners).toBeGreaterThan(2);
  }
}, 300_000);

const noon = (second: number): string => new Date(Date.UTC(2024, 0, 31, 12, 0, second)).toISOString();
const click = (second: number, points: number, user = "ada") => ({ user, points, at: noon(second) });
const pane = (from: number, to: number, clicks: number, points: number): PaneRow => ({
  user: "ada",
  window_start: noon(from),
  window_end: noon(to),
  timing: "ON_TIME",
  clicks,
  points,
});

test("a click that no pane has is lost, and one that two panes have is doubled", () => {
  const expected = totalsOf([click(1, 10), click(31, 20), click(32, 5)], regular(30_000));
  const right = [pane(0, 30, 1, 10), pane(30, 60, 1, 20), pane(30, 60, 1, 5)];
  expect(isRight(judge(right, expected, right))).toBe(true);
  const lacking = judge(right.slice(0, 2), expected, right);
  expect(lostAndDoubled(lacking)).toEqual({ lost: 1, doubled: 0 });
  expect(lacking.missing).toHaveLength(1);
  const again = judge([...right, pane(0, 30, 1, 10)], expected, right);
  expect(lostAndDoubled(again)).toEqual({ lost: 0, doubled: 1 });
  expect(again.unexpected).toHaveLength(1);
  const elsewhere = judge([pane(60, 90, 1, 10), ...right.slice(1)], expected, right);
  expect(lostAndDoubled(elsewhere)).toEqual({ lost: 1, doubled: 1 });
});

test("the same totals in other panes are no loss, and not the model's rows either", () => {
  const expected = totalsOf([click(31, 20), click(32, 5)], regular(30_000));
  const verdict = judge([pane(30, 60, 2, 25)], expected, [pane(30, 60, 1, 20), pane(30, 60, 1, 5)]);
  expect(lostAndDoubled(verdict)).toEqual({ lost: 0, doubled: 0 });
  expect(isRight(verdict)).toBe(false);
});

test("a pane of a session that grew later belongs to the session that it became", () => {
  // 0   4   8      20
  // a   a   a      a     gap 6 s: one session from 0 to 14, one from 20 to 26
  const expected = totalsOf([click(0, 1), click(4, 1), click(8, 1), click(20, 1)], pauses(6_000));
  expect(expected.map(({ clicks }) => clicks)).toEqual([3, 1]);
  const panes = [pane(0, 6, 1, 1), pane(0, 14, 2, 2), pane(20, 26, 1, 1)];
  expect(judge(panes, expected, panes).totals).toEqual([]);
});

test("what was worked on and not recorded is no part of a recording", () => {
  const folder = mkdtempSync(join(tmpdir(), "journey-recording-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  const killed = new Recording(first);
  killed.add(["clock", 1]);
  killed.makeRecord();
  killed.ask({ term: 1, seq: 1 });
  killed.add(["clock", 2]);
  killed.makeRecord();
  // Asked for again, as its answer was lost: it is the same record.
  killed.ask({ term: 1, seq: 2 });
  killed.ask({ term: 1, seq: 2 });
  const after = new Recording(second);
  after.add(["clock", 3]);
  after.makeRecord();
  after.add(["clock", 4]);
  after.ask({ term: 2, seq: 1 });
  writeFileSync(second, '{"at":{"term":2,"seq":2},"happ', { flag: "a" });
  // The log was sealed before the killed one's second record.
  const all = readRecordings([second, first], ({ term, seq }) => term > 1 || seq < 2);
  expect(all).toEqual([
    ["clock", 1],
    ["clock", 3],
  ]);
});
