import * as fc from "fast-check";
import { CloudRunJob, type CloudRunJobProps } from "../../../constructs/cloud-run/cloud-run-job";
import { CloudRunService, type CloudRunServiceProps } from "../../../constructs/cloud-run/cloud-run-service";
import { WorkerPool, type WorkerPoolProps } from "../../../constructs/cloud-run/worker-pool";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Secret } from "../../../constructs/secret-manager/secret";
import { Bucket } from "../../../constructs/storage/bucket";
import type { Examples } from "../examples";
import { anEncryptionKey, duration, maybe } from "../support";
import { commonFaults, cpuFaults, faulty, revisionFaults, shares, startupFaults } from "./faults";
import { image, livenessProbe, network, parts, sizes, startupProbe, volumesOf, workload } from "./support";

const common = (stack: GcpStack) => ({
  image,
  env: {
    SECOND: "${x}",
    FIRST: "1",
    KEY: { secret: Secret.fromName(stack, "api-key", { name: "api-key" }) },
    LEFT_AWAY: undefined,
  },
  command: ["node"],
  args: ["main.js", "%{x}"],
  workingDirectory: "/app",
  waitsFor: ["proxy"],
  volumes: volumesOf(stack),
  egress: network,
  labels: { team: "growth" },
  annotations: { "acme.example/owner": "growth" },
  templateLabels: { run: "daily" },
  templateAnnotations: { "acme.example/run": "daily" },
  identity: ServiceAccount.fromEmail(stack, "as", { email: "app@acme-dev.iam.gserviceaccount.com" }),
  binaryAuthorization: "default" as const,
  encryptionKey: anEncryptionKey(stack),
  overrides: { timeouts: { create: "10m" } },
});

