import { expect, test } from "vitest";
import { accessOf } from "../../../local/access/report";
import { documentOf } from "../../../local/stack/document";

const account = (name: string) => ({ account_id: name, project: "acme-dev" });
const stack = {
  "//": {
    journey: {
      whys: { "google_pubsub_topic_iam_member.clicks": "publishes what it takes" },
      assumed: [
        {
          type: "google_pubsub_subscription_iam_member",
          role: "roles/pubsub.subscriber",
          member: "${google_service_account.proxy.member}",
          on: { subscription: "orders", project: "shop" },
        },
      ],
    },
  },
  provider: { google: [{ project: "acme-dev", region: "europe-west1" }] },
  resource: {
    google_service_account: { proxy: account("proxy"), idle: account("idle") },
    google_pubsub_topic: { clicks: { name: "clicks" } },
    google_cloud_run_v2_service: {
      proxy: {
        name: "proxy-service",
        location: "europe-west1",
        invoker_iam_disabled: true,
        template: { service_account: "${google_service_account.proxy.email}" },
      },
      other: { name: "other", location: "europe-west1", template: {} },
    },
    google_cloud_run_v2_job: {
      nightly: {
        name: "nightly",
        location: "europe-west1",
        template: { template: { service_account: "${google_service_account.proxy.email}" } },
      },
    },
    google_project_service_identity: { pubsub: { service: "pubsub.googleapis.com" } },
    google_pubsub_topic_iam_member: {
      clicks: {
        topic: "${google_pubsub_topic.clicks.name}",
        role: "roles/pubsub.publisher",
        member: "${google_service_account.proxy.member}",
      },
      agent: {
        topic: "${google_pubsub_topic.clicks.name}",
        role: "roles/pubsub.publisher",
        member: "${google_project_service_identity.pubsub.member}",
      },
    },
    google_project_iam_member: {
      jobs: {
        project: "acme-dev",
        role: "roles/bigquery.jobUser",
        member: "${google_service_account.idle.member}",
        condition: [{ title: "by day", expression: "request.time.getHours() > 8" }],
      },
      documents: {
        project: "acme-dev",
        role: "roles/datastore.user",
        member: "${google_service_account.idle.member}",
        condition: { title: "database shop", expression: 'resource.name == "projects/acme-dev/databases/shop"' },
      },
    },
    google_bigquery_table_iam_binding: {
      rows: {
        dataset_id: "games",
        table_id: "projects/acme-dev/datasets/games/tables/rows",
        role: "projects/acme-dev/roles/reader",
        members: ["group:analysts@example.com", "user:ann@example.com"],
      },
    },
  },
};

test("a stack's rights are told by identity: what is open first, then workloads, others, and Google's own accounts", async () => {
  const rights = await accessOf(documentOf(JSON.stringify(stack), "journey-dev", "/app"));
  const plain = { wholeProject: false, why: undefined, condition: undefined, assumed: false };
  expect(rights).toEqual([
    {
      member: "allUsers",
      runs: [],
      agent: undefined,
      rights: [{ ...plain, role: "roles/run.invoker", on: "service proxy-service", why: "it is public" }],
    },
    {
      member: "serviceAccount:proxy@acme-dev.iam.gserviceaccount.com",
      runs: ["nightly", "proxy-service"],
      agent: undefined,
      rights: [
        { ...plain, role: "roles/pubsub.subscriber", on: "subscription orders", assumed: true },
        { ...plain, role: "roles/pubsub.publisher", on: "topic clicks", why: "publishes what it takes" },
      ],
    },
    {
      member: "group:analysts@example.com",
      runs: [],
      agent: undefined,
      rights: [{ ...plain, role: "projects/acme-dev/roles/reader", on: "table games.rows" }],
    },
    {
      member: "serviceAccount:idle@acme-dev.iam.gserviceaccount.com",
      runs: [],
      agent: undefined,
      rights: [
        { ...plain, role: "roles/datastore.user", on: "database shop" },
        {
          ...plain,
          role: "roles/bigquery.jobUser",
          on: "project acme-dev",
          wholeProject: true,
          condition: "request.time.getHours() > 8",
        },
      ],
    },
    {
      member: "user:ann@example.com",
      runs: [],
      agent: undefined,
      rights: [{ ...plain, role: "projects/acme-dev/roles/reader", on: "table games.rows" }],
    },
    {
      member: expect.stringMatching(/^serviceAccount:service-\d+@gcp-sa-pubsub\.iam\.gserviceaccount\.com$/),
      runs: [],
      agent: "pubsub",
      rights: [{ ...plain, role: "roles/pubsub.publisher", on: "topic clicks" }],
    },
  ]);
});

test("a stack whose references lead nowhere is told as such", async () => {
  const broken = {
    provider: { google: [{ project: "acme-dev" }] },
    resource: { google_pubsub_topic_iam_member: { a: { topic: "${google_pubsub_topic.clicks.name}" } } },
  };
  await expect(accessOf(documentOf(JSON.stringify(broken), "journey-dev", "/app"))).rejects.toThrow(
    "google_pubsub_topic.clicks",
  );
});
