import { expect, test } from "vitest";
import { fakeHost } from "../../support/host";
import { running, type Running } from "./support";

const clicks = {
  dataset_id: "journey",
  table_id: "clicks",
  deletion_protection: false,
  schema: JSON.stringify([
    { name: "user", type: "STRING", mode: "REQUIRED" },
    { name: "n", type: "INT64" },
  ]),
};

async function applied(run?: Running): Promise<Running> {
  const base = run ?? (await running());
  await base.apply("google_bigquery_dataset", { dataset_id: "journey", location: "europe-west1", labels: { a: "b" } });
  await base.apply("google_bigquery_table", clicks);
  return base;
}

test("a dataset and a table of the stack are there, with the attributes that others refer to", async () => {
  const run = await running();
  expect(await run.apply("google_bigquery_dataset", { dataset_id: "journey", location: "europe-west1" })).toMatchObject(
    {
      id: "projects/acme-dev/datasets/journey",
      project: "acme-dev",
    },
  );
  const attributes = await run.apply("google_bigquery_table", {
    ...clicks,
    time_partitioning: [{ type: "DAY", field: "seen", expiration_ms: 1000 }],
    clustering: ["user"],
    require_partition_filter: true,
  });
  expect(attributes).toMatchObject({ id: "projects/acme-dev/datasets/journey/tables/clicks", type: "TABLE" });
  const [metadata] = await run.client.dataset("journey").table("clicks").getMetadata();
  expect(metadata).toMatchObject({
    location: "EUROPE-WEST1",
    timePartitioning: { type: "DAY", field: "seen", expirationMs: 1000 },
    clustering: { fields: ["user"] },
    requirePartitionFilter: true,
    schema: {
      fields: [
        { name: "user", mode: "REQUIRED" },
        { name: "n", type: "INTEGER", mode: "NULLABLE" },
      ],
    },
  });
});

test("applied again over kept state, a table gains columns and keeps its rows", async () => {
  const host = fakeHost();
  try {
    const first = await applied(await running({ host }));
    await first.bigquery.append({ member: "user:you" }, "acme-dev.journey.clicks", [{ user: "ann", n: 1 }]);
    await first.bigquery.stop();

    const again = await running({ host: fakeHost({ state: host.state, clock: host.clock }) });
    const wider = [...(JSON.parse(clicks.schema) as object[]), { name: "page", type: "STRING" }];
    await again.apply("google_bigquery_dataset", { dataset_id: "journey", location: "europe-west1" });
    await again.apply("google_bigquery_table", { ...clicks, schema: JSON.stringify(wider) });
    expect(await again.bigquery.query("SELECT * FROM journey.clicks")).toEqual([{ user: "ann", n: 1, page: null }]);
    expect(again.bigquery.counters()).toEqual({ "google_bigquery_table.it": { rows: 1, appended: 0, refused: 0 } });
  } finally {
    await host.close();
  }
});

test("what would replace the table is refused, and the sentence shows what changed", async () => {
  const run = await applied();
  const schema = JSON.stringify([
    { name: "user", type: "INTEGER" },
    { name: "when", type: "TIMESTAMP", mode: "REQUIRED" },
  ]);
  await expect(run.apply("google_bigquery_table", { ...clicks, schema })).rejects.toThrow(
    "google_bigquery_table.it: Provided Schema does not match Table acme-dev:journey.clicks: user was STRING and is INTEGER; " +
      "n (INTEGER) is gone; when is new and REQUIRED, but the rows that are there have none. " +
      "Columns can be added and made NULLABLE with the rows in place; for anything else make a new table. " +
      "In the cloud, Terraform would replace the table and its rows would be gone.",
  );
});

test("a dataset does not move", async () => {
  const run = await applied();
  await expect(run.apply("google_bigquery_dataset", { dataset_id: "journey", location: "US" })).rejects.toThrow(
    "google_bigquery_dataset.it: dataset journey lies in EUROPE-WEST1 and a dataset's location cannot change to US",
  );
});

test("a view follows its query, and an error in it names the resource's query", async () => {
  const run = await applied();
  const view = {
    dataset_id: "journey",
    table_id: "users",
    view: { query: "SELECT user FROM `acme-dev.journey.clicks`", use_legacy_sql: false },
  };
  expect(await run.apply("google_bigquery_table", view)).toMatchObject({ type: "VIEW" });
  await run.apply("google_bigquery_table", {
    ...view,
    view: [{ query: "SELECT COUNT(*) AS n FROM journey.clicks", use_legacy_sql: false }],
  });
  expect(await run.bigquery.query("SELECT n FROM journey.users")).toEqual([{ n: 0 }]);
  await expect(
    run.apply("google_bigquery_table", { ...view, view: { query: "SELECT nope FROM journey.clicks" } }),
  ).rejects.toThrow("Unrecognized name: nope at [1:8]");
});

test("members of datasets and tables, and a dataset's access list, are grants", async () => {
  const run = await applied();
  const member = "serviceAccount:worker@acme-dev.iam.gserviceaccount.com";
  await run.apply("google_bigquery_table_iam_member", {
    dataset_id: "journey",
    table_id: "clicks",
    role: "roles/bigquery.dataEditor",
    member,
  });
  await run.apply("google_bigquery_dataset_iam_member", {
    dataset_id: "journey",
    role: "roles/bigquery.dataViewer",
    member,
  });
  await run.apply("google_bigquery_dataset_access", {
    dataset_id: "journey",
    role: "WRITER",
    user_by_email: "ann@acme.dev",
  });
  expect(run.host.access.grants.map(({ role, member: who, on }) => [role, who, on])).toEqual([
    ["roles/bigquery.dataEditor", member, "bigquery.googleapis.com/projects/acme-dev/datasets/journey/tables/clicks"],
    ["roles/bigquery.dataViewer", member, "bigquery.googleapis.com/projects/acme-dev/datasets/journey"],
    ["roles/bigquery.dataEditor", "user:ann@acme.dev", "bigquery.googleapis.com/projects/acme-dev/datasets/journey"],
  ]);
});

test("what is not run here is refused by name", async () => {
  const run = await applied();
  const external = { dataset_id: "journey", table_id: "files", external_data_configuration: { source_uris: [] } };
  await expect(run.apply("google_bigquery_table", external)).rejects.toThrow(
    "google_bigquery_table.it: external tables do not run here. Load the files into a table.",
  );
});
