import { expect, test } from "vitest";
import { CloudRunService, type CloudRunServiceProps } from "../../../constructs/cloud-run/cloud-run-service";
import { WorkerPool, type WorkerPoolProps } from "../../../constructs/cloud-run/worker-pool";
import { ContainerImage } from "../../../constructs/core/image";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { aStack, IMAGE, messageOf, templateOf } from "../support";

const image = ContainerImage.fromRegistry(IMAGE);

test("a service of which nothing is said is private, has an account of its own and costs nothing when idle", () => {
  const template = templateOf((stack) => new CloudRunService(stack, "hello-service", { image }));
  expect(template.resource("google_cloud_run_v2_service.hello-service")).toEqual({
    name: "hello-service",
    location: "europe-west1",
    ingress: "INGRESS_TRAFFIC_ALL",
    custom_audiences: ["https://hello-service.europe-west1.acme-dev.internal"],
    deletion_protection: false,
    template: {
      service_account: "${google_service_account.hello-service.email}",
      scaling: { min_instance_count: 0, max_instance_count: 20 },
      containers: [{ image: IMAGE, env: [], resources: { limits: { cpu: "1", memory: "512Mi" } } }],
    },
    lifecycle: { ignore_changes: ["client", "client_version"] },
    depends_on: ["google_service_account.hello-service", "time_sleep.apis"],
  });
});

test("a service of which all is said", () => {
  const template = templateOf(
    (stack) => {
      new CloudRunService(stack, "service", {
        name: "hello",
        image,
        env: { SECOND: "${x}", FIRST: "1", LEFT_AWAY: undefined },
        cpu: "2",
        memory: "4Gi",
        identity: ServiceAccount.fromEmail(stack, "as", { email: "app@acme-dev.iam.gserviceaccount.com" }),
        labels: { team: "growth" },
        access: "public",
        ingress: "internal-and-load-balancing",
        minInstances: 1,
        maxInstances: 100,
        concurrency: 10,
        timeout: "1h",
      });
    },
    { prefix: "alice" },
  );
  expect(template.resource("google_cloud_run_v2_service.hello")).toMatchObject({
    name: "alice-hello",
    labels: { team: "growth" },
    ingress: "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
    invoker_iam_disabled: true,
    custom_audiences: ["https://alice-hello.europe-west1.acme-dev.internal"],
    template: {
      service_account: "app@acme-dev.iam.gserviceaccount.com",
      max_instance_request_concurrency: 10,
      timeout: "3600s",
      scaling: { min_instance_count: 1, max_instance_count: 100 },
      containers: [
        {
          env: [
            { name: "FIRST", value: "1" },
            { name: "SECOND", value: "$${x}" },
          ],
          resources: { limits: { cpu: "2", memory: "4Gi" } },
        },
      ],
    },
  });
});

test.each<[Partial<CloudRunServiceProps>, string]>([
  [{ name: "Hello" }, 'name is "Hello": Cloud Run takes 1 to 49 lower-case letters, digits and hyphens'],
  [{ concurrency: 1001 }, "concurrency is 1001: Cloud Run takes 1 to 1000"],
  [{ timeout: "2h" }, 'timeout is "2h": Cloud Run takes 1s to 3600s'],
  [{ minInstances: 5, maxInstances: 2 }, "minInstances is 5, above maxInstances, which is 2"],
  [{ minInstances: 21 }, "minInstances is 21, above maxInstances, which is 20"],
  [{ maxInstances: 0 }, "maxInstances is 0: Cloud Run takes 1 to 1000"],
  [{ cpu: "3" }, 'cpu is "3": Cloud Run takes 1, 2, 4, 6 or 8, or less than one'],
  [{ cpu: "4", memory: "1Gi" }, 'memory is "1Gi" with 4 CPU: Cloud Run takes 2Gi to 16Gi'],
  [{ cpu: "1", memory: "8Gi" }, 'memory is "8Gi" with 1 CPU: Cloud Run takes 128Mi to 4Gi'],
  [{ cpu: "0.5", memory: "2Gi", concurrency: 1 }, 'memory is "2Gi" with 0.5 CPU: less than one CPU has at most 1Gi'],
  [{ cpu: "0.5" }, "concurrency is 80 with 0.5 CPU: Cloud Run gives less than one CPU to one request at a time"],
  [{ memory: "1GB" as "1Gi" }, 'memory is "1GB": write a number and a unit, as in "512Mi" or "2Gi"'],
  [{ env: { PORT: "1", K_SERVICE: "x" } }, "env has PORT and K_SERVICE, which Cloud Run sets itself"],
])("a service with %j is not valid", (props, says) => {
  expect(messageOf(() => new CloudRunService(aStack(), "service", { image, ...props }))).toContain(says);
});

