import { expect, test } from "vitest";
import { Connection } from "../../../constructs/bigquery/connection";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Bucket } from "../../../constructs/storage/bucket";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

test("a connection of which nothing is said reads what is Google Cloud's, in the stack's region", () => {
  const template = templateOf(examples.Connection.minimal);
  expect(template.resource("google_bigquery_connection.files")).toEqual({
    connection_id: "files",
    location: "europe-west1",
    cloud_resource: {},
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_project_service.bigqueryconnection")).toBeDefined();
});

test("a connection of which all is said", () => {
  const template = templateOf(examples.Connection.maximal, { prefix: "alice" });
  expect(template.resource("google_bigquery_connection.files")).toEqual({
    connection_id: "alice-files",
    location: "EU",
    friendly_name: "Files",
    description: "reads the files of events",
    cloud_resource: {},
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
});

test("a connection's account can be given rights, and others the right to use the connection", () => {
  const template = templateOf((stack) => {
    const connection = new Connection(stack, "readers");
    new Bucket(stack, "files").grantRead(connection.identity);
    connection.grantUse(new ServiceAccount(stack, "analyst"));
  });
  expect(
    template.resource("google_storage_bucket_iam_member.files-storage-objectViewer-connection-readers"),
  ).toMatchObject({
    member: "serviceAccount:${google_bigquery_connection.readers.cloud_resource[0].service_account_id}",
    depends_on: ["google_bigquery_connection.readers", "time_sleep.apis"],
  });
  expect(
    template.resource("google_bigquery_connection_iam_member.readers-bigquery-connectionUser-analyst"),
  ).toMatchObject({
    connection_id: "${google_bigquery_connection.readers.connection_id}",
    location: "europe-west1",
    project: "acme-dev",
    role: "roles/bigquery.connectionUser",
    lifecycle: { replace_triggered_by: ["google_bigquery_connection.readers.id"] },
  });
});

test("a connection that is there already says who it is", () => {
  const template = templateOf((stack) => {
    const connection = Connection.fromName(stack, "theirs", {
      name: "readers",
      project: "shop-prod",
      location: "EU",
      serviceAccount: "bqcx-1-a@gcp-sa-bigquery-condel.iam.gserviceaccount.com",
      grants: "assume",
    });
    expect(connection).toMatchObject({
      key: "shop-prod-readers",
      path: "projects/shop-prod/locations/EU/connections/readers",
    });
    new Bucket(stack, "files").grantRead(connection.identity);
    connection.grantUse(new ServiceAccount(stack, "analyst"));
  });
  expect(template.allResources("google_storage_bucket_iam_member")).toMatchObject({
    "files-storage-objectViewer-connection-shop-prod-readers": {
      member: "serviceAccount:bqcx-1-a@gcp-sa-bigquery-condel.iam.gserviceaccount.com",
      depends_on: ["time_sleep.apis"],
    },
  });
  expect(template.journey["assumed"]).toMatchObject([
    {
      type: "google_bigquery_connection_iam_member",
      role: "roles/bigquery.connectionUser",
      on: { connectionId: "readers", location: "EU", project: "shop-prod" },
    },
  ]);
});

test("a connection that is there already is in the stack's project and region unless it says so", () => {
  const serviceAccount = "bqcx-1-a@gcp-sa-bigquery-condel.iam.gserviceaccount.com";
  const connection = Connection.fromName(aStack(), "ours", { name: "readers", serviceAccount });
  expect(connection.path).toBe("projects/acme-dev/locations/europe-west1/connections/readers");
  expect(connection.key).toBe("readers");
});

test("a connection's name has limits", () => {
  const says = 'name is "a b": BigQuery takes up to 100 letters, digits, "_" and "-" in the name of a connection';
  expect(messageOf(() => new Connection(aStack(), "files", { name: "a b" }))).toContain(says);
  expect(() => Connection.fromName(aStack(), "x", { name: "a b", serviceAccount: "x" })).toThrow(says);
});
