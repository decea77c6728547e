import { BigQuery as Client } from "@google-cloud/bigquery";
import { afterEach, expect, test, vi } from "vitest";
import { failure, running } from "../support";

afterEach(() => vi.unstubAllEnvs());

async function withClicks() {
  const run = await running();
  const [dataset] = await run.client.createDataset("journey");
  const [table] = await dataset.createTable("clicks", { schema: "user:STRING,n:INTEGER,seen:TIMESTAMP" });
  await table.insert([
    { user: "ann", n: 1, seen: "2024-05-06T10:00:00Z" },
    { user: "bob", n: 2, seen: "2024-05-06T11:00:00Z" },
    { user: "ann", n: 3, seen: "2024-05-06T12:00:00Z" },
  ]);
  return { ...run, dataset, table };
}

test("a query's rows have the types of its columns", async () => {
  const { client } = await withClicks();
  const [rows] = await client.query(
    "SELECT user, SUM(n) AS total, MAX(seen) AS last FROM `acme-dev.journey.clicks` GROUP BY user ORDER BY user",
  );
  expect(JSON.parse(JSON.stringify(rows))).toEqual([
    { user: "ann", total: 4, last: { value: "2024-05-06T12:00:00.000Z" } },
    { user: "bob", total: 2, last: { value: "2024-05-06T11:00:00.000Z" } },
  ]);
});

test("the client works with nothing but BIGQUERY_EMULATOR_HOST", async () => {
  const { url } = await withClicks();
  vi.stubEnv("BIGQUERY_EMULATOR_HOST", url);
  const client = new Client({ projectId: "acme-dev" });
  expect((await client.query("SELECT COUNT(*) AS n FROM journey.clicks"))[0]).toEqual([{ n: 3 }]);
  expect((await client.dataset("journey").table("clicks").getRows())[0]).toHaveLength(3);
});

test("parameters are bound by name and by position, with their types", async () => {
  const { client } = await withClicks();
  const [named] = await client.query({
    query:
      "SELECT user FROM journey.clicks WHERE user = @user AND n > @least AND n IN UNNEST(@list) AND seen >= @since",
    params: { user: "ann", least: 1, list: [2, 3], since: client.timestamp("2024-05-06T00:00:00Z") },
  });
  expect(named).toEqual([{ user: "ann" }]);
  const [positional] = await client.query({ query: "SELECT ? AS a, ? AS b, ? AS c", params: ["x", 1.5, true] });
  expect(positional).toEqual([{ a: "x", b: 1.5, c: true }]);
  const [nulls] = await client.query({
    query: "SELECT @text AS text, @record.a AS a",
    params: { text: null, record: { a: 5 } },
    types: { text: "STRING", record: { a: "INT64" } },
  });
  expect(nulls).toEqual([{ text: null, a: 5 }]);
  expect(await failure(client.query({ query: "SELECT @missing", params: { other: 1 } }))).toBe(
    "400 invalidQuery: Query parameter 'missing' not found at [1:8]",
  );
});

test("results come page by page", async () => {
  const { client } = await running();
  const query = "SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25000)) AS n ORDER BY n";
  const [all] = await client.query(query);
  expect(all).toHaveLength(25_000);
  expect(all[24_999]).toEqual({ n: 25_000 });
  const [job] = await client.createQueryJob(query);
  const [page, next] = await job.getQueryResults({ maxResults: 10, autoPaginate: false });
  expect(page).toHaveLength(10);
  const [second] = await job.getQueryResults({ ...(next as object), maxResults: 10, autoPaginate: false });
  expect(second[0]).toEqual({ n: 11 });
});

test("an error has its reason and its place", async () => {
  const { client } = await withClicks();
  expect(await failure(client.query("SELECT usr FROM journey.clicks"))).toBe(
    "400 invalidQuery: Unrecognized name: usr; Did you mean user? at [1:8]",
  );
  expect(await failure(client.query("SELEC 1"))).toBe(
    '400 invalidQuery: Syntax error: Unexpected identifier "SELEC" at [1:1]',
  );
  expect(await failure(client.query("SELECT 1 FROM journey.nope"))).toBe(
    "404 notFound: Not found: Table acme-dev:journey.nope was not found at [1:15]",
  );
  expect(await failure(client.query({ query: "SELECT 1", useLegacySql: true }))).toBe(
    "400 invalid: Legacy SQL does not run here: set useLegacySql to false and write GoogleSQL",
  );
});

