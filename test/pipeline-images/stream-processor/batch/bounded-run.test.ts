import { createReadStream } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  bounded,
  count,
  fixed,
  integer,
  pipeline,
  schema,
  sliding,
  string,
  sum,
  timestamp,
  afterCount,
  afterWatermark,
  windowEnd,
  windowStart,
} from "../../../../pipeline";
import type { AnyRow } from "../../../../pipeline/schema/row";
import type { PipelineSpec } from "../../../../pipeline/spec";
import { runBounded } from "../../../../pipeline-images/stream-processor/batch/bounded-run";
import { type BoundedSource, fileSource } from "../../../../pipeline-images/stream-processor/batch/bounded-source";
import { shareOf } from "../../../../pipeline-images/stream-processor/batch/share";
import { formatOf } from "../../../../pipeline-images/stream-processor/formats/of-binding";
import { minuteTraffic } from "../../../../stacks/web-traffic/pipelines/minute-traffic";
import { userTraffic } from "../../../../stacks/web-traffic/pipelines/user-traffic";

const started = Date.parse("2026-03-03T03:00:00Z");
const sample = join(__dirname, "../../../../stacks/web-traffic/data/events.jsonl");
const jsonLines = formatOf({ type: "json-lines" });

async function* partsOf(content: Uint8Array, size = 10): AsyncIterable<Uint8Array> {
  for (let from = 0; from < content.length; from += size) yield content.subarray(from, from + size);
  await Promise.resolve();
}

const fileOf = (name: string, content: Uint8Array | string, format = jsonLines): BoundedSource =>
  fileSource(name, format, () => partsOf(Buffer.from(content)));

async function run(spec: PipelineSpec, inputs: { readonly [input: string]: readonly BoundedSource[] }) {
  const outputs = new Map<string, AnyRow[]>(Object.keys(spec.outputs).map((name) => [name, []]));
  const errors: AnyRow[] = [];
  let read = 0;
  await runBounded({
    spec,
    inputs,
    started,
    output: (name) => (row) => void outputs.get(name)?.push({ ...row }),
    errors: (row) => void errors.push({ ...row }),
    read: (rows) => void (read += rows),
  });
  return { rows: Object.fromEntries(outputs), errors, read };
}

const events = [fileSource("events.jsonl", jsonLines, () => createReadStream(sample))];

test("web-traffic: a row a minute, counted by hand in the sample", async () => {
  const { rows, errors, read } = await run(minuteTraffic.toJSON(), { events });
  const minutes = (rows["minute_traffic"] ?? []).map(({ timestamp: minute, pageviews }) => [minute, pageviews]);
  expect(minutes).toEqual([
    ["2026-03-01T23:59:00.000000Z", 1],
    ["2026-03-02T08:00:00.000000Z", 7],
    ["2026-03-02T08:01:00.000000Z", 4],
    ["2026-03-02T08:04:00.000000Z", 2],
    ["2026-03-02T08:05:00.000000Z", 2],
    // What else those three lines should say is not asked for here.
    ["2026-03-02T08:06:00.000000Z", 3],
  ]);
  expect(read).toBe(24);
  expect(errors.map(({ message_id }) => message_id)).toEqual(
    [17, 18, 22, 23, 24].map((line) => `events.jsonl:${line}`),
  );
});

test("web-traffic: a row a user, and a line about the run", async () => {
  const { rows } = await run(userTraffic.toJSON(), { events });
  expect(rows["user_traffic"]).toContainEqual({
    user_id: "u-01",
    pageviews: 5,
    total_bytes: 800,
    max_bytes: 500,
    min_bytes: 40,
  });
  expect(rows["user_traffic"]).toHaveLength(7);
  expect(rows["metrics"]).toEqual([
    {
      line: "16 pageviews of 7 users, 4503599627380202 bytes, from 2026-03-01T23:59:59.000000Z to 2026-03-02T08:05:30.000000Z",
    },
  ]);
});

const Sale = schema("sale", { shop: string(), at: timestamp(), cents: integer() });

