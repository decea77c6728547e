import { Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { Template } from "../../../constructs/testing/template";
import { contacts } from "../../../stacks/batch-etl/pipelines/contacts";
import { regions } from "../../../stacks/batch-etl/pipelines/regions";
import { sales } from "../../../stacks/batch-etl/pipelines/sales";
import { windows } from "../../../stacks/batch-etl/pipelines/windows";
import { BatchEtl } from "../../../stacks/batch-etl/stack";
import { stages } from "../../../stacks/batch-etl/stages";
import { warningsOf } from "../../constructs/support";

const stack = (): BatchEtl => new BatchEtl(Testing.app({ stackTraces: false }), "batch-etl-dev", stages.dev);
const template = Template.fromStack(stack());

test("the stack is this", async () => {
  await expect(template.toSnapshot()).toMatchFileSnapshot("__snapshots__/dev.yaml");
});

/** A text in which Terraform puts names, with those names: "${google_storage_bucket.batch-etl.name}" is "batch-etl". */
const named = (text: string): string =>
  text.replaceAll(/\$\{google_[a-z_]+\.([^.}]+)\.(\w+)\}/g, (_, resource: string) => resource);

/** A binding of a job of Cloud Run. */
function bindingOf(job: string, which: "INPUTS" | "OUTPUTS"): unknown {
  const { template: revision } = template.resource(`google_cloud_run_v2_job.${job}`) as {
    readonly template: {
      readonly template: {
        readonly containers: readonly { readonly env: readonly { readonly name: string; readonly value: string }[] }[];
      };
    };
  };
  const all = revision.template.containers.flatMap(({ env }) => env);
  return JSON.parse(named(all.find(({ name }) => name === which)?.value ?? "")) as unknown;
}

interface Launch {
  readonly jobName: string;
  readonly parameters: { readonly [name: string]: string };
  readonly environment: { readonly [field: string]: unknown };
  readonly containerSpecGcsPath?: string;
}

/** What Cloud Scheduler asks Dataflow for, and where. */
function launchOf(job: string): { readonly uri: string; readonly launch: Launch } {
  const target = template.resource(`google_cloud_scheduler_job.${job}`)["http_target"] as {
    readonly uri: string;
    readonly body: string;
  };
  const text = JSON.parse(target.body.slice("${base64encode(".length, -")}".length)) as string;
  const body = JSON.parse(named(text)) as Launch & { readonly launchParameter?: Launch };
  return { uri: target.uri, launch: body.launchParameter ?? body };
}

const columnsOf = (table: string): readonly string[] =>
  (
    JSON.parse(String(template.resource(`google_bigquery_table.${table}`)["schema"])) as readonly {
      readonly name: string;
      readonly type: string;
    }[]
  ).map(({ name, type }) => `${name} ${type}`);

test("D1: every core transform is in sales, and two lists are brought together by user in contacts", () => {
  expect(sales.toJSON().steps.map(({ id, kind }) => `${id}: ${kind}`)).toEqual([
    "in_euros.filter: filter",
    "in_euros.enrich: enrich",
    "in_euros.map: map",
    "items.flatMap: flatMap",
    "by_shop.aggregate: aggregate",
    "overall.aggregate: aggregate",
  ]);
  expect(sales.toJSON().inputs).toMatchObject({ sales: { kind: "bounded" }, rates: { kind: "side" } });
  expect(sales.toJSON().steps.at(-1)).toMatchObject({ aggregates: [{ kind: "sum" }, { kind: "combine" }] });
  expect(contacts.toJSON().steps).toMatchObject([
    { kind: "aggregate", keys: ["user"], aggregates: [{ kind: "collect", field: "email" }] },
    { kind: "aggregate", keys: ["user"], aggregates: [{ kind: "collect", field: "phone" }] },
    { kind: "join", on: ["user"], type: "full" },
  ]);
  expect(columnsOf("batch_etl-contacts")).toEqual(["user STRING", "emails STRING", "phones STRING"]);
  expect(columnsOf("batch_etl-sales_overall")).toEqual(["total FLOAT", "average FLOAT"]);
});

