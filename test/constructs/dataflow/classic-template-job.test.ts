import { App } from "cdktf";
import { expect, test } from "vitest";
import { GcpStack } from "../../../constructs/core/stack";
import { ClassicTemplateJob } from "../../../constructs/dataflow/classic-template-job";
import { findingsOf } from "../../../constructs/core/facts";
import { aStack, settings, templateOf } from "../support";
import { examples } from "./examples";
import { aClassicTemplate, ground } from "./support";

test("a job of a classic template drains when it goes and has no public addresses", () => {
  const template = templateOf(examples.ClassicTemplateJob.minimal);
  expect(template.resource("google_dataflow_job.land-orders")).toEqual({
    name: "land-orders",
    region: "europe-west1",
    template_gcs_path: "gs://dataflow-templates-europe-west1/latest/PubSub_Subscription_to_BigQuery",
    temp_gcs_location: "gs://${google_storage_bucket.files.name}/dataflow/temp",
    parameters: {
      inputSubscription: "${google_pubsub_subscription.orders-sub.id}",
      outputTableSpec:
        "acme-dev:${google_bigquery_table.orders_data-orders.dataset_id}.${google_bigquery_table.orders_data-orders.table_id}",
    },
    service_account_email: "${google_service_account.land-orders.email}",
    network: "${google_compute_network.net.name}",
    subnetwork: "regions/europe-west1/subnetworks/${google_compute_subnetwork.net.name}",
    ip_configuration: "WORKER_IP_PRIVATE",
    enable_streaming_engine: true,
    on_delete: "drain",
    lifecycle: { ignore_changes: ["additional_experiments"] },
    depends_on: ["time_sleep.apis", "time_sleep.land-orders"],
  });
});

test("a job of which all is said", () => {
  const template = templateOf(examples.ClassicTemplateJob.maximal, { projectNumber: "123" });
  expect(template.resource("google_dataflow_job.payments-job")).toEqual({
    name: "payments-job",
    region: "europe-west1",
    zone: "europe-west1-b",
    template_gcs_path: "gs://dataflow-templates-europe-west1/latest/PubSub_Subscription_to_BigQuery",
    temp_gcs_location: "gs://${google_storage_bucket.files.name}/dataflow/temp",
    parameters: {
      inputSubscription: "${google_pubsub_subscription.payments-sub.id}",
      outputTableSpec:
        "acme-dev:${google_bigquery_table.payments_data-payments.dataset_id}.${google_bigquery_table.payments_data-payments.table_id}",
      tool: "none",
    },
    labels: { team: "growth" },
    service_account_email: "${google_service_account.worker.email}",
    network: "${google_compute_network.net.name}",
    subnetwork: "regions/europe-west1/subnetworks/${google_compute_subnetwork.net.name}",
    ip_configuration: "WORKER_IP_PUBLIC",
    max_workers: 20,
    machine_type: "n2-standard-2",
    enable_streaming_engine: false,
    kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    additional_experiments: ["use_runner_v2", "use_network_tags=out", "streaming_mode_at_least_once"],
    transform_name_mapping: { Count: "Sum" },
    on_delete: "cancel",
    skip_wait_on_job_termination: true,
    lifecycle: {
      ignore_changes: ["additional_experiments"],
      replace_triggered_by: ["terraform_data.payments-job-graph"],
    },
    depends_on: ["time_sleep.apis", "time_sleep.encryption-own-by-dataflow-compute", "time_sleep.payments-job"],
  });
});

test("a template of yours is read by the workers, which find their program through it", () => {
  const template = templateOf((stack) => {
    new ClassicTemplateJob(stack, "clicks-job", {
      template: aClassicTemplate(stack, "streaming"),
      parameters: { a: "1" },
      ...ground(stack),
    });
  });
  expect(template.resource("google_dataflow_job.clicks-job")).toMatchObject({
    template_gcs_path: "gs://${google_storage_bucket.classics.name}/templates/clicks",
    parameters: { a: "1" },
  });
  template.hasResource("google_storage_bucket_iam_member", {
    bucket: "${google_storage_bucket.classics.name}",
    role: "roles/storage.objectViewer",
  });
});

test("two stages of one project whose jobs are called the same are told so", () => {
  const app = new App();
  const stacks = ["one", "two"].map((id) => new GcpStack(app, id, settings));
  for (const stack of stacks) {
    new ClassicTemplateJob(stack, "job", {
      template: aClassicTemplate(stack, "streaming"),
      parameters: { a: "1" },
      ...ground(stack),
    });
  }
  const [first, second] = stacks.map((stack) => findingsOf(stack));
  expect(first).toEqual([]);
  expect(second).toEqual([
    "two/job: projects/acme-dev/locations/europe-west1/jobs/job is the name of one/job too: Dataflow refuses a job while another of its name runs [job-name-twice] (https://cloud.google.com/dataflow/docs/guides/setting-pipeline-options)",
  ]);
});

test("a job knows its name in the cloud", () => {
  const stack = aStack({ prefix: "alice" });
  expect(examples.ClassicTemplateJob.minimal(stack)).toMatchObject({ name: "alice-land-orders" });
});
