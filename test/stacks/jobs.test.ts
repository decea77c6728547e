/** Every pipeline of the stacks that ends, run as its job is run: from the files of its bucket into its tables and files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { Runner } from "../../constructs";
import { Template } from "../../constructs/testing/template";
import { formatOf } from "../../pipeline-images/stream-processor/formats/of-binding";
import { archive } from "../../stacks/batch-etl/pipelines/archive";
import { contacts } from "../../stacks/batch-etl/pipelines/contacts";
import { csvEtl } from "../../stacks/batch-etl/pipelines/csv-etl";
import { regions } from "../../stacks/batch-etl/pipelines/regions";
import { sales } from "../../stacks/batch-etl/pipelines/sales";
import { sampled } from "../../stacks/batch-etl/pipelines/sampled";
import { wordCount } from "../../stacks/batch-etl/pipelines/word-count";
import { BatchEtl } from "../../stacks/batch-etl/stack";
import { stages as batchEtlStages } from "../../stacks/batch-etl/stages";
import { purchaseHistory } from "../../stacks/integration/pipelines";
import { Integration } from "../../stacks/integration/stack";
import { stages as integrationStages } from "../../stacks/integration/stages";
import { logLake } from "../../stacks/log-lake/pipeline";
import { LogLake } from "../../stacks/log-lake/stack";
import { stages as logLakeStages } from "../../stacks/log-lake/stages";
import { minuteTraffic } from "../../stacks/web-traffic/pipelines/minute-traffic";
import { userTraffic } from "../../stacks/web-traffic/pipelines/user-traffic";
import { WebTraffic } from "../../stacks/web-traffic/stack";
import { stages as webTrafficStages } from "../../stacks/web-traffic/stages";
import { jobsOf } from "./support/jobs";

const sample = (path: string): Buffer => readFileSync(join(__dirname, "../../stacks", path));
const app = () => Testing.app({ stackTraces: false });
const done = (pipeline: string, run = "first"): string => `${pipeline}: all rows of run ${run} are written`;

/** What stands in files: names without what the run is called, and lines. */
const linesOf = (files: readonly (readonly [name: string, content: Buffer])[]): readonly string[] =>
  files.flatMap(([, content]) => content.toString().trimEnd().split("\n"));

describe("web-traffic", () => {
  test("W1: a row a user, and a line about the run; a run that is repeated counts nothing twice", async () => {
    const jobs = await jobsOf(Template.fromStack(new WebTraffic(app(), "web-traffic-dev", webTrafficStages.dev)));
    await jobs.put("acme-dev-web-traffic-events", "events.json", sample("web-traffic/data/events.jsonl"));
    for (const run of ["first", "second"]) {
      expect(await jobs.run("user-traffic", userTraffic.toJSON(), run)).toBe(done("user-traffic", run));
      expect(await jobs.query("SELECT * FROM `acme-dev.logs.user_traffic` ORDER BY user_id")).toEqual(
        [
          ["", 1, 5, 5, 5],
          ["u-01", 5, 800, 500, 40],
          ["u-02", 4, 1890, 1200, 90],
          ["u-03", 2, 10, 10, 0],
          ["u-04", 1, 7000, 7000, 7000],
          ["u-05", 2, 4_503_599_627_370_498, 4_503_599_627_370_497, 1],
          ["u-06", 1, -1, -1, -1],
        ].map(([user_id, pageviews, total_bytes, max_bytes, min_bytes]) => ({
          user_id,
          pageviews,
          total_bytes,
          max_bytes,
          min_bytes,
        })),
      );
    }
    const metrics = await jobs.objects("acme-dev-web-traffic", "metrics/summary");
    expect(linesOf(metrics.slice(0, 1))).toEqual([
      "16 pageviews of 7 users, 4503599627380202 bytes, from 2026-03-01T23:59:59.000000Z to 2026-03-02T08:05:30.000000Z",
    ]);
    const counts = linesOf(await jobs.objects("acme-dev-web-traffic", "metrics/user-traffic/second"));
    expect(counts).toContain('batch_rows_read{pipeline="user-traffic",run="second"} 24');
    expect(counts).toContain('batch_rows_written{pipeline="user-traffic",run="second",output="user_traffic"} 7');
    expect(counts).toContain('batch_error_rows{pipeline="user-traffic",run="second",reason="parse"} 8');
    const refused = await jobs.objects("acme-dev-web-traffic", "errors/user-traffic");
    expect(new Set(linesOf(refused)).size).toBe(8);
  });

  test("W2: a row a minute", async () => {
    const jobs = await jobsOf(Template.fromStack(new WebTraffic(app(), "web-traffic-dev", webTrafficStages.dev)));
    await jobs.put("acme-dev-web-traffic-events", "events.json", sample("web-traffic/data/events.jsonl"));
    expect(await jobs.run("minute-traffic", minuteTraffic.toJSON())).toBe(done("minute-traffic"));
    const rows = await jobs.query(
      "SELECT FORMAT_TIMESTAMP('%d %H:%M', timestamp) AS minute, pageviews FROM `acme-dev.logs.minute_traffic` ORDER BY timestamp",
    );
    expect(rows.map(({ minute, pageviews }) => [minute, pageviews])).toEqual([
      ["01 23:59", 1],
      ["02 08:00", 7],
      ["02 08:01", 4],
      ["02 08:04", 2],
      ["02 08:05", 2],
      ["02 08:06", 3],
    ]);
  });
});