describe("D2: what is read and written", () => {
  test("text after its header line, by a glob, into ten files with an ending", () => {
    const { parameters } = launchOf("upper-case").launch;
    expect(JSON.parse(parameters["inputs"] ?? "")).toEqual({
      lines: { files: "gs://batch-etl-input/lines/*.txt", format: { type: "text", skipLines: 1 } },
    });
    expect(JSON.parse(parameters["outputs"] ?? "")).toEqual({
      results: { files: "gs://batch-etl/output/results", format: { type: "text" }, suffix: ".txt", shards: 10 },
    });
  });

  test("packed files in, and packed files out", () => {
    expect(bindingOf("contacts", "INPUTS")).toMatchObject({
      phones: { files: "gs://batch-etl-input/phones.jsonl.gz" },
    });
    expect(bindingOf("sales", "INPUTS")).toMatchObject({ sales: { files: "gs://batch-etl-input/sales/**/*.jsonl" } });
    expect(bindingOf("sales", "OUTPUTS")).toMatchObject({ in_euros: { suffix: ".csv.gz", shards: 3 } });
  });

  test("Avro in, Parquet out", () => {
    expect(bindingOf("archive", "INPUTS")).toEqual({
      readings: { files: "gs://batch-etl-input/data/*.avro", format: { type: "avro" } },
    });
    expect(bindingOf("archive", "OUTPUTS")).toEqual({
      readings: { files: "gs://batch-etl/output/data", format: { type: "parquet" }, suffix: ".parquet", shards: 10 },
    });
  });

  test("a query and a table in, a table for each region out, made when it is needed", () => {
    expect(bindingOf("regions", "INPUTS")).toEqual({
      events: {
        query: 'SELECT user_id, value FROM `acme-dev.batch_etl-events.batch_etl-events` WHERE timestamp > "2024-01-01"',
      },
      users: { table: "acme-dev.batch_etl-user_regions.batch_etl-user_regions" },
    });
    expect(bindingOf("regions", "OUTPUTS")).toEqual({ users: { tables: "acme-dev.batch_etl_regions.table_{region}" } });
    expect(regions.toJSON().steps.at(-1)).toMatchObject({ kind: "join", on: ["user_id"], type: "inner" });
    const roles = Object.values(template.allResources("google_project_iam_member"))
      .filter(({ member }) => member === "${google_service_account.regions.member}")
      .map(({ role }) => role);
    // It runs a query. What it reads and writes is said on the tables and the dataset.
    expect(roles).toEqual(["roles/bigquery.jobUser"]);
  });
});

test("D3: words of Shakespeare's plays are counted into output/counts", () => {
  expect(bindingOf("word-count", "INPUTS")).toEqual({
    lines: { files: "gs://dataflow-samples/shakespeare/*", format: { type: "text" } },
  });
  expect(bindingOf("word-count", "OUTPUTS")).toMatchObject({ counts: { files: "gs://batch-etl/output/counts" } });
});

test("D4: CSV files become events, which are added, and user_totals, which are replaced", () => {
  const { parameters } = launchOf("csv-etl").launch;
  expect(JSON.parse(parameters["inputs"] ?? "")).toEqual({
    events: { files: "gs://batch-etl-input/events/*.csv", format: { type: "csv", header: true } },
  });
  expect(JSON.parse(parameters["outputs"] ?? "")).toEqual({
    events: { table: "acme-dev.batch_etl-events.batch_etl-events", write: "append" },
    user_totals: { table: "acme-dev.batch_etl-user_totals.batch_etl-user_totals", write: "truncate" },
  });
  expect(columnsOf("batch_etl-events")).toEqual([
    "user_id STRING",
    "timestamp STRING",
    "event_type STRING",
    "value FLOAT",
    "processed_at TIMESTAMP",
    "category STRING",
  ]);
  expect(columnsOf("batch_etl-user_totals")).toEqual(["user_id STRING", "total_value FLOAT"]);
});

test("D5: each event is pushed to a service that writes it as a row at once", () => {
  expect(template.resource("google_pubsub_subscription.live-events")).toMatchObject({
    push_config: { push_endpoint: "${google_cloud_run_v2_service.live-events.uri}/" },
    dead_letter_policy: { max_delivery_attempts: 5 },
  });
  expect(columnsOf("live-events")).toEqual([
    "timestamp TIMESTAMP",
    "user_id STRING",
    "event STRING",
    "message_id STRING",
  ]);
});