test("a dry run gives the schema and does nothing", async () => {
  const { client } = await withClicks();
  const [job] = await client.createQueryJob({
    query: "SELECT user, COUNT(*) AS n FROM journey.clicks GROUP BY user",
    dryRun: true,
  });
  expect(job.metadata).toMatchObject({
    status: { state: "DONE" },
    statistics: {
      query: {
        statementType: "SELECT",
        schema: {
          fields: [
            { name: "user", type: "STRING" },
            { name: "n", type: "INTEGER" },
          ],
        },
        referencedTables: [{ projectId: "acme-dev", datasetId: "journey", tableId: "clicks" }],
      },
    },
  });
  expect(await failure(client.createQueryJob({ query: "SELECT nope FROM journey.clicks", dryRun: true }))).toMatch(
    /^400 invalidQuery/,
  );
});

test("a job with an id happens once, and is found again", async () => {
  const { client, bigquery } = await withClicks();
  const insert = { query: "INSERT INTO journey.clicks (user) VALUES ('eve')", jobId: "once" };
  const [job] = await client.createQueryJob(insert);
  await job.promise();
  expect(await failure(client.createQueryJob(insert))).toBe("409 duplicate: Already Exists: Job acme-dev:US.once");
  expect(bigquery.counters()["journey.clicks"]).toMatchObject({ rows: 4 });
  const [metadata] = await client.job("once").getMetadata();
  expect(metadata).toMatchObject({
    status: { state: "DONE" },
    statistics: { query: { statementType: "INSERT", numDmlAffectedRows: "1", dmlStats: { insertedRowCount: "1" } } },
  });
  expect((await client.getJobs())[0].map(({ id }) => id)).toContain("once");
});

test("a job that fails is done, with its error", async () => {
  const { client } = await withClicks();
  const [job] = await client.createQueryJob("SELECT 1 / (n - n) FROM journey.clicks");
  expect(await failure(job.getQueryResults())).toMatch(/^400 invalidQuery: division by zero/);
  const [metadata] = await job.getMetadata();
  expect(metadata.status).toMatchObject({ state: "DONE", errorResult: { reason: "invalidQuery", location: "query" } });
});

test("a query's rows go into a table, as its dispositions say", async () => {
  const { client, bigquery, dataset } = await withClicks();
  const into = async (query: string, writeDisposition: string) => {
    const [job] = await client.createQueryJob({ query, destination: dataset.table("totals"), writeDisposition });
    await job.promise();
  };
  await into("SELECT user, SUM(n) AS total FROM journey.clicks GROUP BY user", "WRITE_EMPTY");
  await into("SELECT 'eve' AS user, 9 AS total", "WRITE_APPEND");
  expect(await bigquery.query("SELECT * FROM journey.totals ORDER BY user")).toEqual([
    { user: "ann", total: 4 },
    { user: "bob", total: 2 },
    { user: "eve", total: 9 },
  ]);
  expect(await failure(into("SELECT 'x' AS user, 1 AS total", "WRITE_EMPTY"))).toMatch(
    /Already Exists: Table acme-dev:journey\.totals/,
  );
  await into("SELECT 1 AS only", "WRITE_TRUNCATE");
  expect(await bigquery.query("SELECT * FROM journey.totals")).toEqual([{ only: 1 }]);
});

test("a query reads only what its caller may read, through a view as well", async () => {
  const { host, as, dataset } = await withClicks();
  await dataset.createTable("users", { view: { query: "SELECT user FROM journey.clicks", useLegacySql: false } });
  const reader = { member: "serviceAccount:reader@acme-dev.iam.gserviceaccount.com" };
  const on = "bigquery.googleapis.com/projects/acme-dev/datasets/journey/tables";
  host.access.allow(reader.member, "bigquery.jobs.create", "cloudresourcemanager.googleapis.com/projects/acme-dev");
  host.access.allow(reader.member, "bigquery.tables.getData", `${on}/users`);
  const theirs = await as(reader);
  expect((await theirs.query("SELECT 1 AS one"))[0]).toEqual([{ one: 1 }]);
  // Without an authorization of the view, the table behind it has to be readable too.
  expect(await failure(theirs.query("SELECT * FROM journey.users"))).toMatch(
    /^403 accessDenied: .*getData.*tables\/clicks/,
  );
  host.access.allow(reader.member, "bigquery.tables.getData", `${on}/clicks`);
  expect((await theirs.query("SELECT COUNT(*) AS n FROM journey.users"))[0]).toEqual([{ n: 3 }]);
  expect(await failure(theirs.query("DELETE FROM journey.clicks WHERE TRUE"))).toMatch(
    /^403 accessDenied: .*updateData/,
  );
});