const batchEtl = () => jobsOf(Template.fromStack(new BatchEtl(app(), "batch-etl-dev", batchEtlStages.dev)));
const input = "acme-dev-batch-etl-input";

describe("batch-etl", () => {
  test("D1: sales in euros, what was sold, and the sums of shops and of all", async () => {
    const jobs = await batchEtl();
    await jobs.put(input, "sales/2026/03/north.jsonl", sample("batch-etl/data/sales.jsonl"));
    await jobs.put(input, "rates.csv", sample("batch-etl/data/rates.csv"));
    expect(await jobs.run("sales", sales.toJSON())).toBe(done("sales"));
    expect(await jobs.query("SELECT shop, item FROM `acme-dev.batch_etl.sold_items` ORDER BY shop, item")).toEqual([
      { shop: "north", item: "apples" },
      { shop: "north", item: "apples" },
      { shop: "north", item: "pears" },
      { shop: "south", item: "plums" },
    ]);
    expect(await jobs.query("SELECT shop, total FROM `acme-dev.batch_etl.sales_by_shop` ORDER BY shop")).toEqual([
      { shop: "north", total: 20 },
      { shop: "south", total: 10 },
    ]);
    expect(await jobs.query("SELECT * FROM `acme-dev.batch_etl.sales_overall`")).toEqual([{ total: 30, average: 7.5 }]);
  });

  test("D1: two lists of users, brought together", async () => {
    const jobs = await batchEtl();
    await jobs.put(input, "emails.jsonl", sample("batch-etl/data/emails.jsonl"));
    await jobs.put(input, "phones.jsonl.gz", gzipSync(sample("batch-etl/data/phones.jsonl")));
    expect(await jobs.run("contacts", contacts.toJSON())).toBe(done("contacts"));
    const rows = await jobs.query(
      "SELECT user, ARRAY_LENGTH(emails) AS emails, ARRAY_LENGTH(phones) AS phones FROM `acme-dev.batch_etl.contacts` ORDER BY user",
    );
    expect(rows).toEqual([
      { user: "anna", emails: 2, phones: 1 },
      { user: "ben", emails: 1, phones: 0 },
      { user: "carl", emails: 0, phones: 1 },
    ]);
  });

  test("D4 and D2: CSV files become events and totals; a query and a table become a table for each region", async () => {
    const jobs = await batchEtl();
    await jobs.put(input, "events/1.csv", sample("batch-etl/data/events.csv"));
    for (const run of ["first", "first", "second"]) await jobs.run("csv-etl", csvEtl.toJSON(), run);
    // Events are added by each run, once; totals are those of the last.
    expect(await jobs.query("SELECT COUNT(*) AS n FROM `acme-dev.batch_etl.events`")).toEqual([{ n: 12 }]);
    expect(await jobs.query("SELECT * FROM `acme-dev.batch_etl.user_totals` ORDER BY user_id")).toEqual([
      { user_id: "u-1", total_value: 120 },
      { user_id: "u-2", total_value: 100.5 },
      { user_id: "u-3", total_value: 50 },
      { user_id: "u-4", total_value: 1000 },
    ]);

    await jobs.query(
      "INSERT INTO `acme-dev.batch_etl.user_regions` VALUES ('u-1', 'eu'), ('u-2', 'us'), ('u-3', 'eu'), ('u-9', 'eu')",
    );
    expect(await jobs.run("regions", regions.toJSON())).toBe(done("regions"));
    expect(
      await jobs.query("SELECT user_id, events FROM `acme-dev.batch_etl_regions.table_eu` ORDER BY user_id"),
    ).toEqual([
      { user_id: "u-1", events: 6 },
      { user_id: "u-3", events: 2 },
    ]);
    expect(await jobs.query("SELECT user_id, value FROM `acme-dev.batch_etl_regions.table_us`")).toEqual([
      { user_id: "u-2", value: 201 },
    ]);

    expect(await jobs.run("sampled", sampled.toJSON())).toBe(done("sampled"));
    const [line = ""] = linesOf(await jobs.objects("acme-dev-batch-etl", "output/samples"));
    expect((JSON.parse(line) as { readonly rows: readonly unknown[] }).rows).toHaveLength(12);
  }, 60_000);

  test("D2: Avro becomes Parquet, a reading that cannot be apart", async () => {
    const jobs = await batchEtl();
    const fields = archive.toJSON().inputs["readings"]?.fields ?? [];
    const readings = formatOf({ type: "avro" }).write(fields);
    for (const value of [20, -274, -273.15])
      readings.add({ sensor: "s", read_at: "2026-03-02T08:00:00.000000Z", value });
    await jobs.put(input, "data/1.avro", Buffer.concat([readings.take(), readings.finish()]));
    expect(await jobs.run("archive", archive.toJSON())).toBe(done("archive"));
    const files = await jobs.objects("acme-dev-batch-etl", "output/data");
    expect(files).toHaveLength(10);
    for (const [name, content] of files) expect([name, content.subarray(-4).toString()]).toEqual([name, "PAR1"]);
    const [refused = ""] = linesOf(await jobs.objects("acme-dev-batch-etl", "errors/archive"));
    expect(JSON.parse(refused)).toMatchObject({
      error: "nothing is colder than -273.15 degrees",
      row: { value: -274 },
    });
  });

  test("D3: a line for each word", async () => {
    const jobs = await batchEtl();
    await jobs.bucket("dataflow-samples");
    await jobs.put("dataflow-samples", "shakespeare/hamlet.txt", sample("batch-etl/data/lines.txt"));
    expect(await jobs.run("word-count", wordCount.toJSON())).toBe(done("word-count"));
    const counts = linesOf(await jobs.objects("acme-dev-batch-etl", "output/counts"));
    expect(counts).toContain("to: 4");
    expect(counts).toContain("morrow: 2");
    expect(counts).toContain("that: 2");
  });
});