test("D6: fixed, sliding, session and global windows, with the triggers, the lateness and both accumulations", () => {
  const said = windows
    .toJSON()
    .steps.flatMap((step) =>
      step.kind === "window" ? [[step.id.split(".")[0], step.windowing, step.trigger, step.accumulation]] : [],
    );
  const atTheEnd = { type: "afterWatermark" };
  expect(said).toEqual([
    ["fixed", { type: "fixed", size: "600s" }, atTheEnd, "discarding"],
    ["sliding", { type: "sliding", size: "600s", every: "300s" }, atTheEnd, "discarding"],
    ["sessions", { type: "sessions", gap: "1800s" }, atTheEnd, "discarding"],
    [
      "global",
      { type: "global" },
      { type: "repeatedly", of: { type: "afterProcessingTime", delay: "60s" } },
      "accumulating",
    ],
    [
      "early_and_late",
      { type: "fixed", size: "60s" },
      {
        ...atTheEnd,
        early: { type: "afterProcessingTime", delay: "30s" },
        late: { type: "afterCount", count: 1 },
      },
      "accumulating",
    ],
    [
      "every_ten",
      { type: "fixed", size: "60s" },
      { type: "repeatedly", of: { type: "afterCount", count: 10 } },
      "discarding",
    ],
  ]);
  expect(windows.toJSON().steps.find(({ id }) => id === "early_and_late.window")).toMatchObject({
    allowedLateness: "3600s",
  });
  // A row that is all there is takes the place of the one before.
  for (const [table, column] of [
    ["global", "event"],
    ["early_and_late", "window_start"],
  ] as const) {
    expect(template.resource(`google_bigquery_table.live-${table}`)).toMatchObject({
      table_constraints: { primary_key: { columns: [column] } },
    });
  }
});

describe("D7: templates", () => {
  test("a flex template, with an image and with what it can be told", () => {
    const object = template.resource("google_storage_bucket_object.batch-etl-templates-my-flex-template-json");
    expect(object).toMatchObject({ name: "templates/my-flex-template.json" });
    expect(JSON.parse(String(object["content"]))).toMatchObject({
      image: expect.stringContaining("beam-processing-flex-template"),
      metadata: {
        streaming: false,
        parameters: ["pipeline", "inputs", "outputs", "errors"].map((name) => ({
          name,
          helpText: expect.any(String),
        })),
      },
    });
    expect(launchOf("upper-case")).toMatchObject({ uri: expect.stringContaining("/flexTemplates:launch") });
  });

  test("a classic template that a program wrote, with its input and output", () => {
    const { uri, launch } = launchOf("my-template");
    expect(named(uri)).toMatch(/\/templates:launch\?gcsPath=gs:\/\/batch-etl\/templates\/my-template$/);
    expect(launch.parameters).toEqual({
      input: "gs://batch-etl/output/results*",
      output: "gs://batch-etl/output/classic",
    });
  });

  test.each([
    ["google-word-count", "Word_Count", ["inputFile", "output"]],
    [
      "google-text-to-bigquery",
      "GCS_Text_to_BigQuery",
      ["JSONPath", "bigQueryLoadingTemporaryDirectory", "inputFilePattern", "outputTable"],
    ],
    [
      "google-bulk-compress",
      "Bulk_Compress_GCS_Files",
      ["compression", "inputFilePattern", "outputDirectory", "outputFailureFile"],
    ],
  ])("%s is Google's %s", (job, name, parameters) => {
    const { uri, launch } = launchOf(job);
    expect(uri).toContain(`gcsPath=gs://dataflow-templates-europe-west1/latest/${name}`);
    expect(Object.keys(launch.parameters).toSorted()).toEqual(parameters);
  });

  test("Pub/Sub to BigQuery is Google's too, on a subscription that keeps what comes between two jobs", () => {
    expect(template.resource("google_dataflow_job.google-pubsub-to-bigquery")).toMatchObject({
      template_gcs_path: "gs://dataflow-templates-europe-west1/latest/PubSub_Subscription_to_BigQuery",
      parameters: {
        inputSubscription: "${google_pubsub_subscription.live-events-landing.id}",
        outputTableSpec: expect.stringContaining("acme-dev:"),
      },
      on_delete: "drain",
    });
    expect(template.resource("google_pubsub_subscription.live-events-landing")).not.toHaveProperty(
      "dead_letter_policy",
    );
  });
});

