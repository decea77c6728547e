import { expect, test } from "vitest";
import { ContainerImage } from "../../../constructs/core/image";
import type { GcpStack } from "../../../constructs/core/stack";
import { FlexTemplate } from "../../../constructs/dataflow/flex-template";
import { FlexTemplateJob, type FlexTemplateJobProps } from "../../../constructs/dataflow/flex-template-job";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Bucket } from "../../../constructs/storage/bucket";
import { aStack, IMAGE, messageOf, templateOf } from "../support";
import { aTemplate, ground } from "./support";
import { examples } from "./examples";

const input = { input: "projects/p/subscriptions/s" };
const job = (stack: GcpStack, props: Partial<FlexTemplateJobProps> = {}): FlexTemplateJob =>
  new FlexTemplateJob(stack, "count-clicks", {
    template: aTemplate(stack, "streaming"),
    parameters: input,
    ...ground(stack),
    ...props,
  });

test("a job drains when it goes, has no public addresses and carries its template's version", () => {
  const template = templateOf(examples.FlexTemplateJob.minimal);
  expect(template.resource("google_dataflow_flex_template_job.count-clicks")).toEqual({
    provider: "google-beta",
    name: "count-clicks",
    region: "europe-west1",
    container_spec_gcs_path:
      "gs://${google_storage_bucket.templates.name}/${google_storage_bucket_object.templates-templates-clicks-json.output_name}",
    labels: { "template-version": expect.stringMatching(/^[0-9a-f]{12}$/) },
    parameters: input,
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
      "google_storage_bucket_object.templates-templates-clicks-json",
      "time_sleep.apis",
      "time_sleep.count-clicks",
    ],
  });
});

test("a job of which all is said", () => {
  const template = templateOf(examples.FlexTemplateJob.maximal, { projectNumber: "123", prefix: "alice" });
  expect(template.resource("google_dataflow_flex_template_job.clicks")).toEqual({
    provider: "google-beta",
    project: "other",
    name: "alice-clicks",
    region: "europe-west1",
    container_spec_gcs_path:
      "gs://${google_storage_bucket.templates.name}/${google_storage_bucket_object.templates-templates-clicks-json.output_name}",
    labels: { team: "growth", "template-version": expect.stringMatching(/^[0-9a-f]{12}$/) },
    parameters: { ...input, output: "clicks", mode: "slow", dry: "false", rate: "0.5" },
    service_account_email: "${google_service_account.worker.email}",
    network: "${google_compute_network.net.name}",
    subnetwork: "regions/europe-west1/subnetworks/${google_compute_subnetwork.net.name}",
    ip_configuration: "WORKER_IP_PUBLIC",
    temp_location: "gs://${google_storage_bucket.files.name}/dataflow/temp",
    staging_location: "gs://${google_storage_bucket.files.name}/dataflow/staging",
    num_workers: 2,
    max_workers: 20,
    machine_type: "n2-standard-2",
    launcher_machine_type: "n1-standard-2",
    sdk_container_image: IMAGE,
    enable_streaming_engine: false,
    kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    additional_experiments: [
      "use_runner_v2",
      "use_network_tags=out;db",
      "use_network_tags_for_flex_templates=out;db",
      "streaming_mode_at_least_once",
    ],
    additional_pipeline_options: [
      "autoscalingAlgorithm=THROUGHPUT_BASED",
      "diskSizeGb=50",
      "workerDiskType=compute.googleapis.com/projects//zones//diskTypes/pd-ssd",
      "numberOfWorkerHarnessThreads=20",
    ],
    transform_name_mapping: { Count: "Sum" },
    on_delete: "cancel",
    skip_wait_on_job_termination: true,
    lifecycle: {
      ignore_changes: ["additional_experiments"],
      replace_triggered_by: ["terraform_data.clicks-graph"],
    },
    depends_on: [
      "google_storage_bucket_object.templates-templates-clicks-json",
      "time_sleep.apis",
      "time_sleep.clicks",
      "time_sleep.encryption-own-by-dataflow-compute",
    ],
  });
  expect(template.resource("terraform_data.clicks-graph")).toEqual({
    triggers_replace: {
      graph: "0123456789abcdef",
      experiments:
        "use_runner_v2 use_network_tags=out;db use_network_tags_for_flex_templates=out;db streaming_mode_at_least_once",
    },
  });
});

