import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findStack } from "../../../local/stack/find";
import { documentOf } from "../../../local/stack/document";
import { whyElsewhere } from "../../../local/stack/elsewhere";

let out: string;
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), "journey-test-"));
  const ids = ["gaming-events-dev", "orders-dev", "orders-prod"];
  const stacks = Object.fromEntries(ids.map((id) => [id, { synthesizedStackPath: `stacks/${id}/cdk.tf.json` }]));
  writeFileSync(join(out, "manifest.json"), JSON.stringify({ stacks, version: "0.21.0" }));
  mkdirSync(join(out, "stacks/gaming-events-dev"), { recursive: true });
  const stack = {
    provider: { google: [{ project: "acme-dev", region: "europe-west1" }] },
    "//": {
      journey: { images: { "registry/proxy:1": { name: "proxy", folder: "images/proxy", package: "data-journey" } } },
    },
  };
  writeFileSync(join(out, "stacks/gaming-events-dev/cdk.tf.json"), JSON.stringify(stack));
});
afterAll(() => rmSync(out, { recursive: true }));

describe("a stack is found", () => {
  test("by its id, and by what its id begins with", () => {
    expect(findStack(out, "gaming-events-dev", "/app").id).toBe("gaming-events-dev");
    expect(findStack(out, "gaming-events", "/app")).toMatchObject({
      id: "gaming-events-dev",
      app: "/app",
      folder: join(out, "stacks/gaming-events-dev"),
      project: "acme-dev",
      region: "europe-west1",
      images: { "registry/proxy:1": { folder: "images/proxy", package: "data-journey" } },
    });
  });

  test("only where the name fits one", () => {
    expect(() => findStack(out, "orders", "/app")).toThrow('"orders" fits several stacks: orders-dev, orders-prod');
    expect(() => findStack(out, "games", "/app")).toThrow(
      'no stack\'s id is, or begins with, "games": the app has gaming-events-dev, orders-dev, orders-prod',
    );
  });

  test("only where the app was synthesized", () => {
    expect(() => findStack(join(out, "nowhere"), "orders", "/app")).toThrow("holds no synthesized app");
    expect(() => findStack(out, "orders-prod", "/app")).toThrow("synthesize the stack first");
  });
});

describe("a stack's document", () => {
  test("must name a project", () => {
    expect(() => documentOf("{}", "x", "/")).toThrow("x: its google provider names no project");
    expect(() => documentOf("{", "x", "/")).toThrow("x: the synthesized stack is not JSON");
  });

  test("has the project's number of its service agents' addresses, else one that is always the same", () => {
    const provider = { google: [{ project: "acme-dev" }] };
    const member = "serviceAccount:service-424242424242@gcp-sa-pubsub.iam.gserviceaccount.com";
    expect(documentOf(JSON.stringify({ provider, locals: { member } }), "x", "/").projectNumber).toBe("424242424242");
    const other = documentOf(JSON.stringify({ provider }), "x", "/").projectNumber;
    expect(other).toMatch(/^\d{12}$/);
    expect(documentOf(JSON.stringify({ provider }), "y", "/").projectNumber).toBe(other);
  });
});

describe("what does not run on a laptop has a reason", () => {
  test.each([
    ["google_compute_router_nat", "no network to set up"],
    ["google_dataflow_flex_template_job", "choose Runner.workerPool()"],
    ["google_cloudfunctions2_function", "functions run in the cloud only"],
    ["google_firestore_database", "there is no Firestore here"],
    ["google_bigtable_table", "there is no Bigtable here"],
    ["google_bigquery_routine", "functions and procedures of BigQuery are not kept here"],
    ["google_bigquery_connection", "BigQuery reads files and calls services in the cloud only"],
    ["google_bigquery_data_transfer_config", "nothing is run by the clock here"],
    ["google_data_catalog_policy_tag", "tags protect nothing here"],
    ["time_sleep", "nothing has to be waited for"],
    ["google_project_service", "every API is enabled"],
    ["google_spanner_instance", "no local service knows google_spanner_instance"],
    ["data.google_compute_zones", "no network to set up"],
  ])("%s", (type, reason) => {
    expect(whyElsewhere(type)).toContain(reason);
  });
});