describe("D8: workers", () => {
  test("of a batch: machine, number, disk, network, sizing, shuffle, FlexRS, key and account", () => {
    const { environment } = launchOf("csv-etl").launch;
    expect(environment).toMatchObject({
      machineType: "n1-standard-4",
      numWorkers: 5,
      maxWorkers: 100,
      diskSizeGb: 100,
      network: "batch-etl",
      subnetwork: "regions/europe-west1/subnetworks/batch-etl",
      ipConfiguration: "WORKER_IP_PRIVATE",
      flexrsGoal: "FLEXRS_COST_OPTIMIZED",
      kmsKeyName: "dataflow",
      serviceAccountEmail: "dataflow-worker",
      additionalPipelineOptions: [
        "autoscalingAlgorithm=THROUGHPUT_BASED",
        "workerDiskType=compute.googleapis.com/projects//zones//diskTypes/pd-ssd",
      ],
    });
    // Batches are shuffled by the service unless they say otherwise.
    expect(environment).not.toHaveProperty("additionalExperiments");
  });

  test("of a stream: Streaming Engine, and as many as there is work", () => {
    expect(template.resource("google_dataflow_flex_template_job.windows")).toMatchObject({
      enable_streaming_engine: true,
      num_workers: 1,
      max_workers: 5,
      additional_pipeline_options: ["autoscalingAlgorithm=THROUGHPUT_BASED"],
      on_delete: "drain",
    });
  });

  test("have the roles that they need, on what they need them for", () => {
    const member = "${google_service_account.dataflow-worker.member}";
    const rights = template.addresses.flatMap((address) => {
      const right = template.resource(address);
      return address.includes("_iam_member.") && right["member"] === member
        ? [`${address.split(".")[0]}: ${String(right["role"])}`]
        : [];
    });
    expect(rights.toSorted()).toEqual([
      "google_artifact_registry_repository_iam_member: roles/artifactregistry.reader",
      "google_bigquery_table_iam_member: roles/bigquery.dataEditor",
      "google_bigquery_table_iam_member: roles/bigquery.dataEditor",
      "google_project_iam_member: roles/bigquery.jobUser",
      "google_project_iam_member: roles/dataflow.viewer",
      "google_project_iam_member: roles/dataflow.worker",
      "google_storage_bucket_iam_member: roles/storage.objectUser",
      "google_storage_bucket_iam_member: roles/storage.objectViewer",
    ]);
  });
});

const condition = (alert: string): unknown =>
  template.resource(`google_monitoring_alert_policy.batch-etl-job-${alert}`)["conditions"];

describe("D9: what goes wrong is told", () => {
  test.each([
    ["lag", "dataflow.googleapis.com/job/system_lag", 300],
    ["watermark-age", "dataflow.googleapis.com/job/data_watermark_age", 600],
    ["cpu", "dataflow.googleapis.com/job/aggregated_worker_utilization", 0.8],
    ["memory", "dataflow.googleapis.com/worker/memory/bytes_used", 0.8],
  ])("%s, of %s above %d, of both streams", (alert, metric, threshold) => {
    expect(condition(alert)).toMatchObject([
      { condition_threshold: { threshold_value: threshold, filter: expect.stringContaining(metric) } },
    ]);
    expect(JSON.stringify(condition(alert))).toMatch(/windows.*google-pubsub-to-bigquery/);
  });

  test("a backlog that rises, and a job that failed, whichever", () => {
    expect(JSON.stringify(condition("backlog"))).toMatch(/deriv\(.*job_backlog_bytes/);
    for (const job of ["windows", "csv-etl", "upper-case", "my-template", "google-word-count"]) {
      expect(JSON.stringify(condition("failed"))).toContain(job);
    }
  });

  test("whoever is on call is told by mail, and what workers log as errors is counted", () => {
    expect(template.resource("google_monitoring_notification_channel.on-call")).toMatchObject({
      type: "email",
      labels: { email_address: "data-on-call@example.com" },
    });
    expect(template.resource("google_logging_metric.batch-etl-worker-errors")).toMatchObject({
      filter: 'resource.type="dataflow_step" severity>=ERROR',
    });
  });
});

test("D10: a hundred rows are sampled, after an assertion; pipelines.test.ts runs it and the others directly", () => {
  expect(bindingOf("sampled", "OUTPUTS")).toEqual({
    samples: { files: "gs://batch-etl/output/samples", format: { type: "json-lines" }, shards: 1 },
  });
  const spec = template.resource("google_storage_bucket_object.batch-etl-specs-sampled-json");
  expect(JSON.parse(String(spec["content"]))).toMatchObject({
    steps: [
      { kind: "assert", message: "a value is never negative" },
      { kind: "aggregate", aggregates: [{ kind: "sample", size: 100 }] },
    ],
  });
});

test("nothing is to be warned of but images that were never pushed", () => {
  const made = stack();
  Template.fromStack(made);
  for (const warning of warningsOf(made)) expect(warning).toContain("was never pushed");
});
