import { Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import type { TableProps } from "../../../constructs/bigquery/table-props";
import { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, settings, templateOf } from "../support";
import { integer, nullable, string } from "../support-pipeline";
import { examples } from "./examples";
import { click, events } from "./examples/support";

/** A table with these props, as it stands in the stack. */
const tableOf = (props: Partial<TableProps>) =>
  templateOf((stack) => new Table(stack, "clicks", { dataset: events(stack), columns: click, ...props })).resource(
    "google_bigquery_table.events-clicks",
  );

test("a table's columns are written as BigQuery answers, so that a plan shows no difference", () => {
  const { schema, ...rest } = templateOf(examples.Table.minimal).resource("google_bigquery_table.events-clicks");
  expect(rest).toEqual({
    project: "acme-dev",
    dataset_id: "${google_bigquery_dataset.events.dataset_id}",
    table_id: "clicks",
    deletion_protection: false,
    depends_on: ["time_sleep.apis"],
  });
  expect(JSON.parse(String(schema))).toEqual([
    { name: "user", type: "STRING", mode: "REQUIRED", description: "who" },
    { name: "value", type: "FLOAT", mode: "NULLABLE" },
    { name: "tags", type: "STRING", mode: "REPEATED" },
    { name: "at", type: "TIMESTAMP", mode: "REQUIRED" },
    { name: "day", type: "DATE", mode: "NULLABLE" },
    { name: "number", type: "INTEGER", mode: "NULLABLE" },
    { name: "price", type: "NUMERIC", mode: "NULLABLE" },
    { name: "page", type: "RECORD", mode: "REQUIRED", fields: [{ name: "url", type: "STRING", mode: "REQUIRED" }] },
  ]);
});

test("a table of which all is said", () => {
  const template = templateOf(examples.Table.maximal, { removal: "keep", projectNumber: "123456789012" });
  const { schema, ...rest } = template.resource("google_bigquery_table.events-all-clicks");
  expect(rest).toEqual({
    project: "acme-dev",
    dataset_id: "${google_bigquery_dataset.events.dataset_id}",
    table_id: "all clicks",
    friendly_name: "All clicks",
    description: "every click",
    labels: { team: "growth" },
    resource_tags: { "1234567890/environment": "production" },
    time_partitioning: { type: "HOUR", field: "at", expiration_ms: 7_776_000_000 },
    require_partition_filter: true,
    clustering: ["user", "at"],
    table_constraints: {
      primary_key: { columns: ["user", "at"] },
      foreign_keys: [
        {
          name: "who",
          column_references: { referencing_column: "user", referenced_column: "id" },
          referenced_table: {
            project_id: "acme-dev",
            dataset_id: "${google_bigquery_dataset.people.dataset_id}",
            table_id: "users",
          },
        },
      ],
    },
    expiration_time: 1_893_456_000_000,
    max_staleness: "0-0 0 1:30:0",
    deletion_protection: true,
    encryption_configuration: {
      kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    },
    ignore_schema_changes: ["dataPolicies"],
    depends_on: ["google_bigquery_table.people-users", "time_sleep.apis", "time_sleep.encryption-own-by-bigquery"],
  });
  const columns = JSON.parse(String(schema)) as { readonly name: string }[];
  expect(columns.filter(({ name }) => ["user", "price", "page", "at"].includes(name))).toEqual([
    {
      name: "user",
      type: "STRING",
      mode: "REQUIRED",
      description: "who",
      defaultValueExpression: "SESSION_USER()",
      policyTags: { names: ["${google_data_catalog_policy_tag.privacy-user.name}"] },
      maxLength: "64",
      collation: "und:ci",
    },
    { name: "at", type: "TIMESTAMP", mode: "REQUIRED" },
    { name: "price", type: "NUMERIC", mode: "NULLABLE", precision: "12", scale: "2", roundingMode: "ROUND_HALF_EVEN" },
    {
      name: "page",
      type: "RECORD",
      mode: "REQUIRED",
      fields: [
        {
          name: "url",
          type: "STRING",
          mode: "REQUIRED",
          policyTags: { names: ["projects/acme/locations/europe-west1/taxonomies/1/policyTags/2"] },
        },
      ],
    },
  ]);
});

test.each<[Partial<TableProps>, object]>([
  [{ partition: {} }, { time_partitioning: { type: "DAY" } }],
  [{ partition: { every: "month", column: "day" } }, { time_partitioning: { type: "MONTH", field: "day" } }],
  [
    { partition: { column: "number", range: { start: 0, end: 100, interval: 10 }, requireFilter: true } },
    {
      range_partitioning: { field: "number", range: { start: 0, end: 100, interval: 10 } },
      require_partition_filter: true,
    },
  ],
  [{ primaryKey: ["user"] }, { table_constraints: { primary_key: { columns: ["user"] } } }],
  [{ primaryKey: ["user"], maxStaleness: "36h" }, { max_staleness: "0-0 0 36:0:0" }],
  [{ primaryKey: ["user"], maxStaleness: "61s" }, { max_staleness: "0-0 0 0:1:1" }],
])("a table with %j", (props, becomes) => {
  expect(tableOf(props)).toMatchObject(becomes);
});

test("a rounding that is Google's own is said in Google's words", () => {
  const { schema } = tableOf({ columnOptions: { price: { rounding: "half-away-from-zero" } } });
  expect(String(schema)).toContain('"roundingMode":"ROUND_HALF_AWAY_FROM_ZERO"');
});

test("a description that looks like Terraform's is text", () => {
  const { schema } = tableOf({ columns: { user: string({ description: "in ${currency}" }) } });
  expect(String(schema)).toContain("in $${currency}");
});

test.each<[Partial<TableProps>, string]>([
  [{ name: "a.b" }, 'name is "a.b": BigQuery takes letters, digits, "_", "-" and spaces'],
  [{ columns: { "a-b": string() } }, `columns: a-b: a field's name has letters, digits and "_", and no digit first`],
  [
    { columns: Array.from({ length: 10_001 }, (_, i) => ({ name: `a${i}`, type: "STRING", mode: "NULLABLE" })) },
    "columns has 10001: BigQuery takes at most 10000",
  ],
  [{ columnOptions: { who: {} } }, 'columnOptions has "who", which is no column of the table'],
  [{ columnOptions: { at: { maxLength: 1 } } }, "columnOptions.at.maxLength, and the column is a TIMESTAMP"],
  [{ columnOptions: { user: { scale: 1, precision: 2 } } }, "columnOptions.user.precision, and the column is a STRING"],
  [
    { columnOptions: { "page.url": { default: "''" } } },
    "columnOptions.page.url.default: BigQuery has defaults of whole columns, not of fields within them",
  ],
  [{ columnOptions: { user: { maxLength: 0 } } }, "columnOptions.user.maxLength is 0: BigQuery takes 1 and more"],
  [
    { columnOptions: { price: { precision: 20, scale: 10 } } },
    "columnOptions.price.scale is 10: BigQuery takes 0 to 9",
  ],
  [{ columnOptions: { price: { scale: 2 } } }, "columnOptions.price.scale needs the precision, all digits together"],
  [
    { columnOptions: { price: { precision: 40, scale: 2 } } },
    "columnOptions.price.precision is 40: BigQuery takes 2 to 31, of which 2 are after the point",
  ],
  [{ columnOptions: { price: { precision: 0 } } }, "columnOptions.price.precision is 0: BigQuery takes 1 to 29"],
  [{ partition: { column: "when" } }, 'partition.column is "when": the table has at and day for that'],
  [
    { partition: { column: "user" } },
    'partition.column is "user", a REQUIRED STRING: BigQuery partitions by TIMESTAMP, DATE and DATETIME',
  ],
  [
    { partition: { column: "user", range: { start: 0, end: 1, interval: 1 } } },
    'partition.column is "user", a REQUIRED STRING: BigQuery partitions by INTEGER',
  ],
  [{ partition: { column: "day", every: "hour" } }, 'partition.every is "hour": "day" is a DATE, which has none'],
  [
    { partition: { column: "number", range: { start: 0, end: 10, interval: 0 } } },
    "partition.range is 0 to 10 by 0: BigQuery takes whole numbers, and an interval from 1",
  ],
  [
    { partition: { column: "number", range: { start: 5, end: 5, interval: 1 } } },
    "partition.range is 5 to 5: it ends where it starts, or before",
  ],
  [
    { partition: { column: "number", range: { start: 0, end: 20_001, interval: 2 } } },
    "partition.range makes 10001 partitions: BigQuery takes at most 10000",
  ],
  [{ partition: { expiration: "5m" } }, 'partition.expiration is "5m": BigQuery takes 1h to 36500d'],
  [{ clustering: ["tags"] }, 'clustering has "tags": the table has user, at, day, number and price for that'],
  [{ clustering: ["a", "b", "c", "d", "e"] }, "clustering has 5 columns: BigQuery takes at most 4"],
  [{ primaryKey: [] }, "primaryKey has 0 columns: BigQuery takes 1 to 16"],
  [{ primaryKey: ["user", "user"] }, 'primaryKey has "user" twice'],
  [{ primaryKey: ["who"] }, 'primaryKey has "who": the table has user, at, day, number and price for that'],
  [{ expiresAt: "tomorrow" }, 'expiresAt is "tomorrow": write a time, as in "2030-01-01T00:00:00Z"'],
  [{ maxStaleness: "1.5s", primaryKey: ["user"] }, 'maxStaleness is "1.5s": BigQuery takes whole seconds'],
  [
    { maxStaleness: "10m" },
    "maxStaleness is for rows that are written as changes, which are found by their primaryKey: name its columns",
  ],
])("a table with %j is not valid", (props, says) => {
  const stack = aStack();
  expect(messageOf(() => new Table(stack, "clicks", { dataset: events(stack), columns: click, ...props }))).toContain(
    says,
  );
});

const tag = (location: string) => ({
  user: { policyTag: `projects/acme/locations/${location}/taxonomies/1/policyTags/2` },
});

test("a tag is where its tables are", () => {
  expect(messageOf(() => tableOf({ columnOptions: tag("us") }))).toContain(
    "columnOptions.user.policyTag is in us, and the table in europe-west1: a tag is where its tables are",
  );
  const template = templateOf((stack) => {
    const eu = new Dataset(stack, "eu", { location: "EU" });
    new Table(stack, "clicks", { dataset: eu, columns: click, columnOptions: tag("eu") });
    const theirs = Dataset.fromName(stack, "theirs", { name: "theirs" });
    new Table(stack, "other", { dataset: theirs, columns: click, columnOptions: tag("us") });
  });
  template.resourceCount("google_bigquery_table", 2);
});

test("where nothing fits, the sentence says so", () => {
  const columns = { count: nullable(integer()) };
  expect(messageOf(() => tableOf({ columns, partition: { column: "at" } }))).toContain(
    'partition.column is "at": no column is a TIMESTAMP, DATE, DATETIME',
  );
});

const refused = (props: (stack: GcpStack) => TableProps["foreignKeys"]): string => {
  const stack = aStack();
  const foreignKeys = props(stack);
  return messageOf(() => new Table(stack, "clicks", { dataset: events(stack), columns: click, foreignKeys }));
};

const users = (stack: GcpStack, primaryKey?: readonly string[]): Table =>
  new Table(stack, "users", {
    dataset: new Dataset(stack, "people"),
    columns: { id: string(), age: integer() },
    primaryKey,
  });

describe("a foreign key", () => {
  test.each<[string, (stack: GcpStack) => TableProps["foreignKeys"], string]>([
    [
      "is one of the table's columns",
      (stack) => [{ column: "who", table: users(stack), references: "id" }],
      'foreignKeys[0].column is "who": the table has user, at, day, number and price for that',
    ],
    [
      "is of the other's primary key",
      (stack) => [{ column: "user", table: users(stack, ["age"]), references: "id" }],
      'foreignKeys[0].references is "id": the primary key of users is age',
    ],
    [
      "is one of the other's columns",
      (stack) => [{ column: "user", table: users(stack), references: "name" }],
      'foreignKeys[0].references is "name", which is no column of users',
    ],
    [
      "is of the other's type",
      (stack) => {
        const table = users(stack);
        return [
          { column: "user", table, references: "id" },
          { column: "user", table, references: "age" },
        ];
      },
      'foreignKeys[1].column "user" is a STRING and "age" of users a INTEGER',
    ],
  ])("%s", (_, props, says) => {
    expect(refused(props)).toContain(says);
  });

  test("of a table of which nothing is known is taken as it is", () => {
    const template = templateOf((stack) => {
      const dataset = events(stack);
      const table = Table.fromName(stack, "users", { dataset, name: "users" });
      const foreignKeys = [{ column: "user", table, references: "id" }];
      new Table(stack, "clicks", { dataset, columns: click, foreignKeys });
    });
    expect(template.resource("google_bigquery_table.events-clicks")["depends_on"]).toEqual(["time_sleep.apis"]);
  });
});

describe("rights on a table", () => {
  test("are on that table, and made anew with it", () => {
    const template = templateOf((stack) => {
      const table = new Table(stack, "clicks", { dataset: events(stack), columns: click });
      const analyst = new ServiceAccount(stack, "analyst");
      table.grantRead(analyst);
      table.grantWrite(analyst);
    });
    expect(template.allResources("google_bigquery_table_iam_member")).toMatchObject({
      "events-clicks-bigquery-dataViewer-analyst": { role: "roles/bigquery.dataViewer" },
      "events-clicks-bigquery-dataEditor-analyst": {
        dataset_id: "${google_bigquery_table.events-clicks.dataset_id}",
        table_id: "${google_bigquery_table.events-clicks.table_id}",
        project: "acme-dev",
        role: "roles/bigquery.dataEditor",
        lifecycle: { replace_triggered_by: ["google_bigquery_table.events-clicks.id"] },
      },
    });
  });

  test("that is there already may be somebody else's to give", () => {
    const template = templateOf((stack) => {
      const dataset = Dataset.fromName(stack, "theirs", { name: "events" });
      const table = Table.fromName(stack, "there", { dataset, name: "raw", grants: "assume" });
      table.grantWrite(new ServiceAccount(stack, "writer"));
    });
    expect(template.journey["assumed"]).toMatchObject([
      { type: "google_bigquery_table_iam_member", on: { tableId: "raw", datasetId: "events", project: "acme-dev" } },
    ]);
  });
});

test("a table of another project's dataset is made there", () => {
  const template = templateOf((stack) => {
    const dataset = Dataset.fromName(stack, "theirs", { name: "events", project: "shop-prod" });
    new Table(stack, "clicks", { dataset, columns: click });
  });
  expect(template.resource("google_bigquery_table.shop-prod-events-clicks")).toMatchObject({
    project: "shop-prod",
    dataset_id: "events",
  });
});

test("a table is named by reference in its stack, and as text in another", () => {
  const app = Testing.app();
  const owner = new GcpStack(app, "owner", settings);
  const user = new GcpStack(app, "user", settings);
  const table = new Table(owner, "clicks", { dataset: events(owner), columns: click });
  table.grantRead(new ServiceAccount(user, "analyst"));
  expect(table.fullName).toBe("acme-dev.events.clicks");
  expect(Template.fromStack(user).allResources("google_bigquery_table_iam_member")).toMatchObject({
    "events-clicks-bigquery-dataViewer-analyst": { dataset_id: "events", table_id: "clicks" },
  });
});

test("a table that is there already says what it was told of it", () => {
  const stack = aStack();
  const dataset = events(stack);
  const columns = { id: string() };
  const known = Table.fromName(stack, "known", { dataset, name: "users", columns, primaryKey: ["id"] });
  expect(known).toMatchObject({
    key: "events-users",
    columns: [{ name: "id", type: "STRING", mode: "REQUIRED" }],
    primaryKey: ["id"],
  });
  expect(Table.fromName(stack, "unknown", { dataset, name: "raw" }).columns).toBeUndefined();
});
