import { Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import type { DatasetProps } from "../../../constructs/bigquery/dataset-props";
import { SqlFunction } from "../../../constructs/bigquery/sql-routines";
import { View } from "../../../constructs/bigquery/view";
import { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, settings, templateOf } from "../support";
import { examples } from "./examples";

test("a dataset of which nothing is said is in the stack's region and goes with its stage", () => {
  const template = templateOf(examples.Dataset.minimal);
  expect(template.resource("google_bigquery_dataset.click_events")).toEqual({
    dataset_id: "click_events",
    location: "europe-west1",
    delete_contents_on_destroy: true,
    depends_on: ["time_sleep.apis"],
  });
});

test("a dataset of which all is said", () => {
  const template = templateOf(examples.Dataset.maximal, {
    removal: "keep",
    prefix: "alice",
    projectNumber: "123456789012",
  });
  expect(template.resource("google_bigquery_dataset.all_events")).toEqual({
    dataset_id: "alice_all_events",
    location: "europe-west1",
    friendly_name: "All events",
    description: "what happened",
    default_table_expiration_ms: 7_776_000_000,
    default_partition_expiration_ms: 2_592_000_000,
    max_time_travel_hours: "72",
    storage_billing_model: "PHYSICAL",
    default_collation: "und:ci",
    is_case_insensitive: true,
    labels: { team: "growth" },
    resource_tags: { "1234567890/environment": "production" },
    delete_contents_on_destroy: false,
    default_encryption_configuration: {
      kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    },
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis", "time_sleep.encryption-own-by-bigquery"],
  });
});

test("text that is not to be compared loosely is said so, too", () => {
  const template = templateOf((stack) => new Dataset(stack, "events", { defaultCollation: "case-sensitive" }));
  expect(template.resource("google_bigquery_dataset.events")["default_collation"]).toBe("");
});

test.each<[DatasetProps, string]>([
  [{ name: "click-events" }, 'name is "click-events": BigQuery takes letters, digits and "_"'],
  [{ location: "Europe" }, 'location is "Europe": BigQuery has regions such as "europe-west1", "EU" and "US"'],
  [{ timeTravel: "1d" }, 'timeTravel is "1d": BigQuery takes 2d to 7d'],
  [{ timeTravel: "50h" }, 'timeTravel is "50h": BigQuery takes whole days'],
  [{ tableExpiration: "59m" }, 'tableExpiration is "59m": BigQuery takes 1h to 36500d'],
  [{ partitionExpiration: "59m" }, 'partitionExpiration is "59m": BigQuery takes 1h to 36500d'],
  [{ overrides: { access: [] } }, "overrides.access is the whole list of who may do what: it takes away what was"],
  [
    { resourceTags: { environment: "x" } },
    `resourceTags has "environment": a tag's key begins with its organization or project: "1234567890/environment"`,
  ],
])("a dataset with %j is not valid", (props, says) => {
  expect(messageOf(() => new Dataset(aStack(), "events", props))).toContain(says);
});

test("a dataset outside of the stack's region takes no key of the stage's", () => {
  const stack = aStack({
    projectNumber: "123456789012",
    encryptionKey: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/stage",
  });
  expect(messageOf(() => new Dataset(stack, "events", { location: "EU" }))).toContain(
    "it lies in EU and its key in europe-west1: what is encrypted needs a key where it is. Give it encryptionKey, one in europe",
  );
});

test("a dataset knows its names and where it is, one that is there already what it was told", () => {
  const stack = aStack({ prefix: "alice" });
  expect(new Dataset(stack, "events")).toMatchObject({ fullName: "acme-dev.alice_events", location: "europe-west1" });
  const theirs = Dataset.fromName(stack, "theirs", { name: "shop", project: "shop-prod", location: "EU" });
  expect(theirs).toMatchObject({ fullName: "shop-prod.shop", key: "shop-prod-shop", location: "EU", name: "shop" });
  expect(Dataset.fromName(stack, "ours", { name: "shop" })).toMatchObject({ key: "shop", location: undefined });
  expect(() => Dataset.fromName(stack, "bad", { name: "a-b" })).toThrow('name is "a-b"');
});

describe("rights on a dataset", () => {
  test("are on that dataset, one role each", () => {
    const template = templateOf((stack) => {
      const dataset = new Dataset(stack, "events");
      const analyst = new ServiceAccount(stack, "analyst");
      dataset.grantRead(analyst);
      dataset.grantWrite(analyst);
      dataset.grantMetadata(analyst);
      dataset.grant("roles/bigquery.dataOwner", analyst);
      Dataset.fromName(stack, "theirs", { name: "shop", project: "shop-prod" }).grantRead(analyst);
    });
    expect(template.allResources("google_bigquery_dataset_iam_member")).toMatchObject({
      "events-bigquery-dataViewer-analyst": {
        dataset_id: "${google_bigquery_dataset.events.dataset_id}",
        project: "acme-dev",
        role: "roles/bigquery.dataViewer",
        lifecycle: { replace_triggered_by: ["google_bigquery_dataset.events.id"] },
      },
      "events-bigquery-dataEditor-analyst": { role: "roles/bigquery.dataEditor" },
      "events-bigquery-metadataViewer-analyst": { role: "roles/bigquery.metadataViewer" },
      "events-bigquery-dataOwner-analyst": { role: "roles/bigquery.dataOwner" },
      "shop-prod-shop-bigquery-dataViewer-analyst": { dataset_id: "shop", project: "shop-prod" },
    });
  });

  test("hold on no condition, which Terraform's provider would refuse", () => {
    const stack = aStack();
    const condition = { title: "for a while", expression: 'request.time < timestamp("2030-01-01T00:00:00Z")' };
    const dataset = new Dataset(stack, "events");
    expect(messageOf(() => dataset.grantRead(new ServiceAccount(stack, "analyst"), { condition }))).toContain(
      'test/analyst: a right on a dataset cannot hold on a condition, "for a while"',
    );
  });

  test("may be somebody else's to give", () => {
    const template = templateOf((stack) => {
      const dataset = Dataset.fromName(stack, "theirs", { name: "shop", grants: "assume" });
      dataset.grantRead(new ServiceAccount(stack, "analyst"));
    });
    expect(template.journey["assumed"]).toMatchObject([
      { type: "google_bigquery_dataset_iam_member", on: { datasetId: "shop", project: "acme-dev" } },
    ]);
  });
});

describe("what reads a dataset in its own name", () => {
  test("is a view, which is let in again when it changes", () => {
    const template = templateOf((stack) => {
      const raw = new Dataset(stack, "raw");
      raw.authorizeView(new View(stack, "users", { dataset: new Dataset(stack, "reports"), query: "SELECT 1" }));
    });
    expect(template.resource("google_bigquery_dataset_access.raw-view-reports-users")).toEqual({
      project: "acme-dev",
      dataset_id: "${google_bigquery_dataset.raw.dataset_id}",
      view: { dataset_id: "${google_bigquery_dataset.reports.dataset_id}", project_id: "acme-dev", table_id: "users" },
      lifecycle: { replace_triggered_by: ["google_bigquery_table.reports-users"] },
      depends_on: ["google_bigquery_table.reports-users", "time_sleep.apis"],
    });
  });

  test("is a function", () => {
    const template = templateOf((stack) => {
      const raw = new Dataset(stack, "raw");
      const dataset = new Dataset(stack, "reports");
      raw.authorizeRoutine(new SqlFunction(stack, "count", { dataset, expression: "1" }));
    });
    expect(template.resource("google_bigquery_dataset_access.raw-routine-reports-count")).toMatchObject({
      routine: {
        dataset_id: "${google_bigquery_dataset.reports.dataset_id}",
        project_id: "acme-dev",
        routine_id: "count",
      },
      lifecycle: { replace_triggered_by: ["google_bigquery_routine.reports-count"] },
    });
  });

  test("is every view of a dataset, ours or another's", () => {
    const template = templateOf((stack) => {
      const raw = new Dataset(stack, "raw");
      raw.authorizeDataset(new Dataset(stack, "reports"));
      raw.authorizeDataset(Dataset.fromName(stack, "theirs", { name: "shop", project: "shop-prod" }));
    });
    expect(template.resource("google_bigquery_dataset_access.raw-dataset-reports")).toMatchObject({
      dataset: {
        dataset: { dataset_id: "${google_bigquery_dataset.reports.dataset_id}", project_id: "acme-dev" },
        target_types: ["VIEWS"],
      },
      lifecycle: { replace_triggered_by: ["google_bigquery_dataset.reports"] },
    });
    expect(template.resource("google_bigquery_dataset_access.raw-dataset-shop-prod-shop")).toEqual({
      project: "acme-dev",
      dataset_id: "${google_bigquery_dataset.raw.dataset_id}",
      dataset: { dataset: { dataset_id: "shop", project_id: "shop-prod" }, target_types: ["VIEWS"] },
      depends_on: ["time_sleep.apis"],
    });
  });

  test("lives where it is and not where it reads, so the stack that reads is deployed after", () => {
    const app = Testing.app();
    const owner = new GcpStack(app, "owner", settings);
    const reader = new GcpStack(app, "reader", settings);
    const raw = new Dataset(owner, "raw");
    raw.authorizeView(new View(reader, "users", { dataset: new Dataset(reader, "reports"), query: "SELECT 1" }));
    expect(Template.fromStack(reader).resource("google_bigquery_dataset_access.raw-view-reports-users")).toMatchObject({
      dataset_id: "raw",
    });
    expect(reader.dependsOn(owner)).toBe(true);
    expect(Template.fromStack(owner).allResources("google_bigquery_dataset_access")).toEqual({});
  });
});
