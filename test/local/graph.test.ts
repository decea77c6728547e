import { describe, expect, test } from "vitest";
import { graphOfStack } from "../../local/graph";
import { toMermaid } from "../../local/mermaid";
import { journeyResources } from "./support/journey";
import { stackOf } from "./support/stack";

const short = (address: string): string => address.replace(/^google_(cloud_run_v2_|pubsub_|bigquery_|storage_)/, "");

describe("the graph of a journey", () => {
  test("has every place that data comes through, by its name in the cloud", async () => {
    const { nodes } = await graphOfStack(stackOf({ resource: journeyResources }));
    expect(
      nodes.map(({ kind, label, public: open }) => `${kind} ${label}${open ? " (public)" : ""}`).toSorted(),
    ).toEqual([
      "bucket acme-dev-gaming-events",
      "dead-letters dj-dead-letters",
      "service dj-run-service-cleaner",
      "service dj-run-service-proxy (public)",
      "subscription dj-dead-letters-kept",
      "subscription dj-subscription_cloud_run",
      "subscription dj_subscription_bq_direct",
      "subscription dj_subscription_dataflow",
      "table data_journey.cloud_run",
      "table data_journey.dataflow",
      "table data_journey.pubsub_direct",
      "topic dj-pubsub-topic",
      "view data_journey.clicks",
      "worker-pool user-activity",
    ]);
  });

  test("has an edge for each way that data takes, drawn from references and grants alone", async () => {
    const { edges } = await graphOfStack(stackOf({ resource: journeyResources }));
    const drawn = edges.map(({ from, to, kind, both }) => `${short(from)} ${both ? "<" : ""}${kind}> ${short(to)}`);
    expect(drawn.toSorted()).toEqual(
      [
        "service.cleaner dead-letter> topic.dead",
        "service.cleaner write> table.clean",
        "service.proxy publish> topic.clicks",
        "bucket.clicks read> service.cleaner",
        "subscription.pull pull> worker_pool.counter",
        "subscription.push dead-letter> topic.dead",
        "subscription.push deliver> service.cleaner",
        "subscription.raw dead-letter> topic.dead",
        "subscription.raw deliver> table.raw",
        "table.raw read> table.clicks",
        "topic.clicks deliver> subscription.pull",
        "topic.clicks deliver> subscription.push",
        "topic.clicks deliver> subscription.raw",
        "topic.dead deliver> subscription.kept",
        "worker_pool.counter <write> bucket.clicks",
        "worker_pool.counter write> table.counts",
      ].toSorted(),
    );
  });

  test("loses an edge with the grant that it was drawn from", async () => {
    const { google_pubsub_topic_iam_member: members, ...others } = journeyResources;
    const { proxy: _, ...without } = members;
    const { edges } = await graphOfStack(stackOf({ resource: { ...others, google_pubsub_topic_iam_member: without } }));
    expect(edges.some(({ kind }) => kind === "publish")).toBe(false);
  });

  test("follows a Dataflow job and grants on a whole dataset as well", async () => {
    const member = "${google_service_account.pipeline.member}";
    const { nodes, edges } = await graphOfStack(
      stackOf({
        resource: {
          google_service_account: { pipeline: { account_id: "data-journey-pipeline" } },
          google_dataflow_flex_template_job: {
            job: { name: "dataflow-job", service_account_email: "${google_service_account.pipeline.email}" },
          },
          google_pubsub_topic: { clicks: { name: "clicks" } },
          google_pubsub_subscription: { pull: { name: "pull", topic: "clicks" } },
          google_pubsub_subscription_iam_member: {
            pull: { subscription: "pull", role: "roles/pubsub.subscriber", member },
            view: { subscription: "pull", role: "roles/pubsub.viewer", member },
          },
          google_bigquery_table: {
            one: { dataset_id: "data", table_id: "one" },
            other: { dataset_id: "other", table_id: "one" },
            view: { dataset_id: "data", table_id: "view", view: [{ query: "SELECT 1 FROM other.one" }] },
          },
          google_bigquery_dataset_iam_member: {
            all: { dataset_id: "data", role: "roles/bigquery.dataViewer", member },
          },
        },
      }),
    );
    expect(nodes.find(({ kind }) => kind === "job")?.label).toBe("dataflow-job");
    expect(edges.map(({ from, to, kind }) => `${short(from)} ${kind}> ${short(to)}`)).toEqual([
      "topic.clicks deliver> subscription.pull",
      "table.other read> table.view",
      "subscription.pull pull> google_dataflow_flex_template_job.job",
      "table.one read> google_dataflow_flex_template_job.job",
    ]);
  });
});

