/** What Google's clients do with one partition of a table: table$20240131. */
import { Storage as StorageClient } from "@google-cloud/storage";
import { expect, onTestFinished, test } from "vitest";
import { Storage } from "../../../../../local/services/storage/storage";
import { fakeHost } from "../../../support/host";
import { failure, running } from "../support";

const schema = {
  fields: [
    { name: "user", type: "STRING" },
    { name: "n", type: "INTEGER" },
    { name: "day", type: "DATE" },
    { name: "at", type: "TIMESTAMP" },
    { name: "local", type: "DATETIME" },
  ],
};
const rangePartitioning = { field: "n", range: { start: "0", end: "25", interval: "10" } };

async function withTables() {
  const host = fakeHost();
  onTestFinished(() => host.close());
  const storage = new Storage(host);
  const objects = new StorageClient({ apiEndpoint: (await host.serve(storage)).http, projectId: "acme-dev" });
  const [bucket] = await objects.createBucket("acme-files");
  const { client, bigquery } = await running({ host, dependencies: { objects: storage } });
  const [dataset] = await client.createDataset("journey");
  const make = async (name: string, divided: object) => {
    const [table] = await dataset.createTable(name, { schema, ...divided });
    return table;
  };
  let files = 0;
  /** What came of loading these rows. */
  const load = async (tableId: string, rows: readonly object[], writeDisposition: string): Promise<string> => {
    const name = `in/${(files += 1)}.json`;
    await bucket.file(name).save(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const [job] = await client.createJob({
      configuration: {
        load: {
          sourceUris: [`gs://acme-files/${name}`],
          sourceFormat: "NEWLINE_DELIMITED_JSON",
          destinationTable: { projectId: "acme-dev", datasetId: "journey", tableId },
          writeDisposition,
        },
      },
    });
    return failure(job.promise());
  };
  const users = async (table: string): Promise<string> => {
    const rows = await bigquery.query(`SELECT user FROM journey.${table} ORDER BY user`);
    return rows.map(({ user }) => user as string).join(",");
  };
  return { client, dataset, bucket, make, load, users };
}

test("rows replace those of one partition, and of no other", async () => {
  const { make, load, users } = await withTables();
  await make("days", { timePartitioning: { type: "DAY", field: "day" } });
  await load(
    "days",
    [{ user: "a", day: "2024-01-30" }, { user: "b", day: "2024-01-31" }, { user: "c" }],
    "WRITE_APPEND",
  );
  const next = [
    { user: "d", day: "2024-01-31" },
    { user: "e", day: "2024-01-31" },
  ];
  expect(await load("days$20240131", next, "WRITE_TRUNCATE")).toBe("no failure");
  expect(await load("days$20240131", next, "WRITE_TRUNCATE")).toBe("no failure");
  expect(await users("days")).toBe("a,c,d,e");
  expect(await load("days$20240131", [{ user: "f", day: "2024-01-31" }], "WRITE_APPEND")).toBe("no failure");
  expect(await load("days$20240131", [{ user: "g", day: "2024-01-31" }], "WRITE_EMPTY")).toMatch(/Already Exists/);
  expect(await load("days$20240130", [], "WRITE_TRUNCATE")).toBe("no failure");
  expect(await users("days")).toBe("c,d,e,f");
});

test("a row that belongs elsewhere refuses the whole job, and nothing is changed", async () => {
  const { make, load, users } = await withTables();
  await make("days", { timePartitioning: { type: "DAY", field: "day" } });
  await load("days", [{ user: "a", day: "2024-01-31" }], "WRITE_APPEND");
  for (const stray of [{ user: "z", day: "2024-02-01" }, { user: "z" }]) {
    expect(await load("days$20240131", [{ user: "b", day: "2024-01-31" }, stray], "WRITE_TRUNCATE")).toMatch(
      "Some rows belong to different partitions rather than destination partition 20240131",
    );
  }
  expect(await users("days")).toBe("a");
});

test.each([
  ["hours", { timePartitioning: { type: "HOUR", field: "at" } }, "2024013123", { at: "2024-02-01T00:30:00+01:00" }],
  ["days", { timePartitioning: { type: "DAY", field: "at" } }, "20240131", { at: "2024-01-31T23:59:59.999999Z" }],
  ["months", { timePartitioning: { type: "MONTH", field: "local" } }, "202402", { local: "2024-02-29T00:00:00" }],
  ["years", { timePartitioning: { type: "YEAR", field: "day" } }, "2024", { day: "2024-12-31" }],
  ["numbers", { rangePartitioning }, "10", { n: 19 }],
  ["numbers", { rangePartitioning }, "20", { n: 24 }],
])("a table of %s, as %j", async (name, divided, id, row) => {
  const { make, load, users } = await withTables();
  await make(name, divided);
  expect(await load(`${name}$${id}`, [{ user: "a", ...row }], "WRITE_TRUNCATE")).toBe("no failure");
  expect(await users(name)).toBe("a");
});

test("a partition is copied and extracted", async () => {
  const { dataset, bucket, make, load, users } = await withTables();
  const divided = { timePartitioning: { type: "DAY", field: "day" } };
  await make("days", divided);
  const other = await make("other", divided);
  const day = { user: "b", day: "2024-01-31" };
  await load("days", [{ user: "a", day: "2024-01-30" }, day], "WRITE_APPEND");
  await load(
    "other",
    [
      { user: "x", day: "2024-01-31" },
      { user: "y", day: "2024-02-01" },
    ],
    "WRITE_APPEND",
  );
  const part = dataset.table("days$20240131");
  const [copied] = await part.createCopyJob(dataset.table("other$20240131"), { writeDisposition: "WRITE_TRUNCATE" });
  await copied.promise();
  expect(await users("other")).toBe("b,y");
  const [extracted] = await other.createExtractJob(bucket.file("all.json"), { format: "JSON" });
  await extracted.promise();
  const [one] = await part.createExtractJob(bucket.file("one.json"), { format: "JSON" });
  await one.promise();
  expect((await bucket.file("one.json").download())[0].toString()).toBe(`${JSON.stringify(day)}\n`);
  expect((await bucket.file("all.json").download())[0].toString().split("\n")).toHaveLength(3);
});

test("a query's rows go into a partition", async () => {
  const { client, dataset, make, load, users } = await withTables();
  await make("days", { timePartitioning: { type: "DAY", field: "day" } });
  await load(
    "days",
    [
      { user: "a", day: "2024-01-30" },
      { user: "b", day: "2024-01-31" },
    ],
    "WRITE_APPEND",
  );
  const [job] = await client.createQueryJob({
    query: "SELECT 'q' AS user, 1 AS n, DATE '2024-01-31' AS day, TIMESTAMP(NULL) AS `at`, DATETIME(NULL) AS local",
    destination: dataset.table("days$20240131"),
    writeDisposition: "WRITE_TRUNCATE",
  });
  const [rows] = await job.getQueryResults();
  expect(rows).toHaveLength(1);
  expect(await users("days")).toBe("a,q");
});

test("an id that is none of the table's is refused", async () => {
  const { make, load } = await withTables();
  await make("days", { timePartitioning: { type: "DAY", field: "day" } });
  await make("numbers", { rangePartitioning });
  await make("whole", {});
  await make("arrivals", { timePartitioning: { type: "DAY" } });
  expect(await load("days$2024013100", [], "WRITE_TRUNCATE")).toMatch("partitioned by DAY, and an id is YYYYMMDD");
  expect(await load("numbers$15", [], "WRITE_TRUNCATE")).toMatch("a partition is 0, 10 and so on to below 25");
  expect(await load("numbers$30", [], "WRITE_TRUNCATE")).toMatch("a partition is 0, 10 and so on to below 25");
  expect(await load("whole$20240131", [], "WRITE_TRUNCATE")).toMatch("a table that is not partitioned");
  expect(await load("arrivals$20240131", [], "WRITE_TRUNCATE")).toMatch("they are not divided here");
  expect(await load("none$20240131", [], "WRITE_TRUNCATE")).toMatch("No schema specified");
});
