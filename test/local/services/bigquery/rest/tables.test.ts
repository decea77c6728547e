import { expect, test } from "vitest";
import { failure, running } from "../support";

test("a dataset is made, changed, listed and deleted", async () => {
  const { client } = await running();
  const [dataset] = await client.createDataset("journey", { location: "EU", labels: { team: "data" } });
  const [metadata] = await dataset.getMetadata();
  expect(metadata).toMatchObject({
    id: "acme-dev:journey",
    location: "EU",
    labels: { team: "data" },
    creationTime: "1714996800000",
  });
  await dataset.setMetadata({ description: "clicks", labels: { team: null, stage: "dev" } as never });
  expect((await dataset.getMetadata())[0]).toMatchObject({ description: "clicks", labels: { stage: "dev" } });
  expect((await client.getDatasets())[0].map(({ id }) => id)).toEqual(["journey"]);
  expect(await failure(client.createDataset("journey"))).toBe(
    "409 duplicate: Already Exists: Dataset acme-dev:journey",
  );

  await dataset.createTable("clicks", { schema: "n:INTEGER" });
  expect(await failure(dataset.delete())).toBe("400 invalid: Dataset acme-dev:journey is still in use");
  await dataset.delete({ force: true });
  expect(await failure(dataset.get())).toBe("404 notFound: Not found: Dataset acme-dev:journey");
});

test("a table is as it was described: schema in BigQuery's own form, partitioning, clustering", async () => {
  const { client } = await running();
  const [dataset] = await client.createDataset("journey");
  const [table] = await dataset.createTable("clicks", {
    schema: {
      fields: [
        { name: "user", type: "STRING", mode: "REQUIRED", description: "who" },
        { name: "n", type: "INT64" },
        { name: "price", type: "DECIMAL", precision: "10", scale: "2" },
        { name: "items", type: "STRUCT", mode: "REPEATED", fields: [{ name: "sku", type: "STRING" }] },
      ],
    },
    timePartitioning: { type: "DAY", field: "seen" },
    clustering: { fields: ["user"] },
  });
  const [metadata] = await table.getMetadata();
  expect(metadata).toMatchObject({
    type: "TABLE",
    numRows: "0",
    timePartitioning: { type: "DAY", field: "seen" },
    clustering: { fields: ["user"] },
    schema: {
      fields: [
        { name: "user", type: "STRING", mode: "REQUIRED", description: "who" },
        { name: "n", type: "INTEGER", mode: "NULLABLE" },
        { name: "price", type: "NUMERIC", mode: "NULLABLE", precision: "10", scale: "2" },
        {
          name: "items",
          type: "RECORD",
          mode: "REPEATED",
          fields: [{ name: "sku", type: "STRING", mode: "NULLABLE" }],
        },
      ],
    },
  });
  expect((await dataset.getTables())[0].map(({ id }) => id)).toEqual(["clicks"]);
  await table.delete();
  expect((await table.exists())[0]).toBe(false);
});

test("columns are added and relaxed with the rows in place, also within records; nothing else changes", async () => {
  const { client, bigquery } = await running();
  const [dataset] = await client.createDataset("journey");
  const user = { name: "user", type: "STRING", mode: "REQUIRED" };
  const items = { name: "items", type: "RECORD", mode: "REPEATED", fields: [{ name: "sku", type: "STRING" }] };
  const [table] = await dataset.createTable("clicks", { schema: { fields: [user, items] } });
  await table.insert([{ user: "u1", items: [{ sku: "a" }] }]);

  const relaxed = { ...user, mode: "NULLABLE" };
  const wider = { ...items, fields: [...items.fields, { name: "quantity", type: "INTEGER" }] };
  await table.setMetadata({ schema: { fields: [relaxed, wider, { name: "page", type: "STRING" }] } });
  await table.insert([{ page: "/home", items: [{ sku: "b", quantity: 2 }] }]);
  expect(await bigquery.query("SELECT * FROM journey.clicks ORDER BY user DESC")).toEqual([
    { user: "u1", items: [{ sku: "a", quantity: null }], page: null },
    { user: null, items: [{ sku: "b", quantity: 2 }], page: "/home" },
  ]);

  expect(await failure(table.setMetadata({ schema: { fields: [{ name: "user", type: "INTEGER" }, wider] } }))).toBe(
    "400 invalid: Provided Schema does not match Table acme-dev:journey.clicks: user was STRING and is INTEGER; page (STRING) is gone. " +
      "Columns can be added and made NULLABLE with the rows in place; for anything else make a new table.",
  );
});

