import { expect, test } from "vitest";
import { WorkerPool, type WorkerPoolProps } from "../../../constructs/cloud-run/worker-pool";
import { aStack, IMAGE, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { image } from "./support";

const POOL = "google_cloud_run_v2_worker_pool";

test("a worker pool of which nothing is said runs one instance", () => {
  const template = templateOf(examples.WorkerPool.minimal);
  expect(template.resource(`${POOL}.worker`)).toEqual({
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
  const template = templateOf(examples.WorkerPool.maximal, { prefix: "alice", removal: "keep" });
  const { template: revision, depends_on, ...pool } = template.resource(`${POOL}.worker`);
  expect(pool).toEqual({
    name: "alice-worker",
    location: "europe-west1",
    description: "works",
    labels: { team: "growth" },
    annotations: { "acme.example/owner": "growth" },
    binary_authorization: { use_default: true },
    launch_stage: "BETA",
    deletion_protection: false,
    scaling: { manual_instance_count: 0 },
    instance_splits: [
      { type: "INSTANCE_SPLIT_ALLOCATION_TYPE_REVISION", revision: "alice-worker-one", percent: 50 },
      { type: "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST", percent: 50 },
    ],
    timeouts: { create: "10m" },
    lifecycle: { ignore_changes: ["client", "client_version", "launch_stage"] },
  });
  expect(depends_on).toEqual(
    expect.arrayContaining(["time_sleep.encryption-own-by-run", "time_sleep.worker-pool-worker-reads"]),
  );
  expect(revision).toMatchObject({
    revision: "alice-worker-two",
    labels: { run: "daily" },
    annotations: { "acme.example/run": "daily" },
    service_account: "app@acme-dev.iam.gserviceaccount.com",
    encryption_key: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    vpc_access: { egress: "ALL_TRAFFIC" },
    containers: [
      { name: "main", resources: { limits: { cpu: "4", memory: "8Gi" } }, depends_on: ["proxy"] },
      { name: "proxy", resources: { limits: { cpu: "1", memory: "512Mi" } } },
    ],
    volumes: [{ name: "etc-key" }, { name: "data-in" }, { name: "data-out" }, { name: "scratch" }, { name: "files" }],
  });
});

test.each<[Partial<WorkerPoolProps>, string]>([
  [{ instances: -1 }, "instances is -1: Cloud Run takes 0 to 1000"],
  [{ cpu: "8" }, 'memory is "1Gi" with 8 CPU: Cloud Run takes 4Gi to 32Gi'],
  [
    { cpu: "0.5" },
    'cpu is "0.5": but for services, Cloud Run gives less than one CPU to one of several containers only',
  ],
  [{ split: [{ revision: "one", percent: 1 }] }, "split makes 1 per cent: all shares together make 100"],
])("a worker pool with %j is not valid", (props, says) => {
  expect(messageOf(() => new WorkerPool(aStack(), "worker", { image, ...props }))).toContain(says);
});

test("a worker pool may give less than one CPU to one of its containers", () => {
  const sidecars = [{ name: "proxy", image }];
  expect(new WorkerPool(aStack(), "worker", { image, cpu: "0.5", sidecars })).toBeDefined();
});
