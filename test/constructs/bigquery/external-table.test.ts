import { describe, expect, test } from "vitest";
import { Connection } from "../../../constructs/bigquery/connection";
import { ExternalTable } from "../../../constructs/bigquery/external-table";
import type { ExternalTableProps } from "../../../constructs/bigquery/external-table-props";
import { ScheduledQuery } from "../../../constructs/bigquery/scheduled-query";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Bucket } from "../../../constructs/storage/bucket";
import { expectValid } from "../../../constructs/testing/expect";
import { aStack, messageOf, templateOf } from "../support";
import { date, float, integer, string } from "../support-pipeline";
import { examples } from "./examples";
import { events } from "./examples/support";

const columns = { user: string() };
const schema = '[{"name":"user","type":"STRING","mode":"REQUIRED"}]';

/** An external table with these props, as it stands in the stack. */
const tableOf = (props: Partial<ExternalTableProps>) =>
  templateOf((stack) => {
    new ExternalTable(stack, "logs", {
      dataset: events(stack),
      bucket: new Bucket(stack, "files"),
      files: ["logs/*.csv"],
      format: { type: "csv", columns, headerRows: 1 },
      ...props,
    });
  }).resource("google_bigquery_table.events-logs");

test("files of text have the columns that are said, and are read as who queries", () => {
  expect(tableOf({})).toEqual({
    project: "acme-dev",
    dataset_id: "${google_bigquery_dataset.events.dataset_id}",
    table_id: "logs",
    external_data_configuration: {
      source_format: "CSV",
      autodetect: false,
      csv_options: { skip_leading_rows: 1, quote: '"' },
      schema,
      source_uris: ["gs://${google_storage_bucket.files.name}/logs/*.csv"],
    },
    deletion_protection: false,
    depends_on: ["time_sleep.apis"],
  });
});

test("an external table of which all is said reads as its connection's account, once that may", () => {
  const template = templateOf(examples.ExternalTable.maximal, { removal: "keep" });
  const { schema: text, ...rest } = template.resource("google_bigquery_table.events-log-files");
  expect(rest).toEqual({
    project: "acme-dev",
    dataset_id: "${google_bigquery_dataset.events.dataset_id}",
    table_id: "log files",
    friendly_name: "Logs",
    description: "as they come",
    labels: { team: "growth" },
    resource_tags: { "1234567890/environment": "production" },
    ignore_auto_generated_schema: true,
    ignore_schema_changes: ["dataPolicies"],
    max_staleness: "0-0 0 1:0:0",
    external_data_configuration: {
      source_format: "CSV",
      autodetect: false,
      csv_options: { skip_leading_rows: 1, quote: '"' },
      source_uris: ["gs://${google_storage_bucket.files.name}/logs/*.csv"],
      connection_id: "${google_bigquery_connection.readers.name}",
      metadata_cache_mode: "AUTOMATIC",
      max_bad_records: 10,
      ignore_unknown_values: true,
      hive_partitioning_options: {
        mode: "CUSTOM",
        source_uri_prefix: "gs://${google_storage_bucket.files.name}/logs/{day:DATE}/{number:INTEGER}",
        require_partition_filter: true,
      },
    },
    deletion_protection: false,
    depends_on: ["time_sleep.apis", "time_sleep.files-of-events-log-files"],
  });
  expect(String(text)).toContain('"name":"user"');
  expect(template.resource("time_sleep.files-of-events-log-files")["depends_on"]).toEqual([
    "google_storage_bucket_iam_member.files-storage-objectViewer-connection-readers",
  ]);
  expect(
    template.resource("google_storage_bucket_iam_member.files-storage-objectViewer-connection-readers"),
  ).toMatchObject({
    role: "roles/storage.objectViewer",
    member: "serviceAccount:${google_bigquery_connection.readers.cloud_resource[0].service_account_id}",
  });
  expect(Object.values(template.journey["whys"] as object)).toContain("reads the files of log files");
});