test("I10: what was paid for each category and day", async () => {
  const stack = new Integration(app(), "integration-dev", integrationStages.dev);
  const jobs = await jobsOf(Template.fromStack(stack));
  await jobs.put("acme-dev-purchase-files", "purchases/1.jsonl", sample("integration/data/purchases.jsonl"));
  expect(await jobs.run("purchase-history", purchaseHistory.toJSON())).toBe(done("purchase-history"));
  const rows = await jobs.query(
    "SELECT CAST(day AS STRING) AS day, product_category, CAST(amount AS STRING) AS amount, purchases FROM `acme-dev.dataset.purchase_history` ORDER BY 1, 2",
  );
  expect(rows.map((row) => Object.values(row))).toEqual([
    ["2026-03-01", "books", "12.8", 3],
    ["2026-03-01", "games", "60", 1],
    ["2026-03-02", "books", "7", 1],
    ["2026-03-02", "games", "30", 1],
  ]);
});

test("P2: the access logs of the day before, on one machine", async () => {
  const stack = new LogLake(app(), "log-lake-dev", { ...logLakeStages.dev, runner: Runner.job({ tasks: 4 }) });
  const jobs = await jobsOf(Template.fromStack(stack));
  const log = gzipSync(sample("log-lake/data/access.log"));
  await jobs.put("acme-dev-logs", "{yesterday}/www-1/access.log.gz", log);
  await jobs.put("acme-dev-logs", "{yesterday}/www-2/access.log.gz", log);
  await jobs.put("acme-dev-logs", "2026-02-01/www-1/access.log.gz", log);
  expect(await jobs.run("log-lake", logLake.toJSON())).toBe(done("log-lake"));
  expect(
    await jobs.query(
      "SELECT CAST(day AS STRING) AS day, COUNT(*) AS n FROM `acme-dev.logs.requests` WHERE day > '2026-01-01' GROUP BY 1 ORDER BY 1",
    ),
  ).toEqual([
    { day: "2026-02-28", n: 2 },
    { day: "2026-03-01", n: 16 },
    { day: "2026-03-02", n: 2 },
  ]);
});