test("a job is launched when its account is obeyed: for Dataflow, the bucket and both images", () => {
  const registry = "europe-west1-docker.pkg.dev/acme-build/images";
  const template = templateOf(
    (stack) => job(stack, { sdkImage: ContainerImage.fromRegistry(`${registry}/sdk@sha256:${"1".repeat(64)}`) }),
    { registry },
  );
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

test("a job in a stage with a key is encrypted with it, as Dataflow's and Compute Engine's agents are let", () => {
  const template = templateOf((stack) => job(stack), {
    projectNumber: "123",
    encryptionKey: "projects/k/locations/europe-west1/keyRings/r/cryptoKeys/c",
  });
  expect(template.resource("google_dataflow_flex_template_job.count-clicks")).toMatchObject({
    kms_key_name: "projects/k/locations/europe-west1/keyRings/r/cryptoKeys/c",
  });
  expect(Object.keys(template.allResources("google_kms_crypto_key_iam_member"))).toEqual([
    "c-cloudkms-cryptoKeyEncrypterDecrypter-compute-agent",
    "c-cloudkms-cryptoKeyEncrypterDecrypter-dataflow-agent",
    "c-cloudkms-cryptoKeyEncrypterDecrypter-storage-agent",
  ]);
});

test("a number of workers that stays", () => {
  const template = templateOf((stack) => job(stack, { autoscaling: "none", workers: 3 }));
  expect(template.resource("google_dataflow_flex_template_job.count-clicks")).toMatchObject({
    num_workers: 3,
    additional_pipeline_options: ["autoscalingAlgorithm=NONE"],
  });
});

test.each([
  ["balanced", "pd-balanced"],
  ["standard", "pd-standard"],
] as const)("a %s disk, in the words of the template's SDK", (type, disk) => {
  const template = templateOf((stack) => {
    const bucket = new Bucket(stack, "spare");
    const image = ContainerImage.fromRegistry(IMAGE);
    const inPython = new FlexTemplate(stack, "spare-template", {
      image,
      bucket,
      object: "clicks.json",
      sdk: { language: "python" },
      mode: "streaming",
      parameters: [],
    });
    job(stack, { template: inPython, parameters: undefined, disk: { size: "30Gi", type } });
  });
  expect(template.resource("google_dataflow_flex_template_job.count-clicks")).toMatchObject({
    additional_pipeline_options: [
      "disk_size_gb=30",
      `worker_disk_type=compute.googleapis.com/projects//zones//diskTypes/${disk}`,
    ],
  });
});

test("changed flags or a changed graph drain the job; without either nothing does", () => {
  const flags = templateOf((stack) => job(stack, { experiments: ["a"] }));
  expect(flags.resource("terraform_data.count-clicks-graph")).toEqual({ triggers_replace: { experiments: "a" } });
  const graph = templateOf((stack) => job(stack, { graph: "g" }));
  expect(graph.resource("terraform_data.count-clicks-graph")).toEqual({ triggers_replace: { graph: "g" } });
  const neither = templateOf((stack) => job(stack, { tags: [] }));
  expect(neither.allResources("terraform_data")).toEqual({});
});

test("what a parameter says is not Terraform's to evaluate", () => {
  const template = templateOf((stack) => job(stack, { parameters: { ...input, input: "${x} of %{y}" } }));
  expect(template.resource("google_dataflow_flex_template_job.count-clicks")).toMatchObject({
    parameters: { input: "$${x} of %%{y}" },
  });
});

const readsLake = (grant: boolean) => () =>
  templateOf((stack) => {
    const lake = new Bucket(stack, "lake");
    const worker = new ServiceAccount(stack, "worker");
    if (grant) lake.grantRead(worker);
    job(stack, { parameters: { input: `gs://${lake.name}/in/*` }, identity: worker });
  });
test("a bucket that a parameter names has to be one that the job may use", () => {
  expect(readsLake(false)).toThrow(
    "parameter input names acme-dev-lake, on which this workload's account has no right",
  );
  expect(readsLake(true)).not.toThrow();
});

test("a job that has not what it needs says so", () => {
  const says: readonly [Partial<FlexTemplateJobProps>, string][] = [
    [{ name: "Count" }, 'name is "Count": Dataflow takes lower-case letters, digits and hyphens'],
    [{ maxWorkers: 1001 }, "maxWorkers is 1001: Dataflow takes 1 to 1000"],
    [{ workers: 0 }, "workers is 0: Dataflow takes 1 to 1000"],
    [{ workers: 3, maxWorkers: 2 }, "workers is 3, above maxWorkers, which is 2"],
    [
      { parameters: { ...input, network: "a", max_num_workers: "2" } },
      "parameters has network and max_num_workers: that is said by the job's own options, and in two places it drifts",
    ],
    [{ parameters: {} }, "parameters lacks input (what it reads)"],
    [
      { parameters: { ...input, inputs: "a" } },
      "parameters has inputs: the template takes input, output, mode, dry and rate",
    ],
    [
      { parameters: { ...input, output: "A", dry: "no" } },
      'parameters.output is "A": the template takes something that ^[a-z]+$ matches; parameters.dry is "no": the template takes true or false',
    ],
    [
      { machineType: "e2-small" },
      'machineType is "e2-small", which shares its cores: Dataflow supports no such workers',
    ],
    [{ machineType: "big" }, 'machineType is "big": Compute Engine has machine types such as "n2-standard-2"'],
    [{ disk: { size: "10Gi" } }, 'disk.size is "10Gi": Dataflow takes whole 30Gi to 65536Gi'],
    [{ tags: ["A"] }, 'tags has "A": Compute Engine takes 1 to 63 lower-case letters'],
    [{ autoscaling: "none" }, 'autoscaling is "none": say how many workers there shall be: workers'],
    [{ experiments: ["a,b"] }, 'experiments has "a,b": give flags one by one'],
    [{ pipelineOptions: { "--a": "1" } }, `pipelineOptions has "--a": an option's name is letters, digits and "_"`],
    [{ pipelineOptions: { region: "x" } }, "pipelineOptions has region: that is said by the job's own options"],
  ];
  for (const [props, sentence] of says) expect(messageOf(() => job(aStack(), props))).toContain(sentence);
});

test("a template that takes nothing says that it takes nothing", () => {
  const stack = aStack();
  const template = new FlexTemplate(stack, "empty", {
    image: ContainerImage.fromRegistry(IMAGE),
    bucket: new Bucket(stack, "spare"),
    object: "a.json",
    sdk: { language: "java" },
    mode: "streaming",
    parameters: [],
  });
  expect(messageOf(() => job(stack, { template }))).toContain("parameters has input: the template takes none");
});