const account = (name: string) => `\${google_service_account.${name}.email}`;
const calls = (uri: string, body: string) => ({ schedule: "0 3 * * *", http_target: { uri, body } });

test("what ends is drawn by what launches it, and what is refused goes to dead letters", async () => {
  const launch = { launchParameter: { environment: { serviceAccountEmail: account("nightly") } } };
  const encoded = `\${base64encode(${JSON.stringify(JSON.stringify(launch))})}`;
  const dataflow = "https://dataflow.googleapis.com/v1b3/projects/acme-dev/locations/europe-west1/flexTemplates:launch";
  const member = (name: string) => `serviceAccount:${account(name)}`;
  const { nodes, edges } = await graphOfStack(
    stackOf({
      resource: {
        google_service_account: { nightly: { account_id: "nightly" }, weekly: { account_id: "weekly" } },
        google_cloud_scheduler_job: {
          nightly: { name: "nightly", ...calls(dataflow, encoded) },
          other: { name: "other", ...calls("https://example.com/", encoded) },
          broken: { name: "broken", ...calls(dataflow, "bm8ganNvbg==") },
        },
        google_cloud_run_v2_job: {
          weekly: { name: "weekly", template: { template: { service_account: account("weekly") } } },
        },
        google_pubsub_topic: { refused: { name: "refused" } },
        google_dataflow_flex_template_job: {
          stream: {
            name: "stream",
            service_account_email: account("nightly"),
            parameters: { errors: '{"topic":"${google_pubsub_topic.refused.id}"}' },
          },
        },
        google_storage_bucket: { logs: { name: "logs" } },
        google_storage_bucket_iam_member: {
          nightly: { bucket: "logs", role: "roles/storage.objectViewer", member: member("nightly") },
          weekly: { bucket: "logs", role: "roles/storage.objectViewer", member: member("weekly") },
        },
        google_pubsub_topic_iam_member: {
          nightly: { topic: "refused", role: "roles/pubsub.publisher", member: member("nightly") },
        },
      },
    }),
  );
  expect(nodes.map(({ kind, label }) => `${kind} ${label}`).toSorted()).toEqual([
    "bucket logs",
    "dead-letters refused",
    "job nightly",
    "job stream",
    "job weekly",
  ]);
  const ways = edges.map(({ from, to, kind }) => [from, `${kind}>`, to].map((one) => one.split(".").at(-1)).join(" "));
  expect(ways.toSorted()).toEqual([
    "logs read> nightly",
    "logs read> stream",
    "logs read> weekly",
    "nightly dead-letter> refused",
    "stream dead-letter> refused",
  ]);
});

test("functions are delivered to, and documents and tables of Bigtable are written and read", async () => {
  const member = "${google_service_account.shop.member}";
  const { nodes, edges } = await graphOfStack(
    stackOf({
      resource: {
        google_service_account: { shop: { account_id: "shop" } },
        google_cloudfunctions2_function: {
          shop: {
            name: "shop",
            location: "europe-west1",
            service_config: { service_account_email: "${google_service_account.shop.email}" },
          },
        },
        google_pubsub_topic: { orders: { name: "orders" } },
        google_pubsub_subscription: {
          push: {
            name: "push",
            topic: "${google_pubsub_topic.orders.id}",
            push_config: { push_endpoint: "${google_cloudfunctions2_function.shop.service_config[0].uri}/" },
          },
        },
        google_firestore_database: { books: { name: "books" }, other: { name: "other" } },
        google_bigtable_table: { latest: { name: "latest", instance_name: "devices" } },
        google_project_iam_member: {
          books: {
            role: "roles/datastore.user",
            member,
            condition: { expression: 'resource.name == "projects/acme-dev/databases/books"' },
          },
          jobs: { role: "roles/bigquery.jobUser", member },
        },
        google_bigtable_table_iam_member: {
          latest: { instance: "devices", table: "latest", role: "roles/bigtable.reader", member },
        },
      },
    }),
  );
  expect(nodes.map(({ kind, label }) => `${kind} ${label}`).toSorted()).toEqual([
    "bigtable devices.latest",
    "database books",
    "database other",
    "function shop",
    "subscription push",
    "topic orders",
  ]);
  expect(edges.map(({ from, to, kind }) => `${from} ${kind}> ${to}`)).toEqual([
    "google_pubsub_topic.orders deliver> google_pubsub_subscription.push",
    "google_pubsub_subscription.push deliver> google_cloudfunctions2_function.shop",
    "google_cloudfunctions2_function.shop write> google_firestore_database.books",
    "google_bigtable_table.latest read> google_cloudfunctions2_function.shop",
  ]);
});

