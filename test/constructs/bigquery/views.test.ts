import { describe, expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { MaterializedView, type MaterializedViewProps } from "../../../constructs/bigquery/materialized-view";
import { View, type ViewProps } from "../../../constructs/bigquery/view";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { clicks, events } from "./examples/support";

const clicksPath =
  "acme-dev.${google_bigquery_table.events-clicks.dataset_id}.${google_bigquery_table.events-clicks.table_id}";

test("a view comes after the tables that it names, and holds nothing to protect", () => {
  const template = templateOf(examples.View.minimal, { removal: "keep" });
  expect(template.resource("google_bigquery_table.events-users")).toEqual({
    project: "acme-dev",
    dataset_id: "${google_bigquery_dataset.events.dataset_id}",
    table_id: "users",
    view: { query: `SELECT user FROM \`${clicksPath}\``, use_legacy_sql: false },
    deletion_protection: false,
    depends_on: ["time_sleep.apis"],
  });
});

test("a view of which all is said", () => {
  const template = templateOf(examples.View.maximal);
  expect(template.resource("google_bigquery_table.events-who-clicks")).toEqual({
    project: "acme-dev",
    dataset_id: "${google_bigquery_dataset.events.dataset_id}",
    table_id: "who clicks",
    friendly_name: "Who clicks",
    description: "users",
    labels: { team: "growth" },
    resource_tags: { "1234567890/environment": "production" },
    view: { query: "SELECT '$${x}' AS x", use_legacy_sql: false },
    schema: "[]",
    deletion_protection: false,
    depends_on: ["time_sleep.apis"],
  });
});

test("a materialized view of which nothing is said is refreshed as Google does", () => {
  const template = templateOf(examples.MaterializedView.minimal, { removal: "keep" });
  expect(template.resource("google_bigquery_table.events-users")).toEqual({
    project: "acme-dev",
    dataset_id: "${google_bigquery_dataset.events.dataset_id}",
    table_id: "users",
    materialized_view: { query: `SELECT user FROM \`${clicksPath}\`` },
    deletion_protection: false,
    depends_on: ["time_sleep.apis"],
  });
});

test("a materialized view of which all is said", () => {
  const template = templateOf(examples.MaterializedView.maximal, { projectNumber: "123456789012" });
  expect(template.resource("google_bigquery_table.events-users_by_day")).toEqual({
    project: "acme-dev",
    dataset_id: "${google_bigquery_dataset.events.dataset_id}",
    table_id: "users_by_day",
    friendly_name: "Users",
    description: "by day",
    labels: { team: "growth" },
    resource_tags: { "1234567890/environment": "production" },
    materialized_view: {
      query: "SELECT 1 AS one",
      refresh_interval_ms: 3_600_000,
      allow_non_incremental_definition: true,
    },
    max_staleness: "0-0 0 36:0:0",
    time_partitioning: { type: "DAY", field: "at" },
    clustering: ["user"],
    encryption_configuration: {
      kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    },
    ignore_schema_changes: ["dataPolicies"],
    deletion_protection: false,
    depends_on: ["time_sleep.apis", "time_sleep.encryption-own-by-bigquery"],
  });
});

test("a materialized view is refreshed when somebody asks, where it says so", () => {
  const template = templateOf((stack) => {
    const dataset = events(stack);
    new MaterializedView(stack, "users", { dataset, query: "SELECT 1", refresh: "manual" });
  });
  expect(template.resource("google_bigquery_table.events-users")["materialized_view"]).toEqual({
    query: "SELECT 1",
    enable_refresh: false,
  });
});

test("rights on a view are on that view, to read it", () => {
  const template = templateOf((stack) => {
    const table = clicks(stack);
    const { dataset } = table;
    const query = `SELECT user FROM \`${table.path}\``;
    const analyst = new ServiceAccount(stack, "analyst");
    dataset.grantRead(analyst);
    new View(stack, "users", { dataset, query }).grantRead(analyst);
    new MaterializedView(stack, "kept", { dataset, query }).grantRead(analyst);
  });
  expect(template.allResources("google_bigquery_table_iam_member")).toMatchObject({
    "events-users-bigquery-dataViewer-analyst": {
      table_id: "${google_bigquery_table.events-users.table_id}",
      role: "roles/bigquery.dataViewer",
      lifecycle: { replace_triggered_by: ["google_bigquery_table.events-users.id"] },
    },
    "events-kept-bigquery-dataViewer-analyst": { table_id: "${google_bigquery_table.events-kept.table_id}" },
  });
});

test("a view is read by its path, as a table is", () => {
  const template = templateOf((stack) => {
    const dataset = events(stack);
    const first = new View(stack, "first", { dataset, query: "SELECT 1 AS one" });
    expect(first).toMatchObject({ key: "events-first", fullName: "acme-dev.events.first", columns: undefined });
    const second = new MaterializedView(stack, "second", { dataset, query: `SELECT one FROM \`${first.path}\`` });
    expect(second).toMatchObject({ key: "events-second", columns: undefined });
    new View(stack, "third", { dataset, query: `SELECT one FROM \`${second.path}\`` });
  });
  expect(template.resource("google_bigquery_table.events-third")["view"]).toMatchObject({
    query: expect.stringContaining("${google_bigquery_table.events-second.table_id}") as unknown,
  });
});

describe("what is not valid", () => {
  test.each<[Partial<ViewProps>, string]>([
    [{ name: "a.b" }, 'name is "a.b": BigQuery takes letters, digits, "_", "-" and spaces'],
    [{ query: " \n" }, "query is empty"],
    [{ query: "x".repeat(250_001) }, "query has 250001 characters: BigQuery takes at most 250000"],
  ])("of a view: %j", (props, says) => {
    const stack = aStack();
    const view = { dataset: events(stack), query: "SELECT 1", ...props };
    expect(messageOf(() => new View(stack, "users", view))).toContain(says);
  });

  test.each<[Partial<MaterializedViewProps>, string]>([
    [{ refresh: "30s" }, 'refresh is "30s": BigQuery takes 1m to 7d, or "manual"'],
    [{ maxStaleness: "0.5s" }, 'maxStaleness is "0.5s": BigQuery takes whole seconds'],
    [{ nonIncremental: true }, "nonIncremental needs maxStaleness: such a view is only as young as its last refresh"],
    [{ clustering: ["a", "b", "c", "d", "e"] }, "clustering has 5 columns: BigQuery takes at most 4"],
  ])("of a materialized view: %j", (props, says) => {
    const stack = aStack();
    const view = { dataset: events(stack), query: "SELECT 1", ...props };
    expect(messageOf(() => new MaterializedView(stack, "users", view))).toContain(says);
  });
});

test("the longest query and four columns are taken", () => {
  const template = templateOf((stack) => {
    const dataset = new Dataset(stack, "events");
    new View(stack, "long", { dataset, query: "x".repeat(250_000) });
    new MaterializedView(stack, "wide", { dataset, query: "SELECT 1", clustering: ["a", "b", "c", "d"] });
  });
  template.resourceCount("google_bigquery_table", 2);
});