export const examples = {
  CloudRunService: {
    minimal: (stack) => new CloudRunService(stack, "hello-service", { image }),
    maximal: (stack) => {
      const all: Required<CloudRunServiceProps> = {
        ...common(stack),
        name: "hello",
        description: "says hello",
        cpu: "2",
        memory: "4Gi",
        access: "public",
        ingress: "internal-and-load-balancing",
        audiences: ["https://hello.acme.example"],
        minInstances: 1,
        maxInstances: 100,
        minInstancesInAll: 2,
        concurrency: 10,
        timeout: "1h",
        sessionAffinity: true,
        billing: "instances",
        startupBoost: false,
        port: 9000,
        http2: true,
        startupProbe: {
          http: "/ready",
          headers: { accept: "text/plain" },
          port: 9001,
          after: "1s",
          every: "5s",
          timeout: "2s",
          failures: 6,
        },
        livenessProbe: { grpc: "health" },
        sidecars: [
          {
            name: "proxy",
            image,
            env: { TARGET: "localhost" },
            cpu: "0.5",
            memory: "256Mi",
            startupProbe: { tcp: 9090 },
            livenessProbe: { http: "/alive" },
          },
        ],
        executionEnvironment: "second",
        revision: "two",
        traffic: [
          { revision: "one", percent: 80 },
          { revision: "two", percent: 20, tag: "next" },
        ],
      };
      return new CloudRunService(stack, "service", all);
    },
    random: fc
      .tuple(
        workload,
        sizes,
        parts,
        fc.record({
          access: maybe(fc.constantFrom("public", "private")),
          ingress: maybe(fc.constantFrom("all", "internal", "internal-and-load-balancing")),
          minInstances: maybe(fc.integer({ min: 0, max: 20 })),
          maxInstances: maybe(fc.integer({ min: 20, max: 1000 })),
          minInstancesInAll: maybe(fc.integer({ min: 0, max: 1000 })),
          concurrency: maybe(fc.integer({ min: 1, max: 1000 })),
          timeout: maybe(duration("1s", "3600s")),
          sessionAffinity: maybe(fc.boolean()),
          billing: maybe(fc.constantFrom("requests", "instances")),
          startupBoost: maybe(fc.boolean()),
          port: maybe(fc.integer({ min: 1, max: 65_535 })),
          http2: maybe(fc.boolean()),
          startupProbe: maybe(startupProbe),
          livenessProbe: maybe(livenessProbe),
          executionEnvironment: maybe(fc.constantFrom("first", "second")),
          revision: maybe(fc.stringMatching(/^[a-z0-9]{1,20}$/)),
          traffic: maybe(
            fc.integer({ min: 0, max: 100 }).map((percent) => [
              { revision: "one", percent, tag: "old" },
              { revision: "latest", percent: 100 - percent },
            ]),
          ),
        }),
      )
      .map(
        ([common, size, partsIn, own]) =>
          (scope, name) =>
            new CloudRunService(scope, name, { ...common, ...size, ...own, ...partsIn(scope, name) }),
      ),
    faults: faulty(
      (scope) => ({
        ...commonFaults(scope),
        ...startupFaults,
        ...revisionFaults,
        ...shares("traffic"),
        "traffic-revisions": [
          ...(shares("traffic")["traffic-revisions"] ?? []),
          { traffic: [{ revision: "latest", percent: 100, tag: "Next" }] },
          {
            traffic: [
              { revision: "latest", percent: 100, tag: "next" },
              { revision: "one", percent: 0, tag: "next" },
            ],
          },
        ],
        "livenessProbe-range": [
          { livenessProbe: { http: "/", every: "3601s" } },
          { livenessProbe: { grpc: "", timeout: "20s" } },
          { livenessProbe: { http: "/", port: 0 } },
        ],
        "cpu-memory": [
          ...cpuFaults,
          { cpu: "0.5", memory: "2Gi", concurrency: 1 },
          { cpu: "0.25", memory: "1Gi", concurrency: 1 },
        ],
        "concurrency-range": [{ concurrency: 0 }, { concurrency: 1001 }],
        "minInstances-range": [{ minInstances: -1 }, { minInstances: 1.5 }],
        "maxInstances-range": [{ maxInstances: 0 }, { maxInstances: 1001 }],
        "minInstancesInAll-range": [{ minInstancesInAll: -1 }, { minInstancesInAll: 1001 }],
        "timeout-range": [{ timeout: "0s" }, { timeout: "2h" }],
        "instances-order": [{ minInstances: 5, maxInstances: 2 }, { minInstances: 21 }],
        "concurrency-cpu": [{ cpu: "0.5" }, { cpu: "0.5", concurrency: 2 }],
        "billing-cpu": [{ cpu: "0.5", concurrency: 1, billing: "instances" }],
        "executionEnvironment-memory": [
          { executionEnvironment: "second", memory: "256Mi" },
          { memory: "256Mi", volumes: { "/files": { nfs: "10.0.0.2", share: "/" } } },
        ],
        "executionEnvironment-volumes": [
          {
            executionEnvironment: "first",
            volumes: { "/data": { bucket: Bucket.fromName(scope, "b", { name: "acme-in" }) } },
          },
          {
            executionEnvironment: "first",
            sidecars: [{ name: "proxy", image, volumes: { "/files": { nfs: "10.0.0.2", share: "/" } } }],
          },
        ],
        "port-range": [{ port: 0 }, { port: 65_536 }, { port: 80.5 }],
      }),
      (stack, props) => new CloudRunService(stack, "service", { image, ...props }),
    ),
  },
  CloudRunJob: {
    minimal: (stack) => new CloudRunJob(stack, "nightly", { image }),
    maximal: (stack) => {
      const all: Required<CloudRunJobProps> = {
        ...common(stack),
        name: "nightly",
        cpu: "2",
        memory: "4Gi",
        tasks: 100,
        parallelism: 10,
        timeout: "168h",
        retries: 0,
        schedule: { cron: "0 3 * * *", timeZone: "Europe/Paris", paused: true },
        startupProbe: { tcp: 8080 },
        sidecars: [{ name: "proxy", image, startupProbe: { grpc: "" } }],
      };
      return new CloudRunJob(stack, "job", all);
    },
    random: fc
      .tuple(
        workload,
        sizes,
        parts,
        fc.record({
          tasks: maybe(fc.integer({ min: 10, max: 10_000 })),
          timeout: maybe(duration("1s", "168h")),
          retries: maybe(fc.integer({ min: 0, max: 10 })),
          startupProbe: maybe(startupProbe),
          schedule: maybe(fc.constant({ cron: "*/5 * * * *" })),
        }),
        fc.integer({ min: 1, max: 10 }),
      )
      .map(
        ([common, size, partsIn, own, parallelism]) =>
          (scope, name) =>
            new CloudRunJob(scope, name, {
              ...common,
              ...size,
              ...own,
              ...partsIn(scope, name),
              parallelism: own.tasks === undefined ? undefined : parallelism,
            }),
      ),
    faults: faulty(
      (scope) => ({
        ...commonFaults(scope),
        ...startupFaults,
        "cpu-memory": cpuFaults,
        "cpu-whole": [{ cpu: "0.5" }],
        "tasks-range": [{ tasks: 0 }, { tasks: 10_001 }],
        "parallelism-range": [{ parallelism: 0 }, { parallelism: -1, tasks: 2 }],
        "parallelism-tasks": [{ parallelism: 2 }, { parallelism: 11, tasks: 10 }],
        "retries-range": [{ retries: -1 }, { retries: 11 }],
        "timeout-range": [{ timeout: "0s" }, { timeout: "169h" }],
      }),
      (stack, props) => new CloudRunJob(stack, "job", { image, ...props }),
    ),
  },
  WorkerPool: {
    minimal: (stack) => new WorkerPool(stack, "worker", { image }),
    maximal: (stack) => {
      const all: Required<WorkerPoolProps> = {
        ...common(stack),
        name: "worker",
        description: "works",
        cpu: "4",
        memory: "8Gi",
        instances: 0,
        sidecars: [{ name: "proxy", image }],
        revision: "two",
        split: [
          { revision: "one", percent: 50 },
          { revision: "latest", percent: 50 },
        ],
      };
      return new WorkerPool(stack, "pool", all);
    },
    random: fc
      .tuple(
        workload,
        sizes,
        parts,
        fc.record({
          instances: maybe(fc.integer({ min: 0, max: 1000 })),
          revision: maybe(fc.stringMatching(/^[a-z0-9]{1,20}$/)),
          split: maybe(fc.constant([{ revision: "one", percent: 100 }])),
        }),
      )
      .map(
        ([common, size, partsIn, own]) =>
          (scope, name) =>
            new WorkerPool(scope, name, { ...common, ...size, ...own, ...partsIn(scope, name) }),
      ),
    faults: faulty(
      (scope) => ({
        ...commonFaults(scope),
        ...revisionFaults,
        ...shares("split"),
        "cpu-memory": [...cpuFaults, { cpu: "8" }],
        "cpu-whole": [{ cpu: "0.5" }],
        "instances-range": [{ instances: -1 }, { instances: 1001 }],
      }),
      (stack, props) => new WorkerPool(stack, "worker", { image, ...props }),
    ),
  },
} satisfies Examples;