test("a stack whose references cannot be followed has none", async () => {
  const stack = stackOf({ resource: { google_pubsub_topic: { clicks: { name: "${uuid()}" } } } });
  await expect(graphOfStack(stack)).rejects.toThrow("google_pubsub_topic.clicks.name: uuid()");
});

describe("Mermaid", () => {
  test("shows kinds as shapes, dead letters dashed", async () => {
    const text = toMermaid(await graphOfStack(stackOf({ resource: journeyResources })));
    expect(text).toMatchSnapshot();
  });

  test("takes any name", () => {
    const label = 'a"b<c>#1';
    expect(toMermaid({ nodes: [{ id: "x", kind: "topic", label }], edges: [] })).toBe(
      'flowchart LR\n  topic_a_b_c_1{{"a#quot;b#lt;c#gt;#35;1<br/>topic"}}\n',
    );
  });
});

const plain = (address: string): string => address.split(".").slice(-1).join("");

test("events, turns and tasks are drawn from what takes them to what they call", async () => {
  const email = account("worker");
  const { nodes, edges } = await graphOfStack(
    stackOf({
      resource: {
        google_service_account: { worker: { account_id: "worker" } },
        google_storage_bucket: { files: { name: "files" } },
        google_pubsub_topic: { told: { name: "told" } },
        google_storage_notification: { told: { bucket: "files", topic: "${google_pubsub_topic.told.id}" } },
        google_firestore_database: { books: { name: "books" } },
        google_cloud_run_v2_service: { worker: { name: "worker", template: { service_account: email } } },
        google_cloud_run_v2_job: { nightly: { name: "nightly" } },
        google_cloud_tasks_queue: { later: { name: "later" } },
        google_cloud_tasks_queue_iam_member: {
          worker: { name: "later", role: "roles/cloudtasks.enqueuer", member: `serviceAccount:${email}` },
          viewer: { name: "later", role: "roles/cloudtasks.viewer", member: `serviceAccount:${email}` },
        },
        google_workflows_workflow: { steps: { name: "steps", service_account: email } },
        google_eventarc_trigger: {
          files: triggered([{ attribute: "bucket", value: "files" }]),
          told: { ...triggered([]), transport: { pubsub: { topic: "${google_pubsub_topic.told.id}" } } },
          books: triggered([{ attribute: "database", value: "books" }]),
        },
        google_cloud_scheduler_job: {
          call: { name: "call", http_target: { uri: "${google_cloud_run_v2_service.worker.uri}/report" } },
          start: {
            name: "start",
            http_target: { uri: "https://run.googleapis.com/v2/${google_cloud_run_v2_job.nightly.id}:run" },
          },
          flow: {
            name: "flow",
            http_target: {
              uri: "https://workflowexecutions.googleapis.com/v1/${google_workflows_workflow.steps.id}/executions",
            },
          },
          tell: { name: "tell", pubsub_target: { topic_name: "${google_pubsub_topic.told.id}" } },
          elsewhere: { name: "elsewhere", http_target: { uri: "https://example.com/" } },
        },
      },
    }),
  );
  expect(nodes.filter(({ kind }) => kind === "schedule").map(({ label }) => label)).toEqual([
    "call",
    "start",
    "flow",
    "tell",
  ]);
  expect(edges.map(({ from, to, kind }) => `${plain(from)} ${kind}> ${plain(to)}`).toSorted()).toEqual([
    "books deliver> books",
    "books deliver> worker",
    "call call> worker",
    "files deliver> files",
    "files deliver> worker",
    "files publish> told",
    "flow call> steps",
    "start call> nightly",
    "steps write> later",
    "tell publish> told",
    "told deliver> told",
    "told deliver> worker",
    "worker write> later",
  ]);
});

const triggered = (matching_criteria: readonly object[]) => ({
  name: "trigger",
  matching_criteria,
  destination: { cloud_run_service: { service: "worker" } },
});
