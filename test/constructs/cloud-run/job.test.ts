import { TerraformOutput, Testing } from "cdktf";
import { expect, test } from "vitest";
import { CloudRunJob, type CloudRunJobProps } from "../../../constructs/cloud-run/cloud-run-job";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { expectValid } from "../../../constructs/testing/expect";
import { Template } from "../../../constructs/testing/template";
import { aStack, IMAGE, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { image } from "./support";

const JOB = "google_cloud_run_v2_job";

test("a job of which nothing is said runs one task when somebody starts it", () => {
  const template = templateOf(examples.CloudRunJob.minimal);
  expect(template.resource(`${JOB}.nightly`)).toEqual({
    name: "nightly",
    location: "europe-west1",
    deletion_protection: false,
    template: {
      template: {
        service_account: "${google_service_account.nightly.email}",
        containers: [{ image: IMAGE, env: [], resources: { limits: { cpu: "1", memory: "512Mi" } } }],
      },
    },
    lifecycle: { ignore_changes: ["client", "client_version"] },
    depends_on: ["google_service_account.nightly", "time_sleep.apis"],
  });
  expect(template.allResources("google_cloud_scheduler_job")).toEqual({});
});

test("a job of which all is said", () => {
  const template = templateOf(examples.CloudRunJob.maximal, { prefix: "alice", removal: "keep" });
  const { template: execution, depends_on, ...job } = template.resource(`${JOB}.nightly`);
  expect(job).toEqual({
    name: "alice-nightly",
    location: "europe-west1",
    labels: { team: "growth" },
    annotations: { "acme.example/owner": "growth" },
    binary_authorization: { use_default: true },
    deletion_protection: false,
    timeouts: { create: "10m" },
    lifecycle: { ignore_changes: ["client", "client_version"] },
  });
  expect(depends_on).toEqual(
    expect.arrayContaining(["time_sleep.encryption-own-by-run", "time_sleep.job-nightly-reads"]),
  );
  expect(execution).toMatchObject({
    labels: { run: "daily" },
    annotations: { "acme.example/run": "daily" },
    task_count: 100,
    parallelism: 10,
    template: {
      service_account: "app@acme-dev.iam.gserviceaccount.com",
      encryption_key: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
      max_retries: 0,
      timeout: "604800s",
      vpc_access: { egress: "ALL_TRAFFIC" },
      containers: [
        { name: "main", startup_probe: { tcp_socket: { port: 8080 } }, depends_on: ["proxy"] },
        { name: "proxy", startup_probe: { grpc: {} } },
      ],
      volumes: [{ name: "etc-key" }, { name: "data-in" }, { name: "data-out" }, { name: "scratch" }, { name: "files" }],
    },
  });
});

test("a job on a schedule is started by an account that may start it and nothing else", () => {
  const stack = aStack();
  new CloudRunJob(stack, "nightly", { image, schedule: { cron: "0 3 * * *", timeZone: "Europe/Paris" } });
  expectValid(stack);
  const template = Template.fromStack(stack);
  expect(template.resource("google_cloud_scheduler_job.nightly")).toMatchObject({
    name: "nightly",
    schedule: "0 3 * * *",
    time_zone: "Europe/Paris",
    http_target: {
      http_method: "POST",
      uri: "https://run.googleapis.com/v2/${google_cloud_run_v2_job.nightly.id}:run",
      oauth_token: { service_account_email: "${google_service_account.nightly-schedule.email}" },
    },
  });
  expect(template.resource("google_cloud_run_v2_job_iam_member.nightly-run-invoker-nightly-schedule")).toMatchObject({
    name: "${google_cloud_run_v2_job.nightly.name}",
    location: "europe-west1",
    role: "roles/run.invoker",
    member: "${google_service_account.nightly-schedule.member}",
    lifecycle: { replace_triggered_by: ["google_cloud_run_v2_job.nightly.id"] },
  });
});

test("a schedule may have a name of its own", () => {
  const template = templateOf((stack) => {
    new CloudRunJob(stack, "nightly", { image, schedule: { name: "at-three", cron: "0 3 * * *" } });
  });
  expect(template.resource("google_cloud_scheduler_job.at-three")).toMatchObject({ name: "at-three" });
});

test("who may start a job, as it is or otherwise, is granted on the job", () => {
  const template = templateOf((stack) => {
    const job = new CloudRunJob(stack, "nightly", { image });
    const caller = new ServiceAccount(stack, "caller");
    job.grantStart(caller);
    job.grantStartWithOverrides(caller);
  });
  expect(template.allResources("google_cloud_run_v2_job_iam_member")).toMatchObject({
    "nightly-run-invoker-caller": { role: "roles/run.invoker" },
    "nightly-run-jobsExecutorWithOverrides-caller": { role: "roles/run.jobsExecutorWithOverrides" },
  });
});

test.each<[Partial<CloudRunJobProps>, string]>([
  [{ tasks: 0 }, "tasks is 0: Cloud Run takes 1 to 10000"],
  [{ parallelism: 2 }, "parallelism is 2, above tasks, which is 1"],
  [{ parallelism: 0 }, "parallelism is 0: Cloud Run takes 1 to 10000"],
  [{ retries: 11 }, "retries is 11: Cloud Run takes 0 to 10"],
  [{ timeout: "169h" }, 'timeout is "169h": Cloud Run takes 1s to 168h'],
  [{ cpu: "0.5" }, 'cpu is "0.5": but for services, Cloud Run gives less than one CPU to one of several containers'],
])("a job with %j is not valid", (props, says) => {
  expect(messageOf(() => new CloudRunJob(aStack(), "job", { image, ...props }))).toContain(says);
});

test("a job's path is a reference in its stack, and text for one that is there already", () => {
  const stack = aStack();
  const job = new CloudRunJob(stack, "nightly", { image });
  new TerraformOutput(stack, "path", { value: `${job.name} ${job.path}` });
  expect(Testing.synth(stack)).toContain(
    "${google_cloud_run_v2_job.nightly.name} ${google_cloud_run_v2_job.nightly.id}",
  );
  expect(CloudRunJob.fromName(stack, "ours", { name: "weekly" })).toMatchObject({
    name: "weekly",
    key: "weekly",
    path: "projects/acme-dev/locations/europe-west1/jobs/weekly",
    fullName: "projects/acme-dev/locations/europe-west1/jobs/weekly",
  });
});

test("a job of another project is started where it is", () => {
  const template = templateOf((stack) => {
    const job = CloudRunJob.fromName(stack, "theirs", { name: "weekly", project: "shop", region: "us-central1" });
    expect(job.startUrl).toBe("https://run.googleapis.com/v2/projects/shop/locations/us-central1/jobs/weekly:run");
    job.grantStart(new ServiceAccount(stack, "caller"));
    CloudRunJob.fromName(stack, "assumed", { name: "daily", grants: "assume" }).grantStart(
      new ServiceAccount(stack, "second-caller"),
    );
  });
  expect(template.allResources("google_cloud_run_v2_job_iam_member")).toEqual({
    "shop-weekly-run-invoker-caller": expect.objectContaining({
      name: "weekly",
      location: "us-central1",
      project: "shop",
    }) as object,
  });
});
