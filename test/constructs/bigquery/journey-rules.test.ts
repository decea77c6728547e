import { Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { Connection } from "../../../constructs/bigquery/connection";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { ExternalTable } from "../../../constructs/bigquery/external-table";
import { MaterializedView } from "../../../constructs/bigquery/materialized-view";
import { ScheduledQuery } from "../../../constructs/bigquery/scheduled-query";
import { SqlFunction, StoredProcedure, TableFunction } from "../../../constructs/bigquery/sql-routines";
import { Table } from "../../../constructs/bigquery/table";
import { View } from "../../../constructs/bigquery/view";
import { withoutRule } from "../../../constructs/core/rules";
import { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Bucket } from "../../../constructs/storage/bucket";
import { expectRefused, expectValid } from "../../../constructs/testing/expect";
import { aStack, messageOf, settings, warningsOf } from "../support";
import { click } from "./examples/support";

/** A table in a dataset of its own. */
const tableIn = (stack: GcpStack, name: string, location?: string): Table =>
  new Table(stack, `${name}-clicks`, {
    dataset: new Dataset(stack, name, { location }),
    name: "clicks",
    columns: click,
  });

const select = (...tables: readonly Table[]): string =>
  tables.map(({ path }) => `SELECT user FROM \`${path}\``).join(" UNION ALL ");

const dataset = (stack: GcpStack): Dataset => new Dataset(stack, "here");

describe("a query joins what lies in one location", () => {
  test("or is refused, with where each dataset is", () => {
    const stack = aStack();
    const here = tableIn(stack, "here");
    const there = tableIn(stack, "there", "EU");
    new View(stack, "both", { dataset: here.dataset, query: select(here, there) });
    expect(messageOf(() => expectValid(stack))).toContain(
      "test/both: joins what lies in several locations: acme-dev.here (europe-west1) and acme-dev.there (EU). A query runs where its tables are, and for BigQuery EU is another place than each of its regions. Copy what it reads, or make the datasets in one location [query-locations]",
    );
  });

  test.each<[string, (stack: GcpStack, query: string, table: Table) => unknown]>([
    ["view", (stack, query) => new View(stack, "q", { dataset: dataset(stack), query })],
    ["materialized view", (stack, query) => new MaterializedView(stack, "q", { dataset: dataset(stack), query })],
    ["function", (stack, query) => new SqlFunction(stack, "q", { dataset: dataset(stack), expression: `(${query})` })],
    ["table function", (stack, query) => new TableFunction(stack, "q", { dataset: dataset(stack), query })],
    ["procedure", (stack, query) => new StoredProcedure(stack, "q", { dataset: dataset(stack), body: query })],
    [
      "scheduled query",
      (stack, query, table) => {
        const into = { dataset: dataset(stack), table: "t" };
        new ScheduledQuery(stack, "q", { query, schedule: "every day 08:57", into, reads: [table] });
      },
    ],
  ])("and is where its %s is kept or written", (_, build) => {
    const stack = aStack();
    const far = tableIn(stack, "there", "EU");
    build(stack, select(far), far);
    expectRefused(stack, "query-locations");
    const nearby = aStack();
    const near = tableIn(nearby, "there", "EUROPE-WEST1");
    build(nearby, select(near), near);
    expectValid(nearby);
  });

  test.each<[string, string]>([
    ["a dataset of ours, by name", "SELECT * FROM `there.old`"],
    ["a dataset of ours, with the project", "SELECT * FROM `acme-dev.there.old`"],
    ["a dataset that is there already", "SELECT * FROM `shop.sales.orders`"],
  ])("whatever it names: %s", (_, query) => {
    const stack = aStack();
    new Dataset(stack, "there", { location: "US" });
    Dataset.fromName(stack, "sales", { name: "sales", project: "shop", location: "US" });
    new View(stack, "q", { dataset: dataset(stack), query });
    expectRefused(stack, "query-locations");
  });

  test.each<[string, string]>([
    ["of which nobody knows where they are", "SELECT * FROM `shop.sales.orders`"],
    ["that are no names", "SELECT '`' AS a, `there` FROM UNNEST([1])"],
  ])("and passes over tables %s", (_, query) => {
    const stack = aStack();
    new Dataset(stack, "there", { location: "US" });
    Dataset.fromName(stack, "sales", { name: "sales", project: "shop" });
    new View(stack, "q", { dataset: dataset(stack), query });
    expectValid(stack);
  });

  test("across stacks, too", () => {
    const app = Testing.app();
    const owner = new GcpStack(app, "owner", settings);
    const reader = new GcpStack(app, "reader", settings);
    const table = tableIn(owner, "there", "US");
    new View(reader, "q", { dataset: dataset(reader), query: select(table) });
    expectRefused(reader, "query-locations");
    expectValid(owner);
  });

  test("a bucket that a query names is no dataset", () => {
    const stack = aStack();
    new Bucket(stack, "files", { location: "US" });
    const body = "EXPORT DATA OPTIONS (uri = 'gs://acme-dev-files/a-*.csv', format = 'CSV') AS SELECT 1;";
    new StoredProcedure(stack, "export", { dataset: dataset(stack), body });
    expectValid(stack);
  });
});

describe("a table that is made here is named by its path", () => {
  test("or the query is refused, since it may be made first", () => {
    const stack = aStack();
    const { dataset } = tableIn(stack, "events");
    new View(stack, "q", { dataset, query: "SELECT user FROM `events.clicks`, `acme-dev.events.clicks`" });
    expect(messageOf(() => expectValid(stack))).toContain(
      "test/q: names acme-dev.events.clicks as plain text, so that it is made at the same time as that table, or before: BigQuery then finds no table. Name it by its path, table.path, in backticks [query-by-name]",
    );
  });

  test.each<[string, (stack: GcpStack, dataset: Table["dataset"]) => void]>([
    [
      "it is there already",
      (stack, dataset) => {
        Table.fromName(stack, "old", { dataset, name: "old" });
        new View(stack, "q", { dataset, query: "SELECT 1 FROM `events.old`" });
      },
    ],
    [
      "the query is run later",
      (stack, dataset) => {
        const reads = [Table.fromName(stack, "again", { dataset, name: "clicks" })];
        new ScheduledQuery(stack, "q", { query: "SELECT 1 FROM `events.clicks`", schedule: "manual", reads });
      },
    ],
    [
      "somebody said why",
      (stack, dataset) => {
        withoutRule(stack, "query-by-name", "it was deployed long ago");
        new View(stack, "q", { dataset, query: "SELECT 1 FROM `events.clicks`" });
      },
    ],
  ])("but where %s", (_, build) => {
    const stack = aStack();
    build(stack, tableIn(stack, "events").dataset);
    expectValid(stack);
  });
});

const unreadable = (build: (parts: { raw: Table; view: View; analyst: ServiceAccount }) => void): string[] => {
  const stack = aStack();
  const raw = tableIn(stack, "raw");
  const view = new View(stack, "users", { dataset: new Dataset(stack, "reports"), query: select(raw) });
  build({ raw, view, analyst: new ServiceAccount(stack, "analyst") });
  expectValid(stack);
  return warningsOf(stack).filter((warning) => warning.includes("view-unreadable"));
};

describe("who may read a view", () => {
  test("has to be allowed to read what it reads", () => {
    expect(unreadable(({ view, analyst }) => view.grantRead(analyst))).toEqual([
      "test/analyst: may read the view acme-dev.reports.users and not acme-dev.raw.clicks, which the view reads: its queries will be refused. Let the view read in its own name (dataset.authorizeView(view), of the table's dataset), or give the right on the table, too [view-unreadable] (https://cloud.google.com/bigquery/docs/views#view_permissions)",
    ]);
  });

  test.each<[string, Parameters<typeof unreadable>[0]]>([
    ["is allowed to read the table", ({ raw, analyst }) => raw.grantRead(analyst)],
    ["is allowed to read the table's dataset", ({ raw, analyst }) => raw.dataset.grantRead(analyst)],
    ["reads by a view that is let in", ({ raw, view }) => raw.dataset.authorizeView(view)],
    ["reads by a dataset whose views are let in", ({ raw, view }) => raw.dataset.authorizeDataset(view.dataset)],
  ])("is not warned of where it %s", (_, allow) => {
    expect(
      unreadable((parts) => {
        parts.view.grantRead(parts.analyst);
        allow(parts);
      }),
    ).toEqual([]);
  });

  test("is warned of where another one is let in, or another may", () => {
    const told = unreadable(({ raw, view, analyst }) => {
      view.grantRead(analyst);
      raw.grantRead(new ServiceAccount(view, "other"));
      view.dataset.authorizeView(view);
    });
    expect(told).toHaveLength(1);
  });

  test("by a right on its whole dataset is not looked at: such rights are for what writes it, too", () => {
    expect(unreadable(({ view, analyst }) => view.dataset.grantWrite(analyst))).toEqual([]);
  });
});

const external = (location: string | undefined, dataset: string | undefined): GcpStack => {
  const stack = aStack();
  new ExternalTable(stack, "logs", {
    dataset: new Dataset(stack, "events", { location: dataset }),
    bucket: new Bucket(stack, "files", { location }),
    files: ["*.csv"],
    format: { type: "orc" },
  });
  return stack;
};

describe("files are near the dataset that reads them", () => {
  test("or the table is refused", () => {
    expect(messageOf(() => expectValid(external("US", "EU")))).toContain(
      "test/logs: the files of acme-dev-files are in US, and acme-dev.events in EU: BigQuery reads what is near [files-location]",
    );
    expectRefused(external("us-east1", undefined), "files-location");
  });

  test.each([
    [undefined, undefined],
    ["EU", undefined],
    ["europe-west4", "EU"],
    ["EUR4", "EU"],
  ])("a bucket in %s and a dataset in %s are", (bucket, dataset) => {
    expectValid(external(bucket, dataset));
  });

  test("and so is the connection", () => {
    const stack = aStack();
    new ExternalTable(stack, "logs", {
      dataset: new Dataset(stack, "events"),
      bucket: Bucket.fromName(stack, "files", { name: "shop-files" }),
      files: ["*.orc"],
      format: { type: "orc" },
      bigLake: { connection: new Connection(stack, "readers", { location: "us-east1" }) },
    });
    expect(messageOf(() => expectValid(stack))).toContain(
      "test/logs: the connection readers is in us-east1, and acme-dev.events in europe-west1: BigQuery reads what is near",
    );
  });

  test("a bucket of which nobody knows where it is may be near", () => {
    const stack = aStack();
    new ExternalTable(stack, "logs", {
      dataset: Dataset.fromName(stack, "events", { name: "events" }),
      bucket: new Bucket(stack, "files", { location: "US" }),
      files: ["*.orc"],
      format: { type: "orc" },
    });
    expectValid(stack);
  });
});
