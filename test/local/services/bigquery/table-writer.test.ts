import { expect, test } from "vitest";
import { running } from "./support";

const writer = { member: "serviceAccount:pubsub@acme-dev.iam.gserviceaccount.com" };
const on = "bigquery.googleapis.com/projects/acme-dev/datasets/journey/tables/clicks";

async function withTable() {
  const run = await running();
  const [dataset] = await run.client.createDataset("journey");
  await dataset.createTable("clicks", { schema: "data:STRING,publish_time:TIMESTAMP,attributes:JSON" });
  return run;
}

test("rows of another service are written in its name", async () => {
  const { bigquery, host } = await withTable();
  const rows = [{ data: "x", publish_time: "2024-05-06T12:00:00.123Z", attributes: '{"a":"b"}' }, { data: null }];
  await expect(bigquery.append(writer, "acme-dev.journey.clicks", rows)).rejects.toThrow(
    /bigquery\.tables\.updateData/,
  );
  host.access.allow(writer.member, "bigquery.tables.updateData", on);
  await bigquery.append(writer, "acme-dev.journey.clicks", rows);
  await bigquery.append(writer, "acme-dev:journey.clicks", [{ data: "y" }]);
  expect(await bigquery.recentRows("journey.clicks", 2)).toEqual([
    { data: "y", publish_time: null, attributes: null },
    { data: null, publish_time: null, attributes: null },
  ]);
  expect(bigquery.counters()["journey.clicks"]).toEqual({ rows: 3, appended: 3, refused: 0 });
});

test("a row that does not fit is an error with the reason, and none of them is written", async () => {
  const { bigquery } = await withTable();
  const you = { member: "user:you" };
  await expect(
    bigquery.append(you, "acme-dev.journey.clicks", [{ data: "x" }, { publish_time: "noon" }]),
  ).rejects.toThrow("acme-dev.journey.clicks: Unable to parse timestamp: noon");
  await expect(bigquery.append(you, "acme-dev.journey.clicks", [{ dat: "x" }])).rejects.toThrow("no such field: dat.");
  await expect(bigquery.append(you, "acme-dev.journey.nope", [])).rejects.toThrow(
    "Not found: Table acme-dev:journey.nope",
  );
  expect(bigquery.counters()["journey.clicks"]).toEqual({ rows: 0, appended: 0, refused: 3 });
});

test("the columns of a table are BigQuery's", async () => {
  const { bigquery } = await withTable();
  expect(bigquery.columns("acme-dev.journey.clicks")).toEqual([
    { name: "data", type: "STRING", mode: "NULLABLE" },
    { name: "publish_time", type: "TIMESTAMP", mode: "NULLABLE" },
    { name: "attributes", type: "JSON", mode: "NULLABLE" },
  ]);
  expect(() => bigquery.columns("acme-dev.journey.nope")).toThrow("Not found: Table acme-dev:journey.nope");
});

test("rows that are written while a table gains a column all arrive", async () => {
  const { bigquery, client } = await withTable();
  const you = { member: "user:you" };
  const fields = [...bigquery.columns("acme-dev.journey.clicks"), { name: "page", type: "STRING" }];
  const append = (n: number) => bigquery.append(you, "acme-dev.journey.clicks", [{ data: String(n) }]);
  await Promise.all([
    ...[1, 2, 3].map(append),
    client
      .dataset("journey")
      .table("clicks")
      .setMetadata({ schema: { fields: [...fields] } }),
    ...[4, 5, 6].map(append),
  ]);
  await append(7);
  expect(await bigquery.query("SELECT COUNT(DISTINCT data) AS n, COUNT(*) AS c FROM journey.clicks")).toEqual([
    { n: 7, c: 7 },
  ]);
});

test("a query's parameters have the types of their values", async () => {
  const { bigquery } = await withTable();
  expect(await bigquery.query("SELECT ? AS a, ? AS b, ? AS c, ? AS d", ["x", 1, 1.5, true])).toEqual([
    { a: "x", b: 1, c: 1.5, d: true },
  ]);
  expect(await bigquery.query("SELECT @n + 1 AS n", { n: 41 })).toEqual([{ n: 42 }]);
});
