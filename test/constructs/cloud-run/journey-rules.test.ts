import { Lazy } from "cdktf";
import { expect, test } from "vitest";
import { CloudRunJob } from "../../../constructs/cloud-run/cloud-run-job";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { WorkerPool } from "../../../constructs/cloud-run/worker-pool";
import { withoutRule } from "../../../constructs/core/rules";
import { PushSubscription } from "../../../constructs/pubsub/push-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { expectRefused, expectValid } from "../../../constructs/testing/expect";
import { aStack, IMAGE, messageOf, templateOf, warningsOf } from "../support";
import { image } from "./support";
import { ContainerImage } from "../../../constructs/core/image";

const warned = (build: (stack: ReturnType<typeof aStack>) => unknown): string[] => {
  const stack = aStack();
  build(stack);
  expectValid(stack);
  return warningsOf(stack).filter((warning) => warning.includes("[service-uninvoked]"));
};

test("a private service that nobody may invoke is worth a word", () => {
  expect(warned((stack) => new CloudRunService(stack, "service", { image }))).toEqual([
    'test/service: projects/acme-dev/locations/europe-west1/services/service is private, and nobody was given the right to invoke it: grantInvoke gives it to one account, access: "public" opens it to all [service-uninvoked] (https://cloud.google.com/run/docs/authenticating/overview)',
  ]);
});

test.each<[string, (stack: ReturnType<typeof aStack>) => unknown]>([
  ["is public", (stack) => new CloudRunService(stack, "service", { image, access: "public" })],
  [
    "may be invoked by an account",
    (stack) => new CloudRunService(stack, "service", { image }).grantInvoke(new ServiceAccount(stack, "caller")),
  ],
  [
    "is pushed to",
    (stack) => {
      const to = new CloudRunService(stack, "service", { image });
      new PushSubscription(stack, "push", { topic: new Topic(stack, "clicks"), to });
    },
  ],
  [
    "is said to be invoked from elsewhere",
    (stack) => {
      withoutRule(stack, "service-uninvoked", "called by the billing team");
      new CloudRunService(stack, "service", { image });
    },
  ],
])("a service that %s is not", (_, build) => {
  expect(warned(build)).toEqual([]);
});

test("a workload cannot be told its own address", () => {
  const stack = aStack();
  const service: CloudRunService = new CloudRunService(stack, "service", {
    image,
    access: "public",
    env: { OTHER: "x", SELF: Lazy.stringValue({ produce: () => service.url }) },
  });
  expect(messageOf(() => expectValid(stack))).toContain(
    "test/service: env SELF names the workload itself, whose address is known only once it is there: give it a text that is fixed, as audienceOf(scope, name) is [env-self]",
  );
});

test("nor can a sidecar, a job or a worker pool", () => {
  const withSidecar = aStack();
  const service: CloudRunService = new CloudRunService(withSidecar, "service", {
    image,
    access: "public",
    sidecars: [{ name: "proxy", image, env: { SELF: Lazy.stringValue({ produce: () => service.url }) } }],
  });
  expectRefused(withSidecar, "env-self");
  const withJob = aStack();
  const job: CloudRunJob = new CloudRunJob(withJob, "job", {
    image,
    env: { SELF: Lazy.stringValue({ produce: () => job.resource.uid }) },
  });
  expectRefused(withJob, "env-self");
  const withPool = aStack();
  const pool: WorkerPool = new WorkerPool(withPool, "pool", {
    image,
    env: { SELF: Lazy.stringValue({ produce: () => pool.resource.uid }) },
  });
  expectRefused(withPool, "env-self");
});

test("a workload may be told of another, and of one whose name begins like its own", () => {
  const stack = aStack();
  const service: CloudRunService = new CloudRunService(stack, "service", {
    image,
    access: "public",
    env: { OTHER: Lazy.stringValue({ produce: () => other.url }) },
  });
  const other = new CloudRunService(stack, "service-2", { image, access: "public" });
  expect(service.url).not.toBe(other.url);
  expectValid(stack);
});

const pulling = (stack: ReturnType<typeof aStack>) => [
  new CloudRunService(stack, "service", { image, sidecars: [{ name: "proxy", image }] }),
  new CloudRunJob(stack, "job", { image }),
  new WorkerPool(stack, "worker", { image }),
];

test("into a registry that projects share, Cloud Run's agent is let before anything is made from an image there", () => {
  const template = templateOf(pulling, { registry: "europe-west1-docker.pkg.dev/acme-build/images" });
  expect(
    template.resource(
      "google_artifact_registry_repository_iam_member.acme-build-images-artifactregistry-reader-run-agent",
    ),
  ).toMatchObject({ project: "acme-build", member: "${google_project_service_identity.run.member}" });
  for (const address of [
    "google_cloud_run_v2_service.service",
    "google_cloud_run_v2_job.job",
    "google_cloud_run_v2_worker_pool.worker",
  ]) {
    expect(template.resource(address)["depends_on"]).toContain("time_sleep.images-of-acme-build");
  }
});

test("a sidecar's image is pulled as well", () => {
  const template = templateOf(
    (stack) => {
      const ours = ContainerImage.fromRegistry("europe-west1-docker.pkg.dev/acme-dev/images/hello:1");
      new CloudRunService(stack, "service", { image: ours, sidecars: [{ name: "proxy", image }] });
    },
    { registry: "europe-west1-docker.pkg.dev/acme-build/images" },
  );
  expect(template.resource("google_cloud_run_v2_service.service")["depends_on"]).toContain(
    "time_sleep.images-of-acme-build",
  );
});

test("from the project's own registry, and from somebody else's, nothing has to be let", () => {
  const ours = ContainerImage.fromRegistry("europe-west1-docker.pkg.dev/acme-dev/images/hello:1");
  expect(IMAGE).toContain("acme-build");
  const template = templateOf((stack) => [
    new CloudRunService(stack, "service", { image }),
    new WorkerPool(stack, "worker", { image: ours }),
  ]);
  expect(template.allResources("google_artifact_registry_repository_iam_member")).toEqual({});
});
