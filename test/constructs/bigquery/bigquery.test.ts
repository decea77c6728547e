import { expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import type { DatasetProps } from "../../../constructs/bigquery/dataset-props";
import { Table } from "../../../constructs/bigquery/table";
import type { TableProps } from "../../../constructs/bigquery/table-props";
import { View } from "../../../constructs/bigquery/view";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { float, integer, nullable, record, repeated, schema, string, timestamp } from "../support-pipeline";
import { aStack, messageOf, templateOf } from "../support";

const click = schema("click", {
  user: string({ description: "who" }),
  value: nullable(float()),
  tags: repeated(string()),
  at: timestamp({ encoding: "epoch-micros" }),
  page: record({ url: string() }),
});

test("a dataset of which nothing is said is in the stack's region and goes with its stage", () => {
  const template = templateOf((stack) => new Dataset(stack, "click-events"));
  expect(template.resource("google_bigquery_dataset.click_events")).toEqual({
    dataset_id: "click_events",
    location: "europe-west1",
    delete_contents_on_destroy: true,
    depends_on: ["time_sleep.apis"],
  });
});

test("a dataset of which all is said", () => {
  const template = templateOf(
    (stack) => {
      new Dataset(stack, "events", {
        name: "all_events",
        location: "EU",
        description: "what happened",
        timeTravel: "3d",
        labels: { team: "growth" },
      });
    },
    { removal: "keep", prefix: "alice" },
  );
  expect(template.resource("google_bigquery_dataset.all_events")).toEqual({
    dataset_id: "alice_all_events",
    location: "EU",
    description: "what happened",
    max_time_travel_hours: "72",
    labels: { team: "growth" },
    delete_contents_on_destroy: false,
    depends_on: ["time_sleep.apis"],
  });
});

test.each<[DatasetProps, string]>([
  [{ name: "click-events" }, 'name is "click-events": BigQuery takes letters, digits and "_"'],
  [{ timeTravel: "1d" }, 'timeTravel is "1d": BigQuery takes 2d to 7d'],
  [{ timeTravel: "50h" }, 'timeTravel is "50h": BigQuery takes whole days'],
])("a dataset with %j is not valid", (props, says) => {
  expect(messageOf(() => new Dataset(aStack(), "events", props))).toContain(says);
});

test("a table's columns are written as BigQuery answers, so that a plan shows no difference", () => {
  const template = templateOf((stack) => {
    new Table(stack, "clicks", { dataset: new Dataset(stack, "events"), columns: click });
  });
  const { schema: columns, ...rest } = template.resource("google_bigquery_table.events-clicks");
  expect(rest).toEqual({
    project: "acme-dev",
    dataset_id: "${google_bigquery_dataset.events.dataset_id}",
    table_id: "clicks",
    deletion_protection: false,
    depends_on: ["time_sleep.apis"],
  });
  expect(JSON.parse(String(columns))).toEqual([
    { name: "user", type: "STRING", mode: "REQUIRED", description: "who" },
    { name: "value", type: "FLOAT", mode: "NULLABLE" },
    { name: "tags", type: "STRING", mode: "REPEATED" },
    { name: "at", type: "TIMESTAMP", mode: "REQUIRED" },
    {
      name: "page",
      type: "RECORD",
      mode: "REQUIRED",
      fields: [{ name: "url", type: "STRING", mode: "REQUIRED" }],
    },
  ]);
});

test("a table of which all is said", () => {
  const template = templateOf(
    (stack) => {
      new Table(stack, "clicks", {
        dataset: new Dataset(stack, "events"),
        name: "all clicks",
        columns: click,
        description: "every click",
        partition: { column: "at", every: "hour", expiration: "90d", requireFilter: true },
        clustering: ["user", "at"],
        labels: { team: "growth" },
      });
    },
    { removal: "keep" },
  );
  expect(template.resource("google_bigquery_table.events-all-clicks")).toMatchObject({
    table_id: "all clicks",
    description: "every click",
    time_partitioning: { type: "HOUR", field: "at", expiration_ms: 7_776_000_000 },
    require_partition_filter: true,
    clustering: ["user", "at"],
    labels: { team: "growth" },
    deletion_protection: true,
  });
});

test("a table can be partitioned by the time at which rows arrive", () => {
  const template = templateOf((stack) => {
    new Table(stack, "clicks", { dataset: new Dataset(stack, "events"), columns: click, partition: {} });
  });
  expect(template.resource("google_bigquery_table.events-clicks")["time_partitioning"]).toEqual({ type: "DAY" });
});

test.each<[Partial<TableProps>, string]>([
  [{ name: "a.b" }, 'name is "a.b": BigQuery takes letters, digits, "_", "-" and spaces'],
  [{ partition: { column: "when" } }, 'partition.column is "when": the table has at for that'],
  [
    { partition: { column: "user" } },
    'partition.column is "user", a REQUIRED STRING: BigQuery partitions by TIMESTAMP, DATE and DATETIME',
  ],
  [{ partition: { expiration: "5m" } }, 'partition.expiration is "5m": BigQuery takes 1h to 36500d'],
  [{ clustering: ["tags"] }, 'clustering has "tags": the table has user and at for that'],
  [{ clustering: ["value"] }, 'clustering has "value": the table has user and at for that'],
  [{ clustering: ["a", "b", "c", "d", "e"] }, "clustering has 5 columns: BigQuery takes at most 4"],
])("a table with %j is not valid", (props, says) => {
  const stack = aStack();
  const dataset = new Dataset(stack, "events");
  expect(messageOf(() => new Table(stack, "clicks", { dataset, columns: click, ...props }))).toContain(says);
});

test("a DATE has no hours to partition by", () => {
  const stack = aStack();
  const columns = [{ name: "day", type: "DATE", mode: "REQUIRED" }] as const;
  const partition = { column: "day", every: "hour" } as const;
  expect(
    messageOf(() => new Table(stack, "days", { dataset: new Dataset(stack, "events"), columns, partition })),
  ).toContain('partition.every is "hour": "day" is a DATE, which has none');
});

test("where nothing fits, the sentence says so", () => {
  const stack = aStack();
  const columns = { count: nullable(integer()) };
  const partition = { column: "at" };
  expect(
    messageOf(() => new Table(stack, "counts", { dataset: new Dataset(stack, "events"), columns, partition })),
  ).toContain('partition.column is "at": no column is a TIMESTAMP, DATE, DATETIME');
});

test("rights on a table are on that table, and made anew with it", () => {
  const template = templateOf((stack) => {
    const table = new Table(stack, "clicks", { dataset: new Dataset(stack, "events"), columns: click });
    const analyst = new ServiceAccount(stack, "analyst");
    table.grantRead(analyst);
    table.grantWrite(analyst);
    table.dataset.grantRead(analyst);
    table.dataset.grantWrite(analyst);
  });
  expect(template.resource("google_bigquery_table_iam_member.events-clicks-bigquery-dataEditor-analyst")).toMatchObject(
    {
      dataset_id: "${google_bigquery_table.events-clicks.dataset_id}",
      table_id: "${google_bigquery_table.events-clicks.table_id}",
      project: "acme-dev",
      role: "roles/bigquery.dataEditor",
      lifecycle: { replace_triggered_by: ["google_bigquery_table.events-clicks.id"] },
    },
  );
  expect(template.addresses.filter((address) => address.includes("iam_member"))).toEqual([
    "google_bigquery_dataset_iam_member.events-bigquery-dataEditor-analyst",
    "google_bigquery_dataset_iam_member.events-bigquery-dataViewer-analyst",
    "google_bigquery_table_iam_member.events-clicks-bigquery-dataEditor-analyst",
    "google_bigquery_table_iam_member.events-clicks-bigquery-dataViewer-analyst",
  ]);
});

test("a view comes after the tables that it names, and holds nothing to protect", () => {
  const template = templateOf(
    (stack) => {
      const dataset = new Dataset(stack, "events");
      const table = new Table(stack, "clicks", { dataset, columns: click });
      new View(stack, "users", { dataset, query: `SELECT user FROM \`${table.path}\``, description: "who clicks" });
    },
    { removal: "keep" },
  );
  expect(template.resource("google_bigquery_table.events-users")).toMatchObject({
    table_id: "users",
    description: "who clicks",
    deletion_protection: false,
    view: {
      query:
        "SELECT user FROM `acme-dev.${google_bigquery_table.events-clicks.dataset_id}.${google_bigquery_table.events-clicks.table_id}`",
      use_legacy_sql: false,
    },
  });
});

test("a view's name has the limits of a table's", () => {
  const stack = aStack();
  const dataset = new Dataset(stack, "events");
  expect(messageOf(() => new View(stack, "users", { dataset, name: "a.b", query: "SELECT 1" }))).toContain(
    'name is "a.b": BigQuery takes letters, digits, "_", "-" and spaces',
  );
});

test("a dataset of another project is written to there", () => {
  const template = templateOf((stack) => {
    const dataset = Dataset.fromName(stack, "theirs", { name: "events", project: "shop-prod" });
    new Table(stack, "clicks", { dataset, columns: click });
    dataset.grantRead(new ServiceAccount(stack, "analyst"));
  });
  expect(template.resource("google_bigquery_table.shop-prod-events-clicks")).toMatchObject({ project: "shop-prod" });
  expect(
    template.resource("google_bigquery_dataset_iam_member.shop-prod-events-bigquery-dataViewer-analyst"),
  ).toMatchObject({ project: "shop-prod", dataset_id: "events" });
});

test("rights on a table that is there already may be somebody else's to give", () => {
  const template = templateOf((stack) => {
    const dataset = Dataset.fromName(stack, "theirs", { name: "events" });
    Table.fromName(stack, "there", { dataset, name: "raw", grants: "assume" }).grantWrite(
      new ServiceAccount(stack, "writer"),
    );
  });
  expect(template.journey["assumed"]).toMatchObject([
    { type: "google_bigquery_table_iam_member", on: { tableId: "raw", datasetId: "events", project: "acme-dev" } },
  ]);
});