describe("files are read as", () => {
  test.each<[string, Partial<ExternalTableProps>, object]>([
    [
      "CSV with everything said",
      {
        format: {
          type: "csv",
          columns,
          headerRows: 0,
          delimiter: ";",
          quote: "",
          quotedNewlines: true,
          jaggedRows: true,
          encoding: "iso-8859-1",
          compression: "gzip",
        },
      },
      {
        compression: "GZIP",
        csv_options: {
          skip_leading_rows: 0,
          field_delimiter: ";",
          quote: "",
          allow_quoted_newlines: true,
          allow_jagged_rows: true,
          encoding: "ISO-8859-1",
        },
      },
    ],
    [
      "JSON",
      { format: { type: "json", columns, compression: "gzip" } },
      { source_format: "NEWLINE_DELIMITED_JSON", autodetect: false, compression: "GZIP", schema },
    ],
    [
      "Avro, whose timestamps are timestamps",
      { format: { type: "avro" } },
      { source_format: "AVRO", autodetect: true, avro_options: { use_avro_logical_types: true } },
    ],
    [
      "Avro, whose timestamps are numbers",
      { format: { type: "avro", logicalTypes: false } },
      { avro_options: { use_avro_logical_types: false } },
    ],
    [
      "Parquet, whose lists are lists",
      { format: { type: "parquet" } },
      {
        source_format: "PARQUET",
        autodetect: true,
        parquet_options: { enable_list_inference: true, enum_as_string: true },
      },
    ],
    [
      "Parquet as it is",
      { format: { type: "parquet", lists: false, enumsAsText: false } },
      { parquet_options: { enable_list_inference: false, enum_as_string: false } },
    ],
    ["ORC", { format: { type: "orc" } }, { source_format: "ORC", autodetect: true }],
  ])("%s", (_, props, becomes) => {
    expect(tableOf(props)["external_data_configuration"]).toMatchObject(becomes);
  });

  test("they say themselves, where they know their columns", () => {
    const written = tableOf({ format: { type: "parquet" } });
    expect(written).not.toHaveProperty("schema");
    expect(written["external_data_configuration"]).not.toHaveProperty("schema");
  });
});

const hive = (partition: ExternalTableProps["partition"]) =>
  (tableOf({ partition })["external_data_configuration"] as { readonly [name: string]: unknown })[
    "hive_partitioning_options"
  ];

const bigLake = (partition: ExternalTableProps["partition"]) =>
  templateOf((stack) => {
    new ExternalTable(stack, "logs", {
      dataset: events(stack),
      bucket: new Bucket(stack, "files"),
      files: ["logs/*"],
      format: { type: "orc" },
      partition,
      bigLake: { connection: new Connection(stack, "readers") },
    });
  }).resource("google_bigquery_table.events-logs");

describe("folders say of the files in them", () => {
  const url = "gs://${google_storage_bucket.files.name}";

  test.each<[NonNullable<ExternalTableProps["partition"]>, object]>([
    [{ prefix: "logs/" }, { mode: "AUTO", source_uri_prefix: `${url}/logs/` }],
    [
      { prefix: "logs/", columns: "auto" },
      { mode: "AUTO", source_uri_prefix: `${url}/logs/` },
    ],
    [
      { prefix: "", columns: "text" },
      { mode: "STRINGS", source_uri_prefix: `${url}/` },
    ],
    [
      { prefix: "", columns: { day: date() }, requireFilter: true },
      { mode: "CUSTOM", source_uri_prefix: `${url}/{day:DATE}`, require_partition_filter: true },
    ],
    [
      { prefix: "logs/", columns: [{ name: "n", type: "INTEGER", mode: "NULLABLE" }] },
      { mode: "CUSTOM", source_uri_prefix: `${url}/logs/{n:INTEGER}` },
    ],
  ])("%j", (partition, becomes) => {
    expect(hive(partition)).toEqual(becomes);
  });

  test("columns that BigQuery adds are no change where they stand with the table's own", () => {
    expect(bigLake({ prefix: "logs/" })["ignore_auto_generated_schema"]).toBe(true);
    expect(bigLake(undefined)).not.toHaveProperty("ignore_auto_generated_schema");
    expect(tableOf({ partition: { prefix: "logs/" } })).not.toHaveProperty("ignore_auto_generated_schema");
  });
});

