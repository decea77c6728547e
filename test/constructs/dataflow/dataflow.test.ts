import { expect, test } from "vitest";
import { FlexTemplate } from "../../../constructs/dataflow/flex-template";
import { FlexTemplateJob, type FlexTemplateJobProps } from "../../../constructs/dataflow/flex-template-job";
import { ContainerImage } from "../../../constructs/core/image";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Network } from "../../../constructs/network/network";
import { Bucket } from "../../../constructs/storage/bucket";
import { aStack, IMAGE, messageOf, templateOf } from "../support";

const ingredients = (stack: GcpStack) => {
  const bucket = new Bucket(stack, "files");
  const template = new FlexTemplate(stack, "template", {
    image: ContainerImage.fromRegistry(IMAGE),
    bucket,
    object: "templates/clicks.json",
    language: "JAVA",
    streaming: true,
    parameters: [{ name: "input", label: "Input", helpText: "what it reads" }],
  });
  return { bucket, template, network: new Network(stack, "net"), parameters: { input: "x" } };
};
const job = (stack: GcpStack, props: Partial<FlexTemplateJobProps> = {}): FlexTemplateJob =>
  new FlexTemplateJob(stack, "count-clicks", { ...ingredients(stack), ...props });

test("a template is a file that names the image and what a job can be told", () => {
  const template = templateOf((stack) => void ingredients(stack));
  const object = template.resource("google_storage_bucket_object.files-templates-clicks-json");
  expect(object["name"]).toBe("templates/clicks.json");
  expect(JSON.parse(String(object["content"]))).toEqual({
    image: IMAGE,
    sdkInfo: { language: "JAVA" },
    metadata: {
      name: "template",
      streaming: true,
      parameters: [{ name: "input", label: "Input", helpText: "what it reads" }],
    },
  });
});

test("a template does not ask for one thing twice", () => {
  const stack = aStack();
  const { bucket } = ingredients(stack);
  const parameter = { name: "input", label: "Input", helpText: "what it reads" };
  const image = ContainerImage.fromRegistry(IMAGE);
  expect(
    messageOf(
      () =>
        new FlexTemplate(stack, "other", {
          image,
          bucket,
          object: "a.json",
          language: "JAVA",
          parameters: [parameter, parameter],
        }),
    ),
  ).toContain('parameters has "input" twice');
});

test("a job drains when it goes, has no public addresses and is told its template's version", () => {
  const template = templateOf((stack) => job(stack));
  expect(template.resource("google_dataflow_flex_template_job.count-clicks")).toEqual({
    provider: "google-beta",
    name: "count-clicks",
    region: "europe-west1",
    container_spec_gcs_path:
      "gs://${google_storage_bucket.files.name}/${google_storage_bucket_object.files-templates-clicks-json.output_name}",
    parameters: { input: "x", templateVersion: expect.stringMatching(/^[0-9a-f]{12}$/) },
    service_account_email: "${google_service_account.count-clicks.email}",
    network: "${google_compute_network.net.name}",
    subnetwork: "regions/europe-west1/subnetworks/${google_compute_subnetwork.net.name}",
    ip_configuration: "WORKER_IP_PRIVATE",
    temp_location: "gs://${google_storage_bucket.files.name}/dataflow/temp",
    staging_location: "gs://${google_storage_bucket.files.name}/dataflow/staging",
    enable_streaming_engine: true,
    on_delete: "drain",
    lifecycle: { ignore_changes: ["additional_experiments"] },
    depends_on: [
      "google_storage_bucket_object.files-templates-clicks-json",
      "time_sleep.apis",
      "time_sleep.count-clicks",
    ],
  });
});

test("a job is launched when its account is obeyed: for Dataflow, the bucket and the image", () => {
  const registry = "europe-west1-docker.pkg.dev/acme-build/images";
  const template = templateOf((stack) => job(stack), { registry });
  expect(template.resource("time_sleep.count-clicks")).toMatchObject({
    depends_on: [
      "google_artifact_registry_repository_iam_member.acme-build-images-artifactregistry-reader-count-clicks",
      "google_project_iam_member.project-dataflow-viewer-count-clicks",
      "google_project_iam_member.project-dataflow-worker-count-clicks",
      "google_service_account.count-clicks",
      "google_storage_bucket_iam_member.files-storage-objectUser-count-clicks",
    ],
  });
});

test("an image of somebody else's is theirs to open", () => {
  const template = templateOf((stack) => job(stack));
  expect(template.allResources("google_artifact_registry_repository_iam_member")).toEqual({});
});

test("temporary files are neither kept nor paid for", () => {
  const template = templateOf((stack) => job(stack));
  expect(template.resource("google_storage_bucket.files")).toMatchObject({
    soft_delete_policy: { retention_duration_seconds: 0 },
    lifecycle_rule: [{ action: { type: "Delete" }, condition: { age: 14, matches_prefix: ["dataflow/temp/"] } }],
  });
});

test("a job of which all is said", () => {
  const template = templateOf(
    (stack) => {
      job(stack, {
        name: "clicks",
        identity: new ServiceAccount(stack, "worker"),
        workers: 2,
        maxWorkers: 20,
        machineType: "n2-standard-2",
        graph: "0123456789abcdef",
        labels: { team: "growth" },
      });
    },
    { projectNumber: "123", encryptionKey: "projects/k/locations/europe-west1/keyRings/r/cryptoKeys/c" },
  );
  expect(template.resource("google_dataflow_flex_template_job.clicks")).toMatchObject({
    num_workers: 2,
    max_workers: 20,
    machine_type: "n2-standard-2",
    kms_key_name: "projects/k/locations/europe-west1/keyRings/r/cryptoKeys/c",
    labels: { team: "growth" },
    lifecycle: { replace_triggered_by: ["terraform_data.clicks-graph"] },
  });
  expect(template.resource("terraform_data.clicks-graph")).toMatchObject({
    triggers_replace: { graph: "0123456789abcdef" },
  });
});

test.each<[Partial<FlexTemplateJobProps>, string]>([
  [{ name: "Count" }, 'name is "Count": Dataflow takes lower-case letters, digits and hyphens'],
  [{ maxWorkers: 1001 }, "maxWorkers is 1001: Dataflow takes 1 to 1000"],
  [{ workers: 0 }, "workers is 0: Dataflow takes 1 to 1000"],
  [{ workers: 3, maxWorkers: 2 }, "workers is 3, above maxWorkers, which is 2"],
  [
    { parameters: { network: "a", maxNumWorkers: "2" } },
    "parameters has maxNumWorkers and network: that is said by the job's own options, and in two places it drifts",
  ],
])("a job with %j is not valid", (props, says) => {
  expect(messageOf(() => job(aStack(), props))).toContain(says);
});
