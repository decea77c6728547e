import { expect, test } from "vitest";
import type { GcpStack, GcpStackProps } from "../../../constructs/core/stack";
import { DataflowLaunch, type FlexLaunchProps } from "../../../constructs/dataflow/dataflow-launch";
import { GoogleTemplate } from "../../../constructs/dataflow/google-template";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import type { Template } from "../../../constructs/testing/template";
import { aStack, IMAGE, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { aClassicTemplate, aTemplate, ground } from "./support";

/** The request that a schedule sends. */
function requestOf(template: Template, name: string): { readonly uri: unknown; readonly body: unknown } {
  const job = template.resource(`google_cloud_scheduler_job.${name}`);
  const { uri, body } = job["http_target"] as { readonly uri: string; readonly body: string };
  const [, text] = /^\$\{base64encode\((".*")\)\}$/.exec(body) ?? [];
  return { uri, body: JSON.parse(JSON.parse(text ?? "null") as string) as unknown };
}

const launched = (build: (stack: GcpStack) => unknown, name: string, more: Partial<GcpStackProps> = {}) => {
  const template = templateOf((stack) => void build(stack), more);
  return { template, ...requestOf(template, name) };
};

test("a batch job of a classic template is launched by the clock, and is no resource", () => {
  const { template, uri, body } = launched(examples.DataflowLaunch.minimal, "nightly", { labels: { stage: "dev" } });
  expect(uri).toBe(
    "https://dataflow.googleapis.com/v1b3/projects/acme-dev/locations/europe-west1/templates:launch?gcsPath=gs://dataflow-templates-europe-west1/latest/Word_Count",
  );
  expect(body).toEqual({
    jobName: "nightly",
    parameters: { inputFile: "gs://dataflow-samples/shakespeare/kinglear.txt", output: "gs://out/counts" },
    environment: {
      serviceAccountEmail: "${google_service_account.nightly.email}",
      network: "${google_compute_network.net.name}",
      subnetwork: "regions/europe-west1/subnetworks/${google_compute_subnetwork.net.name}",
      ipConfiguration: "WORKER_IP_PRIVATE",
      tempLocation: "gs://${google_storage_bucket.files.name}/dataflow/temp",
      additionalUserLabels: { stage: "dev" },
    },
  });
  expect(template.allResources("google_dataflow_job")).toEqual({});
  expect(template.allResources("google_dataflow_flex_template_job")).toEqual({});
  expect(template.resource("google_cloud_scheduler_job.nightly")).toMatchObject({
    name: "nightly",
    schedule: "0 3 * * *",
    description: "Launches the Dataflow job nightly",
    http_target: {
      http_method: "POST",
      oauth_token: { service_account_email: "${google_service_account.nightly-launch.email}" },
    },
  });
});

test("a batch job of a flex template of which all is said", () => {
  const { template, uri, body } = launched(examples.DataflowLaunch.maximal, "weekly", {
    projectNumber: "123",
    prefix: "alice",
    labels: { stage: "dev" },
  });
  expect(uri).toBe(
    "https://dataflow.googleapis.com/v1b3/projects/acme-dev/locations/europe-west1/flexTemplates:launch",
  );
  expect(body).toEqual({
    launchParameter: {
      jobName: "alice-weekly",
      containerSpecGcsPath:
        "gs://${google_storage_bucket.templates.name}/${google_storage_bucket_object.templates-templates-clicks-json.output_name}",
      parameters: { input: "projects/p/subscriptions/s", output: "clicks" },
      environment: {
        serviceAccountEmail: "${google_service_account.worker.email}",
        network: "${google_compute_network.net.name}",
        subnetwork: "regions/europe-west1/subnetworks/${google_compute_subnetwork.net.name}",
        ipConfiguration: "WORKER_IP_PUBLIC",
        tempLocation: "gs://${google_storage_bucket.files.name}/dataflow/temp",
        stagingLocation: "gs://${google_storage_bucket.files.name}/dataflow/staging",
        machineType: "n2-standard-2",
        launcherMachineType: "n1-standard-2",
        sdkContainerImage: IMAGE,
        numWorkers: 2,
        maxWorkers: 20,
        diskSizeGb: 50,
        flexrsGoal: "FLEXRS_COST_OPTIMIZED",
        kmsKeyName: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
        additionalExperiments: [
          "use_runner_v2",
          "use_network_tags=out;db",
          "use_network_tags_for_flex_templates=out;db",
        ],
        additionalPipelineOptions: [
          "autoscalingAlgorithm=THROUGHPUT_BASED",
          "workerDiskType=compute.googleapis.com/projects//zones//diskTypes/pd-ssd",
          "numberOfWorkerHarnessThreads=20",
        ],
        additionalUserLabels: { stage: "dev", team: "growth" },
        workerZone: "europe-west1-b",
      },
    },
  });
  expect(template.resource("google_cloud_scheduler_job.weekly")).toMatchObject({
    name: "alice-weekly",
    schedule: "30 2 * * SUN",
    time_zone: "Europe/Berlin",
    paused: true,
    retry_config: { retry_count: 1 },
  });
});

test("who launches may launch, act as the workers, read the template, and nothing else", () => {
  const template = templateOf(examples.DataflowLaunch.maximal, { projectNumber: "123" });
  const rightsOf = (type: string) =>
    Object.values(template.allResources(type))
      .filter(({ member }) => member === "${google_service_account.clockwork.member}")
      .map(({ role }) => role);
  expect(rightsOf("google_project_iam_member")).toEqual(["roles/dataflow.developer"]);
  expect(rightsOf("google_service_account_iam_member")).toEqual(["roles/iam.serviceAccountUser"]);
  expect(rightsOf("google_storage_bucket_iam_member")).toEqual(["roles/storage.objectViewer"]);
  template.hasResource("google_storage_bucket_iam_member", {
    bucket: "${google_storage_bucket.templates.name}",
    member: "${google_service_account.clockwork.member}",
  });
});

test("one of Google's templates is everybody's to read", () => {
  const template = templateOf(examples.DataflowLaunch.minimal);
  expect(Object.keys(template.allResources("google_storage_bucket_iam_member"))).toEqual([
    "files-storage-objectUser-nightly",
  ]);
});

test("accounts that are there already are given their rights", () => {
  const template = templateOf((stack) => {
    const from = (id: string) =>
      ServiceAccount.fromEmail(stack, id, { email: `${id}@acme-ops.iam.gserviceaccount.com` });
    new DataflowLaunch(stack, "nightly", {
      template: aClassicTemplate(stack, "batch"),
      parameters: { a: "1" },
      schedule: { cron: "0 3 * * *" },
      identity: from("workers"),
      launcher: from("clock"),
      ...ground(stack),
    });
  });
  template.hasResource("google_service_account_iam_member", {
    service_account_id: "projects/-/serviceAccounts/workers@acme-ops.iam.gserviceaccount.com",
    role: "roles/iam.serviceAccountUser",
    member: "serviceAccount:clock@acme-ops.iam.gserviceaccount.com",
  });
  template.hasResource("google_storage_bucket_iam_member", {
    bucket: "${google_storage_bucket.classics.name}",
    member: "serviceAccount:clock@acme-ops.iam.gserviceaccount.com",
  });
});

test("workers that move rows themselves, and a disk's size, of a classic template", () => {
  const { body } = launched((stack) => {
    const files = ground(stack);
    return new DataflowLaunch(stack, "nightly", {
      template: GoogleTemplate.wordCount({
        inputFile: "gs://in/*",
        output: { bucket: files.bucket, path: "counts/day" },
      }),
      schedule: { cron: "0 3 * * *" },
      shuffle: "workers",
      disk: { size: "250Gi" },
      tags: ["out"],
      ...files,
    });
  }, "nightly");
  expect(body).toMatchObject({
    parameters: { output: "gs://${google_storage_bucket.files.name}/counts/day" },
    environment: {
      diskSizeGb: 250,
      additionalExperiments: ["use_network_tags=out", "shuffle_mode=appliance"],
    },
  });
});

test("a launch of which something does not fit says so", () => {
  const says: readonly [Partial<FlexLaunchProps>, string][] = [
    [{ flexRS: true, shuffle: "workers" }, 'shuffle is "workers": FlexRS takes workers away, and needs the service'],
    [
      { flexRS: true, autoscaling: "none", workers: 1 },
      'autoscaling is "none": FlexRS chooses the number of workers itself',
    ],
    [{ environment: { maxWorkers: 1 } }, "environment has maxWorkers: there is an option for that"],
  ];
  for (const [props, sentence] of says) {
    const stack = aStack();
    const build = () =>
      new DataflowLaunch(stack, "nightly", {
        template: aTemplate(stack, "batch"),
        parameters: { input: "x" },
        schedule: { cron: "0 3 * * *" },
        ...ground(stack),
        ...props,
      });
    expect(messageOf(build)).toContain(sentence);
  }
});

test.each(["service", undefined] as const)("FlexRS and shuffle %j go together", (shuffle) => {
  const { body } = launched(
    (stack) =>
      new DataflowLaunch(stack, "nightly", {
        template: aTemplate(stack, "batch"),
        parameters: { input: "x" },
        schedule: { cron: "0 3 * * *" },
        flexRS: true,
        shuffle,
        ...ground(stack),
      }),
    "nightly",
  );
  expect(body).toMatchObject({ launchParameter: { environment: { flexrsGoal: "FLEXRS_COST_OPTIMIZED" } } });
});
