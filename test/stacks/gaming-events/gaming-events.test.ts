import { Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { RegistryStack } from "../../../constructs/artifact-registry/registry-stack";
import { Template } from "../../../constructs/testing/template";
import { GamingEvents } from "../../../stacks/gaming-events/stack";
import { stages } from "../../../stacks/gaming-events/stages";
import { warningsOf } from "../../constructs/support";

const stack = (stage: keyof typeof stages): GamingEvents =>
  new GamingEvents(Testing.app({ stackTraces: false }), `gaming-events-${stage}`, stages[stage]);

test("on a worker pool, the stack is this", async () => {
  await expect(Template.fromStack(stack("dev")).toSnapshot()).toMatchFileSnapshot("__snapshots__/worker-pool.yaml");
});

test("on Dataflow, the stack is this", async () => {
  await expect(Template.fromStack(stack("dataflow")).toSnapshot()).toMatchFileSnapshot("__snapshots__/dataflow.yaml");
});

test("the registry's stack is this", async () => {
  const registry = new RegistryStack(Testing.app({ stackTraces: false }), "registry-dev", stages.dev);
  await expect(Template.fromStack(registry).toSnapshot()).toMatchFileSnapshot("__snapshots__/registry.yaml");
});

describe("the systems, by the names of the documents", () => {
  const workerPool = Template.fromStack(stack("dev"));
  const dataflow = Template.fromStack(stack("dataflow"));

  test("G1: a proxy that publishes to dj-pubsub-topic", () => {
    expect(workerPool.resource("google_cloud_run_v2_service.dj-run-service-proxy")).toMatchObject({
      name: "dj-run-service-proxy",
      invoker_iam_disabled: true,
      template: { containers: [{ env: [{ name: "TOPIC", value: "${google_pubsub_topic.dj-pubsub-topic.id}" }] }] },
    });
    expect(workerPool.resource("google_pubsub_topic.dj-pubsub-topic")).toMatchObject({ name: "dj-pubsub-topic" });
  });

  test("G2: data_journey.dataflow, with the counts of the visitors", () => {
    const { schema, ...table } = workerPool.resource("google_bigquery_table.data_journey-dataflow");
    expect(table).toMatchObject({ table_id: "dataflow" });
    expect(JSON.parse(String(schema))).toMatchObject([
      { name: "user_pseudo_id", type: "STRING" },
      { name: "event_count", type: "INTEGER" },
    ]);
    expect(workerPool.resource("google_bigquery_dataset.data_journey")).toMatchObject({ dataset_id: "data_journey" });
  });

  test("G3: clicks as they came in pubsub_direct, and a view that unpacks them", () => {
    expect(workerPool.resource("google_pubsub_subscription.dj_subscription_bq_direct")).toMatchObject({
      name: "dj_subscription_bq_direct",
      bigquery_config: { write_metadata: true },
      dead_letter_policy: { max_delivery_attempts: 5 },
    });
    const columns = JSON.parse(
      String(workerPool.resource("google_bigquery_table.data_journey-pubsub_direct")["schema"]),
    ) as readonly { readonly name: string; readonly type: string }[];
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "subscription_name STRING",
      "message_id STRING",
      "publish_time TIMESTAMP",
      "data STRING",
      "attributes JSON",
    ]);
    expect(workerPool.resource("google_bigquery_table.data_journey-clicks")).toMatchObject({ table_id: "clicks" });
  });

  test("G4: clicks pushed to a service that cleans them into cloud_run", () => {
    expect(workerPool.resource("google_pubsub_subscription.dj-subscription_cloud_run")).toMatchObject({
      push_config: { push_endpoint: "${google_cloud_run_v2_service.dj-run-service-data-processing.uri}/" },
    });
    const columns = JSON.parse(
      String(workerPool.resource("google_bigquery_table.data_journey-cloud_run")["schema"]),
    ) as readonly { readonly name: string }[];
    expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(["message_id", "weekday", "event_name"]));
  });

  test("G5: one machine of ours counts, and its subscription gives up on nothing", () => {
    const subscription = workerPool.resource("google_pubsub_subscription.dj_subscription_dataflow");
    expect(subscription).not.toHaveProperty("dead_letter_policy");
    expect(workerPool.resource("google_cloud_run_v2_worker_pool.user-activity")).toMatchObject({
      scaling: { manual_instance_count: 1 },
      template: {
        containers: [
          {
            env: expect.arrayContaining([
              { name: "MODE", value: "pull" },
              {
                name: "INPUTS",
                value: '{"clicks":{"subscription":"${google_pubsub_subscription.dj_subscription_dataflow.id}"}}',
              },
              {
                name: "OUTPUTS",
                value:
                  '{"activity":{"table":"acme-dev.${google_bigquery_table.data_journey-dataflow.dataset_id}.${google_bigquery_table.data_journey-dataflow.table_id}"}}',
              },
            ]),
          },
        ],
      },
    });
  });

  test("G6: a job of a flex template, as data-journey-pipeline, in terraform-network, with one worker at most", () => {
    expect(dataflow.resource("google_dataflow_flex_template_job.dataflow-job")).toMatchObject({
      name: "dataflow-job",
      region: "europe-west1",
      max_workers: 1,
      service_account_email: "${google_service_account.data-journey-pipeline.email}",
      network: "${google_compute_network.terraform-network.name}",
      parameters: {
        inputs: '{"clicks":{"subscription":"${google_pubsub_subscription.dj_subscription_dataflow.id}"}}',
      },
      lifecycle: { replace_triggered_by: ["terraform_data.dataflow-job-graph"] },
    });
    expect(
      dataflow.resource("google_storage_bucket_object.gaming-events-df_templates-dataflow_template-json"),
    ).toMatchObject({
      name: "df_templates/dataflow_template.json",
      content: expect.stringContaining("beam-processing-flex-template"),
    });
    expect(dataflow.resource("google_storage_bucket.gaming-events")).toMatchObject({
      name: "acme-dataflow-gaming-events",
    });
  });

  test("the job replaces the worker pool: both on one subscription would get a part each", () => {
    expect(dataflow.allResources("google_cloud_run_v2_worker_pool")).toEqual({});
    expect(workerPool.allResources("google_dataflow_flex_template_job")).toEqual({});
  });

  test("what does not depend on the runner is the same resource, so a change of runners keeps the backlog", () => {
    const kept = dataflow.addresses.filter((address) => workerPool.addresses.includes(address));
    expect(kept).toEqual(
      expect.arrayContaining([
        "google_pubsub_subscription.dj_subscription_dataflow",
        "google_bigquery_table.data_journey-dataflow",
        "google_service_account.data-journey-pipeline",
        "google_storage_bucket.gaming-events",
      ]),
    );
  });
});

test("nothing is to be warned of but that the images were never pushed", () => {
  const made = stack("dev");
  Template.fromStack(made);
  for (const warning of warningsOf(made)) expect(warning).toContain("run `journey images push` before you deploy");
});