describe("who may read the table", () => {
  test("may read its files, where it reads as who queries", () => {
    const template = templateOf((stack) => {
      const bucket = new Bucket(stack, "files");
      const format = { type: "orc" } as const;
      const table = new ExternalTable(stack, "logs", { dataset: events(stack), bucket, files: ["*"], format });
      const right = table.grantRead(new ServiceAccount(stack, "analyst"));
      expect(right.waits()).toHaveLength(2);
    });
    expect(template.resource("google_bigquery_table_iam_member.events-logs-bigquery-dataViewer-analyst")).toBeDefined();
    expect(template.resource("google_storage_bucket_iam_member.files-storage-objectViewer-analyst")).toMatchObject({
      role: "roles/storage.objectViewer",
    });
  });

  test("need not, where a connection's account reads them", () => {
    const template = templateOf((stack) => {
      const bucket = new Bucket(stack, "files");
      const connection = new Connection(stack, "readers");
      const table = new ExternalTable(stack, "logs", {
        dataset: events(stack),
        bucket,
        files: ["*"],
        format: { type: "orc" },
        bigLake: { connection },
      });
      expect(table.grantRead(new ServiceAccount(stack, "analyst")).waits()).toHaveLength(1);
      expect(table.columns).toBeUndefined();
    });
    template.resourceCount("google_storage_bucket_iam_member", 1);
  });

  test("uses them both, so that a query which reads the table has no right too many", () => {
    const stack = aStack();
    const format = { type: "csv", columns, headerRows: 0 } as const;
    const bucket = new Bucket(stack, "files");
    const table = new ExternalTable(stack, "logs", { dataset: events(stack), bucket, files: ["*"], format });
    expect(table.columns).toEqual([{ name: "user", type: "STRING", mode: "REQUIRED" }]);
    const query = `SELECT user FROM \`${table.path}\``;
    new ScheduledQuery(stack, "report", { query, schedule: "manual", reads: [table] });
    expectValid(stack);
  });
});

test.each<[Partial<ExternalTableProps>, string]>([
  [{ files: [] }, "files is empty: there would be nothing to read"],
  [
    { files: ["gs://files/a.csv"] },
    'files has "gs://files/a.csv": write names in the bucket, without gs:// and with one "*" at most',
  ],
  [{ format: { type: "csv", columns, headerRows: -1 } }, "format.headerRows is -1: count them from 0"],
  [
    { format: { type: "csv", columns, headerRows: 0, delimiter: "" } },
    "format.delimiter is empty: a line would be one column",
  ],
  [
    { format: { type: "csv", columns, headerRows: 0, quote: "''" } },
    `format.quote is "''": BigQuery takes one character`,
  ],
  [{ partition: { prefix: "other/" } }, 'files has "logs/*.csv", which does not begin with partition.prefix, "other/"'],
  [
    { partition: { prefix: "logs/", columns: { number: integer(), value: float() } } },
    `partition.columns has "value", a FLOAT: BigQuery reads folders' names as STRING, INTEGER, DATE and TIMESTAMP`,
  ],
  [{ maxBadRecords: -1 }, "maxBadRecords is -1: BigQuery takes 0 to 2147483647"],
  [{ format: { type: "json", columns: { "a-b": string() } } }, "columns: a-b: a field's name has letters"],
])("an external table with %j is not valid", (props, says) => {
  expect(messageOf(() => tableOf(props))).toContain(says);
});

test("what is remembered of files has a range", () => {
  const fault = examples.ExternalTable.faults["cache-maxStaleness"][0];
  expect(messageOf(() => fault?.(aStack()))).toContain('bigLake.cache.maxStaleness is "29m": BigQuery takes 30m to 7d');
});
