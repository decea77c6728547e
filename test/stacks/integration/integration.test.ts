import { Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { Template } from "../../../constructs/testing/template";
import { Integration } from "../../../stacks/integration/stack";
import { rollout, stages } from "../../../stacks/integration/stages";
import { warningsOf } from "../../constructs/support";

const stack = (name: keyof typeof stages): Integration =>
  new Integration(Testing.app({ stackTraces: false }), `integration-${name}`, stages[name]);
const dev = stack("dev");
const template = Template.fromStack(dev);
const dataflow = Template.fromStack(stack("dataflow"));

test("the stack is this", async () => {
  await expect(template.toSnapshot()).toMatchFileSnapshot("__snapshots__/dev.yaml");
});

test("on Dataflow, the stack is this", async () => {
  await expect(dataflow.toSnapshot()).toMatchFileSnapshot("__snapshots__/dataflow.yaml");
});

test("nothing is to be warned of but images that were never pushed", () => {
  for (const warning of warningsOf(dev)) expect(warning).toContain("was never pushed");
});

const environmentOf = (address: string, from = template): { readonly [name: string]: unknown } => {
  const found = from.resource(address) as {
    readonly template?: { readonly containers: readonly [{ readonly env: readonly Variable[] }] };
    readonly service_config?: { readonly environment_variables: { readonly [name: string]: unknown } };
  };
  const variables = found.template?.containers[0].env ?? [];
  return (
    found.service_config?.environment_variables ?? Object.fromEntries(variables.map(({ name, value }) => [name, value]))
  );
};
interface Variable {
  readonly name: string;
  readonly value: unknown;
}

const subscription = (name: string) => template.resource(`google_pubsub_subscription.${name}`);
const called = (name: string) => template.resource(`google_cloudfunctions2_function.${name}`);
const service = (name: string, from = template) => from.resource(`google_cloud_run_v2_service.${name}`);
const trigger = (name: string) => template.resource(`google_eventarc_trigger.${name}`);
const flow = (name: string) => String(template.resource(`google_workflows_workflow.${name}`)["source_contents"]);

describe("I1: Pub/Sub", () => {
  test("I1: a subscription is pulled, exactly once, and gives up after 5 attempts", () => {
    expect(subscription("process-data")).toMatchObject({
      topic: "${google_pubsub_topic.input.id}",
      enable_exactly_once_delivery: true,
      dead_letter_policy: {
        dead_letter_topic: "${google_pubsub_topic.process-data-dead-letters.id}",
        max_delivery_attempts: 5,
      },
    });
    expect(subscription("process-data")).not.toHaveProperty("push_config");
  });

  test("I1: another one is pushed, with a token, what its filter lets through", () => {
    expect(subscription("welcome")).toMatchObject({
      filter: 'attributes.event_type="user_signup" AND attributes.user_tier="premium"',
      push_config: {
        push_endpoint: "${google_cloud_run_v2_service.welcome.uri}/",
        oidc_token: { service_account_email: "${google_service_account.welcome-push.email}" },
      },
      dead_letter_policy: { max_delivery_attempts: 5 },
    });
    expect(environmentOf("google_cloud_run_v2_service.input-ingest")).toMatchObject({
      ATTRIBUTES: '["event_type","region","user_tier"]',
    });
  });

  test("I1: a third one is delivered in the order of the key", () => {
    expect(subscription("service-b")).toMatchObject({ enable_message_ordering: true });
  });

  test("I1: dead letters are kept, and Pub/Sub may forward them", () => {
    for (const name of ["input", "monitoring", "process-data", "process-file", "requests"]) {
      expect(subscription(`${name}-dead-letters-kept`)).toMatchObject({
        expiration_policy: { ttl: "" },
        message_retention_duration: "2678400s",
      });
      expect(
        template.resource(`google_pubsub_topic_iam_member.${name}-dead-letters-pubsub-publisher-pubsub-agent`),
      ).toMatchObject({ role: "roles/pubsub.publisher" });
    }
  });
});

describe("I2: functions", () => {
  test.each(["count-files", "lookup-file", "process-file", "reliable-function", "report-health", "sync-file"])(
    "I2: %s takes 540 s, 512Mi, 0 to 100 instances and 1000 calls at once, and is built of its folder",
    (name) => {
      expect(called(name)).toMatchObject({
        build_config: { runtime: "nodejs24" },
        service_config: {
          timeout_seconds: 540,
          available_memory: "512Mi",
          available_cpu: "1",
          min_instance_count: 0,
          max_instance_count: 100,
          max_instance_request_concurrency: 1000,
          ingress_settings: name === "lookup-file" ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY",
        },
      });
      expect(environmentOf(`google_cloudfunctions2_function.${name}`)).toMatchObject({ ENV: "production" });
    },
  );

  test("I2: one of each kind: requests, messages, objects, documents, a clock", () => {
    expect(
      template.resource("google_cloud_run_v2_service_iam_member.lookup-file-run-invoker-file-client"),
    ).toMatchObject({ role: "roles/run.invoker", member: "${google_service_account.file-client.member}" });
    for (const name of ["reliable-function", "report-health", "process-file"]) {
      expect(subscription(name)).toMatchObject({
        ack_deadline_seconds: 550,
        push_config: { push_endpoint: `\${google_cloudfunctions2_function.${name}.service_config[0].uri}/` },
      });
    }
    expect(trigger("sync-file")).toMatchObject({
      location: "europe-west1",
      matching_criteria: expect.arrayContaining([
        { attribute: "type", value: "google.cloud.firestore.document.v1.written" },
        { attribute: "document", value: "files/{file}", operator: "match-path-pattern" },
      ]),
    });
    expect(template.resource("google_cloud_scheduler_job.count-files")).toMatchObject({ schedule: "0 3 * * *" });
  });

  test("I2: what is fatal is set aside with its reason", () => {
    expect(environmentOf("google_cloudfunctions2_function.reliable-function")).toMatchObject({
      FAILURES: "${google_pubsub_topic.input-dead-letters.id}",
    });
  });
});

test("I3: an object that is finalized calls the function, which reads one bucket and writes the other", () => {
  expect(template.resource("google_storage_notification.my-upload-bucket-process-file")).toMatchObject({
    bucket: "${google_storage_bucket.my-upload-bucket.name}",
    event_types: ["OBJECT_FINALIZE"],
  });
  expect(environmentOf("google_cloudfunctions2_function.process-file")).toMatchObject({
    UPLOADS: "${google_storage_bucket.my-upload-bucket.name}",
    PROCESSED: "${google_storage_bucket.processed-files.name}",
  });
  expect(rightsOf("process-file")).toEqual([
    "roles/storage.objectViewer ${google_storage_bucket.my-upload-bucket.name}",
    "roles/storage.objectUser ${google_storage_bucket.processed-files.name}",
  ]);
});

const rightsOf = (account: string): readonly string[] =>
  Object.values(template.allResources("google_storage_bucket_iam_member"))
    .filter(({ member }) => member === `\${google_service_account.${account}.member}`)
    .map(({ role, bucket }) => `${String(role)} ${String(bucket)}`);

/** A step of the rollout. */
const split = (step: keyof typeof rollout) =>
  Template.fromStack(
    new Integration(Testing.app({ stackTraces: false }), "integration", { ...stages.dev, rollout: rollout[step] }),
  );

describe("I4: Cloud Run", () => {
  test("I4: my-app has 0 to 100 instances of 1 CPU and 512Mi, 1000 requests at once, 300 s, and its environment", () => {
    expect(service("my-app")).toMatchObject({
      template: {
        timeout: "300s",
        max_instance_request_concurrency: 1000,
        scaling: { min_instance_count: 0, max_instance_count: 100 },
        containers: [
          {
            ports: { container_port: 8080 },
            resources: { limits: { cpu: "1", memory: "512Mi" } },
            env: [{ name: "ENV", value: "production" }],
          },
        ],
      },
    });
  });

  test("I4: process-data has 100 tasks, 10 at once, an hour each", () => {
    expect(template.resource("google_cloud_run_v2_job.process-data")).toMatchObject({
      template: { task_count: 100, parallelism: 10, template: { timeout: "3600s" } },
    });
  });

  test("I4: requests are split 80 to 20 between two revisions, once both are there", () => {
    expect(service("my-service", split("first"))).toMatchObject({ template: { revision: "my-service-v1" } });
    expect(service("my-service", split("second"))).toMatchObject({
      template: { revision: "my-service-v2" },
      traffic: [
        { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "my-service-v1", percent: 80 },
        { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision: "my-service-v2", percent: 20 },
      ],
    });
    const last = service("my-service", split("third"));
    expect(last).toMatchObject({ template: { revision: "my-service-v2" } });
    expect(last).not.toHaveProperty("traffic");
  });
});

describe("I5: workflows", () => {
  test("I5: a machine is made, waited for, asked for its result, and deleted in any case", () => {
    const source = flow("workflow-vm");
    for (const step of [
      "googleapis.compute.v1.instances.insert",
      "machineTypes/e2-micro",
      "sys.sleep",
      "seconds: 30",
      "googleapis.compute.v1.instances.getGuestAttributes",
      "except:",
    ]) {
      expect(source).toContain(step);
    }
    expect(source.match(/call: googleapis\.compute\.v1\.instances\.delete/g)).toHaveLength(2);
    // Nothing reaches the machine from outside.
    expect(source).not.toContain("accessConfigs");
    expect(source).toContain("subnetworks/${google_compute_subnetwork.integration.name}");
  });

  test("I5: other steps: for, parallel, switch, try, retry and except", () => {
    const source = flow("each-category");
    for (const step of [
      "assign:",
      "for:",
      "parallel:",
      "switch:",
      "try:",
      "retry:",
      "except:",
      "raise:",
      "http.post",
    ]) {
      expect(source).toContain(step);
    }
    expect(source).toContain("max_retries: 4");
    expect(source).toContain("type: OIDC");
  });

  test("I5: the workflow may do with machines what its steps do, and nothing else", () => {
    expect(template.resource("google_project_iam_custom_role.workflow_vm_machines")["permissions"]).toEqual([
      "compute.disks.create",
      "compute.instances.create",
      "compute.instances.delete",
      "compute.instances.get",
      "compute.instances.getGuestAttributes",
      "compute.instances.setMetadata",
      "compute.subnetworks.use",
      "compute.zoneOperations.get",
    ]);
  });
});

describe("I6: Eventarc", () => {
  test.each([
    ["storage-trigger", { type: "google.cloud.storage.object.v1.finalized", bucket: "my-upload-bucket" }],
    ["storage-deleted-trigger", { type: "google.cloud.storage.object.v1.deleted", bucket: "my-upload-bucket" }],
    ["pubsub-trigger", { type: "google.cloud.pubsub.topic.v1.messagePublished" }],
    [
      "bigquery-job-trigger",
      {
        type: "google.cloud.audit.log.v1.written",
        serviceName: "bigquery.googleapis.com",
        methodName: "google.cloud.bigquery.v2.JobService.InsertJob",
      },
    ],
  ])("I6: %s calls process-files", (name, { bucket, ...filters }: { [attribute: string]: string }) => {
    const criteria = Object.entries(filters).map(([attribute, value]) => ({ attribute, value }));
    if (bucket) criteria.push({ attribute: "bucket", value: `\${google_storage_bucket.${bucket}.name}` });
    expect(trigger(name)).toMatchObject({
      matching_criteria: criteria,
      destination: {
        cloud_run_service: { service: "${google_cloud_run_v2_service.process-files.name}", region: "europe-west1" },
      },
    });
    expect(
      template.resource(`google_cloud_run_v2_service_iam_member.process-files-run-invoker-${name}-trigger`),
    ).toMatchObject({ role: "roles/run.invoker" });
  });
});

test("I7: my-queue sends 10 a second and 50 at once, and tries 5 times; the handler may make tasks that call my-app", () => {
  expect(template.resource("google_cloud_tasks_queue.my-queue")).toMatchObject({
    name: "my-queue",
    rate_limits: { max_dispatches_per_second: 10, max_concurrent_dispatches: 50 },
    retry_config: {
      max_attempts: 5,
      max_retry_duration: "3600s",
      min_backoff: "1s",
      max_backoff: "600s",
      max_doublings: 16,
    },
  });
  expect(environmentOf("google_cloud_run_v2_service.welcome")).toMatchObject({
    WELCOME_QUEUE: "${google_cloud_tasks_queue.my-queue.id}",
    WELCOME_URL: "${google_cloud_run_v2_service.my-app.uri}/process",
    WELCOME_ACCOUNT: "${google_service_account.welcome-tasks.email}",
  });
  for (const right of [
    "google_cloud_tasks_queue_iam_member.my-queue-cloudtasks-enqueuer-welcome",
    "google_service_account_iam_member.welcome-tasks-iam-serviceAccountUser-welcome",
    "google_cloud_run_v2_service_iam_member.my-app-run-invoker-welcome-tasks",
  ]) {
    expect(template.addresses).toContain(right);
  }
});

const decoded = (base64 = ""): unknown => JSON.parse(Buffer.from(base64, "base64").toString());

describe("I8: Scheduler", () => {
  const job = (name: string) => template.resource(`google_cloud_scheduler_job.${name}`) as unknown as ScheduledJob;
  interface ScheduledJob {
    readonly http_target?: { readonly body: string };
    readonly pubsub_target?: { readonly data: string };
  }

  test("I8: my-job asks for the weekly report on Mondays at nine in New York, with a token", () => {
    const weekly = job("my-job");
    expect(weekly).toMatchObject({
      schedule: "0 9 * * 1",
      time_zone: "America/New_York",
      http_target: {
        uri: "${google_cloud_run_v2_service.my-service.uri}/weekly-report",
        http_method: "POST",
        headers: { "Content-Type": "application/json" },
        oidc_token: { service_account_email: "${google_service_account.my-job-schedule.email}" },
      },
    });
    expect(decoded(weekly.http_target?.body)).toEqual({ report_type: "weekly" });
  });

  test("I8: my-pubsub-job publishes a health check to monitoring every five minutes", () => {
    const health = job("my-pubsub-job");
    expect(health).toMatchObject({
      schedule: "*/5 * * * *",
      pubsub_target: {
        topic_name: "${google_pubsub_topic.monitoring.id}",
        attributes: { source: "scheduler", type: "health_check" },
      },
    });
    expect(decoded(health.pubsub_target?.data)).toEqual({ check: "health" });
  });
});

test("I9: purchases are summed up into dataset.purchase_summary", () => {
  const { schema, ...table } = template.resource("google_bigquery_table.dataset-purchase_summary");
  expect(table).toMatchObject({ table_id: "purchase_summary", time_partitioning: { field: "minute" } });
  expect(
    (JSON.parse(String(schema)) as readonly { name: string; type: string }[]).map(({ name, type }) => [name, type]),
  ).toEqual([
    ["product_category", "STRING"],
    ["minute", "TIMESTAMP"],
    ["amount", "NUMERIC"],
    ["purchases", "INTEGER"],
  ]);
  expect(template.resource("google_bigquery_dataset.dataset")).toMatchObject({ dataset_id: "dataset" });
  expect(environmentOf("google_cloud_run_v2_worker_pool.purchase-summary")["INPUTS"]).toBe(
    '{"events":{"subscription":"${google_pubsub_subscription.purchase-summary.id}"}}',
  );
});

describe("I10: patterns", () => {
  test("I10: one topic goes to a function, a service and a Dataflow job at once", () => {
    for (const name of ["reliable-function", "welcome", "purchase-summary", "process-data"]) {
      expect(dataflow.resource(`google_pubsub_subscription.${name}`)).toMatchObject({
        topic: "${google_pubsub_topic.input.id}",
      });
    }
    expect(dataflow.resource("google_dataflow_flex_template_job.purchase-summary")).toMatchObject({
      max_workers: 1,
      parameters: { inputs: '{"events":{"subscription":"${google_pubsub_subscription.purchase-summary.id}"}}' },
    });
  });

  test("I10: service A publishes to a topic that is pushed to service B, which keeps it in a bucket", () => {
    expect(environmentOf("google_cloud_run_v2_service.service-a")).toEqual({
      PUBLISH_TO: "${google_pubsub_topic.requests.id}",
    });
    expect(subscription("service-b")).toMatchObject({
      topic: "${google_pubsub_topic.requests.id}",
      push_config: { push_endpoint: "${google_cloud_run_v2_service.service-b.uri}/" },
    });
    expect(environmentOf("google_cloud_run_v2_service.service-b")).toMatchObject({
      BUCKET: "${google_storage_bucket.service-b-requests.name}",
    });
  });

  test("I10: files go by Dataflow into BigQuery, each night, beside a topic, a function and an alert", () => {
    expect(dataflow.resource("google_cloud_scheduler_job.purchase-history")).toMatchObject({
      schedule: "30 2 * * *",
      http_target: { uri: expect.stringContaining("https://dataflow.googleapis.com/") },
    });
    expect(dataflow.resource("google_bigquery_table.dataset-purchase_history")).toMatchObject({
      table_id: "purchase_history",
    });
    expect(subscription("report-health")).toMatchObject({ topic: "${google_pubsub_topic.monitoring.id}" });
    expect(template.resource("google_monitoring_alert_policy.no-notices")).toMatchObject({
      conditions: [
        {
          condition_absent: {
            duration: "900s",
            filter: expect.stringContaining("logging.googleapis.com/user/notices-reported"),
          },
        },
      ],
    });
  });
});
