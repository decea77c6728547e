/** The short version of `npm run soak`, at a rate that any machine keeps up with: nothing here depends on its speed. */
import { expect, test } from "vitest";
import { judgeTotals } from "../../scripts/soak/judge";
import { isWell, soakReport } from "../../scripts/soak/report";
import { runSoak } from "../../scripts/soak/run";
import { type Sample, trendsOf } from "../../scripts/soak/samples";

test("a processor beside a cloud in another process loses nothing and doubles nothing, and says how it went", async () => {
  const result = await runSoak({ minutes: 1 / 3, rate: 500 });
  expect(result.verdict).toEqual({ lost: 0, doubled: 0, wrong: [] });
  expect(result.exitCode).toBe(0);
  expect(result.published).toBeGreaterThan(1_000);
  expect(result.samples.length).toBeGreaterThan(2);
  expect(result.samples.at(-1)?.megabytes).toBeGreaterThan(10);
  expect(soakReport(result)).toContain("**0 lost, 0 doubled**, exit code 0");
}, 300_000);

const noon = Date.UTC(2024, 0, 31, 12);
const found = (user: number, clicks: number, points: number, second = 0) => ({
  user: `u${user}`,
  window_start: new Date(noon + second * 1_000).toISOString(),
  clicks,
  points,
});

test("clicks that the table lacks are lost, those it has twice doubled, and points that differ are wrong", () => {
  const published = new Map([[noon, Float64Array.of(2, 30, 1, 7)]]);
  expect(judgeTotals(published, [found(0, 2, 30), found(1, 1, 7)])).toEqual({ lost: 0, doubled: 0, wrong: [] });
  expect(judgeTotals(published, [found(0, 1, 10), found(1, 2, 14)])).toMatchObject({ lost: 1, doubled: 1 });
  expect(judgeTotals(published, [found(0, 2, 31), found(1, 1, 7)]).wrong).toEqual([
    "u0 in the 10 s from 2024-01-31T12:00:00.000Z: 0 clicks, 1 points too many",
  ]);
  expect(judgeTotals(published, [found(0, 2, 30), found(1, 1, 7), found(0, 1, 1, 10)]).wrong).toHaveLength(1);
});

/** Half an hour, a sample each five seconds. */
const halfHour = (of: (second: number) => Partial<Sample>): readonly Sample[] =>
  Array.from({ length: 360 }, (_, i) => {
    const second = i * 5;
    const calm = {
      second,
      megabytes: 200,
      cloudMegabytes: 300,
      watermarkAge: 6,
      backlog: 1_000,
      messages: second,
      load: 1,
    };
    return { ...calm, ...of(second) };
  });

test("memory that grows while ids are collected is none, and memory that goes on growing is", () => {
  const ids = halfHour((second) => ({ megabytes: 100 + Math.min(second, 600) / 4 }));
  expect(trendsOf(ids, 1_000)).toMatchObject({ warmUp: expect.closeTo(598, 0), megabytes: { isBounded: true } });
  const leak = halfHour((second) => ({ megabytes: 100 + second / 8 }));
  expect(trendsOf(leak, 1_000).megabytes.isBounded).toBe(false);
});

test("a backlog that grows is not bounded, and fails a run that is long enough to tell", () => {
  const behind = halfHour((second) => ({ backlog: second * 100, watermarkAge: second / 10 }));
  const trends = trendsOf(behind, 1_000);
  expect([trends.backlog.isBounded, trends.watermarkAge.isBounded]).toEqual([false, false]);
  const result = {
    minutes: 30,
    limit: 1_250,
    rate: 1_000,
    published: 1,
    samples: behind,
    trends,
    verdict: { lost: 0, doubled: 0, wrong: [] },
    exitCode: 0,
  };
  expect(isWell(result)).toBe(false);
  expect(isWell({ ...result, minutes: 2 })).toBe(true);
  expect(isWell({ ...result, minutes: 2, verdict: { lost: 1, doubled: 0, wrong: [] } })).toBe(false);
  expect(soakReport(result)).toContain("80 % of 1250/s");
});