test("a window has one pane, whatever would have fired it earlier or again", async () => {
  const impatient = pipeline("impatient", { sales: bounded(Sale) }, ({ sales }) => ({
    minutes: sales
      .eventTime("at")
      .window(fixed("1m"), {
        trigger: afterWatermark({ early: afterCount(1), late: afterCount(1) }),
        allowedLateness: "1h",
        accumulation: "accumulating",
      })
      .aggregate({ minute: windowStart(), sales: count() }),
  }));
  const csv = formatOf({ type: "csv", header: true });
  const files = [
    fileOf("b.csv", "shop,at,cents\nx,2026-03-02 08:01:00,5\nx,2026-03-02 08:00:00,5\nx,1\n", csv),
    fileOf("a.csv.gz", gzipSync("shop,at,cents\ny,2026-03-02 08:00:30,5\n"), csv),
  ];
  const { rows, errors } = await run(impatient.toJSON(), { sales: files });
  expect(rows["minutes"]).toEqual([
    { minute: "2026-03-02T08:00:00.000000Z", sales: 2 },
    { minute: "2026-03-02T08:01:00.000000Z", sales: 1 },
  ]);
  expect(errors).toMatchObject([
    {
      reason: "parse",
      message_id: "b.csv:4",
      error: "the record has 2 values, and there are 3 columns",
      raw_data: Buffer.from("x,1").toString("base64"),
    },
  ]);
});

test("rows of a time to come are rows as well, and no row has a time before a field gives it one", async () => {
  const plans = pipeline("plans", { sales: bounded(Sale) }, ({ sales }) => ({
    years: sales
      .assert("a price is above nothing", ({ cents }) => cents > 0)
      .eventTime("at")
      .window(fixed("1d"))
      .aggregate({ day: windowStart(), sales: count() }),
    all: sales.aggregate({ sales: count() }),
  }));
  const lines = [
    { shop: "x", at: "2099-03-02 08:01:00", cents: 5 },
    { shop: "x", at: "2026-03-02 08:01:00", cents: 0 },
  ].map((row) => JSON.stringify(row));
  const { rows, errors } = await run(plans.toJSON(), {
    sales: [fileOf("plans.json", lines.join("\n"))],
  });
  expect(rows).toEqual({ years: [{ day: "2099-03-02T00:00:00.000000Z", sales: 1 }], all: [{ sales: 2 }] });
  expect(errors).toMatchObject([{ message_id: "plans.json:2", event_time: null }]);
});

test("windows at both ends of time have bounds that can be told, and stop nothing", async () => {
  const ends = pipeline("ends", { sales: bounded(Sale) }, ({ sales }) => ({
    minutes: sales
      .eventTime("at")
      .window(sliding("2m", { every: "1m" }))
      .aggregate({ from: windowStart(), to: windowEnd(), cents: sum("cents") }),
  }));
  const most = Number.MAX_SAFE_INTEGER;
  const lines = [
    { shop: "x", at: "9999-12-31 23:59:59.999", cents: most },
    { shop: "x", at: "9999-12-31 23:59:59.999", cents: 1 },
    { shop: "x", at: "0001-01-01 00:00:00", cents: 5 },
  ].map((row) => JSON.stringify(row));
  const { rows, errors } = await run(ends.toJSON(), { sales: [fileOf("ends.json", lines.join("\n"))] });
  expect(rows["minutes"]).toEqual([
    { from: "0001-01-01T00:00:00.000000Z", to: "0001-01-01T00:01:00.000000Z", cents: 5 },
    { from: "0001-01-01T00:00:00.000000Z", to: "0001-01-01T00:02:00.000000Z", cents: 5 },
  ]);
  // The sums are no INTEGER that a function could see.
  expect(errors.map(({ reason, event_time }) => [reason, event_time])).toEqual([
    ["function", null],
    ["function", null],
  ]);
});

test("of no rows there are none", async () => {
  const { rows, errors } = await run(userTraffic.toJSON(), { events: [] });
  expect([rows, errors]).toEqual([{ user_traffic: [], metrics: [] }, []]);
});

test("a file that is another one is said by its name", async () => {
  const all = pipeline("all", { sales: bounded(Sale) }, ({ sales }) => ({ all: sales.select("shop") }));
  const csv = formatOf({ type: "csv", header: true });
  const wrong = { sales: [fileOf("users.csv", "name\nu\n", csv)] };
  await expect(run(all.toJSON(), wrong)).rejects.toThrow("users.csv: the header has no shop");
});

test("each file is read by one task, and by the same one again", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 9 }), (files, tasks) => {
      const shares = Array.from({ length: tasks }, (_, task) => shareOf(files, task, tasks));
      expect(shares.flat().toSorted()).toEqual(files.toSorted());
      const sizes = shares.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2);
    }),
  );
});