test("who may send a service requests is granted on the service", () => {
  const template = templateOf((stack) => {
    new CloudRunService(stack, "service", { image }).grantInvoke(new ServiceAccount(stack, "caller"));
  });
  expect(template.resource("google_cloud_run_v2_service_iam_member.service-run-invoker-caller")).toMatchObject({
    name: "${google_cloud_run_v2_service.service.name}",
    location: "europe-west1",
    role: "roles/run.invoker",
    lifecycle: { replace_triggered_by: ["google_cloud_run_v2_service.service.id"] },
  });
});

test("a worker pool of which nothing is said runs one instance", () => {
  const template = templateOf((stack) => new WorkerPool(stack, "worker", { image }));
  expect(template.resource("google_cloud_run_v2_worker_pool.worker")).toEqual({
    name: "worker",
    location: "europe-west1",
    launch_stage: "BETA",
    deletion_protection: false,
    scaling: { manual_instance_count: 1 },
    template: {
      service_account: "${google_service_account.worker.email}",
      containers: [{ image: IMAGE, env: [], resources: { limits: { cpu: "1", memory: "1Gi" } } }],
    },
    lifecycle: { ignore_changes: ["client", "client_version", "launch_stage"] },
    depends_on: ["google_service_account.worker", "time_sleep.apis"],
  });
});

test("a worker pool of which all is said", () => {
  const template = templateOf((stack) => {
    new WorkerPool(stack, "pool", {
      name: "worker",
      image,
      env: { A: "1" },
      cpu: "4",
      memory: "8Gi",
      identity: new ServiceAccount(stack, "identity"),
      labels: { team: "growth" },
      instances: 0,
    });
  });
  expect(template.resource("google_cloud_run_v2_worker_pool.worker")).toMatchObject({
    labels: { team: "growth" },
    scaling: { manual_instance_count: 0 },
    template: {
      service_account: "${google_service_account.identity.email}",
      containers: [{ env: [{ name: "A", value: "1" }], resources: { limits: { cpu: "4", memory: "8Gi" } } }],
    },
  });
});

test.each<[Partial<WorkerPoolProps>, string]>([
  [{ instances: -1 }, "instances is -1: Cloud Run takes 0 to 1000"],
  [{ cpu: "8" }, 'memory is "1Gi" with 8 CPU: Cloud Run takes 4Gi to 32Gi'],
])("a worker pool with %j is not valid", (props, says) => {
  expect(messageOf(() => new WorkerPool(aStack(), "worker", { image, ...props }))).toContain(says);
});

test("into a registry that projects share, Cloud Run's agent is let before anything is made from an image there", () => {
  const registry = "europe-west1-docker.pkg.dev/acme-build/images";
  const template = templateOf(
    (stack) => [new CloudRunService(stack, "service", { image }), new WorkerPool(stack, "worker", { image })],
    { registry },
  );
  expect(
    template.resource(
      "google_artifact_registry_repository_iam_member.acme-build-images-artifactregistry-reader-run-agent",
    ),
  ).toMatchObject({ project: "acme-build", member: "${google_project_service_identity.run.member}" });
  for (const address of ["google_cloud_run_v2_service.service", "google_cloud_run_v2_worker_pool.worker"]) {
    expect(template.resource(address)["depends_on"]).toContain("time_sleep.images-of-acme-build");
  }
});

test("from the project's own registry, and from somebody else's, nothing has to be let", () => {
  const ours = ContainerImage.fromRegistry("europe-west1-docker.pkg.dev/acme-dev/images/hello:1");
  const template = templateOf((stack) => [
    new CloudRunService(stack, "service", { image }),
    new WorkerPool(stack, "worker", { image: ours }),
  ]);
  expect(template.allResources("google_artifact_registry_repository_iam_member")).toEqual({});
});