test("tables whose names differ in case are two, and columns are found whatever the case", async () => {
  const { client, bigquery } = await running();
  const [dataset] = await client.createDataset("journey");
  for (const name of ["Clicks", "clicks"]) {
    await dataset.createTable(name, { schema: "N:INTEGER" });
    await dataset.table(name).insert([{ n: name === "Clicks" ? 1 : 2 }]);
  }
  expect(await bigquery.query("SELECT n FROM journey.Clicks")).toEqual([{ n: 1 }]);
  expect(await bigquery.query("SELECT N FROM journey.clicks")).toEqual([{ N: 2 }]);
  await expect(bigquery.query("SELECT 1 FROM journey.CLICKS")).rejects.toThrow(
    "Not found: Table acme-dev:journey.CLICKS was not found. Names of tables have upper and lower case: did you mean journey.Clicks?",
  );
});

test.each([
  [[{ name: "1st", type: "STRING" }], /Invalid field name "1st"/],
  [[{ name: "a", type: "TEXT" }], /TEXT is not a valid value \(field a\)/],
  [
    [
      { name: "a", type: "STRING" },
      { name: "A", type: "STRING" },
    ],
    /Field A already exists in schema/,
  ],
  [[{ name: "r", type: "RECORD" }], /Field r is type RECORD but has no schema/],
  [
    [{ name: "r", type: "RECORD", fields: [{ name: "g", type: "GEOGRAPHY" }] }],
    /Field r\.g is GEOGRAPHY, which is not kept here/,
  ],
])("a schema that cannot be is refused with the column's name: %j", async (fields, message) => {
  const { client } = await running();
  const [dataset] = await client.createDataset("journey");
  expect(await failure(dataset.createTable("t", { schema: { fields } }))).toMatch(message);
});

test("a view has the columns of its query, and its query is checked when it is made", async () => {
  const { client, bigquery } = await running();
  const [dataset] = await client.createDataset("journey");
  await dataset.createTable("raw", { schema: "data:STRING" });
  await dataset.table("raw").insert([{ data: '{"user": "u1", "value": 1.5}' }, { data: "not json" }]);
  const query =
    "SELECT JSON_VALUE(data, '$.user') AS user, CAST(JSON_VALUE(data, '$.value') AS FLOAT64) AS value FROM journey.raw";
  const [view] = await dataset.createTable("clicks", { view: { query, useLegacySql: false } });
  expect((await view.getMetadata())[0]).toMatchObject({
    type: "VIEW",
    view: { query, useLegacySql: false },
    schema: {
      fields: [
        { name: "user", type: "STRING" },
        { name: "value", type: "FLOAT" },
      ],
    },
  });
  expect(await bigquery.query("SELECT * FROM journey.clicks ORDER BY user")).toEqual([
    { user: null, value: null },
    { user: "u1", value: 1.5 },
  ]);
  const broken = { view: { query: "SELECT nothing FROM journey.raw", useLegacySql: false } };
  expect(await failure(dataset.createTable("broken", broken))).toBe(
    "400 invalidQuery: Unrecognized name: nothing at [1:8]",
  );
});

test("what a caller may not do is a 403 that names the permission", async () => {
  const { host, client, as } = await running();
  const [dataset] = await client.createDataset("journey");
  await dataset.createTable("clicks", { schema: "n:INTEGER" });
  const reader = { member: "serviceAccount:reader@acme-dev.iam.gserviceaccount.com" };
  const on = "bigquery.googleapis.com/projects/acme-dev/datasets/journey";
  host.access.allow(reader.member, "bigquery.tables.getData", on).allow(reader.member, "bigquery.tables.get", on);
  const theirs = (await as(reader)).dataset("journey").table("clicks");
  expect((await theirs.getRows())[0]).toEqual([]);
  expect(await failure(theirs.insert([{ n: 1 }]))).toMatch(/^403 accessDenied: .*bigquery\.tables\.updateData/);
  expect(await failure(theirs.delete())).toMatch(/^403 accessDenied: .*bigquery\.tables\.delete/);
  expect(await failure(theirs.query("SELECT 1"))).toMatch(/^403 accessDenied: .*bigquery\.jobs\.create/);
});
