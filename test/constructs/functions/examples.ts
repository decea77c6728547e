import type { Construct } from "constructs";
import * as fc from "fast-check";
import { ArtifactRegistry } from "../../../constructs/artifact-registry/artifact-registry";
import { CloudFunction } from "../../../constructs/functions/cloud-function";
import type { CloudFunctionProps } from "../../../constructs/functions/function-props";
import { FunctionSource } from "../../../constructs/functions/function-source";
import type { FunctionTrigger } from "../../../constructs/functions/trigger";
import type { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { Topic } from "../../../constructs/pubsub/topic";
import { Secret } from "../../../constructs/secret-manager/secret";
import { Bucket } from "../../../constructs/storage/bucket";
import type { Examples } from "../examples";
import { anEncryptionKey, duration, labels, maybe } from "../support";

export const FOLDER = "test/constructs/functions/fixtures/orders";
export const source = FunctionSource.fromFolder(FOLDER);
const common = { source, entryPoint: "processOrder" };
const requests = { http: "private" } as const;

const make =
  (props: Partial<CloudFunctionProps>) =>
  (stack: GcpStack): Construct =>
    new CloudFunction(stack, "process-order", { ...common, trigger: requests, ...props });

const secret = (scope: Construct) => ({ secret: Secret.fromName(scope, "key", { name: "key" }) });

/** What a function may be called for, with something of its own in the scope. */
const triggers = fc.constantFrom<(scope: Construct, name: string) => FunctionTrigger>(
  () => requests,
  () => ({ http: "public" }),
  (scope, name) => ({ topic: new Topic(scope, "topic", { name: `${name}-topic` }), filter: "attributes:kind" }),
  (scope, name) => ({ bucket: new Bucket(scope, "bucket", { name: `${name}-files` }), prefix: "in/" }),
  () => ({ document: "orders/{order}" }),
  () => ({ cron: "0 9 * * 1", timeZone: "America/New_York", body: { report: "weekly" } }),
);

export const examples = {
  CloudFunction: {
    minimal: (stack) => new CloudFunction(stack, "process-order", { ...common, trigger: requests }),
    maximal: (stack) => {
      const all: Required<CloudFunctionProps> = {
        name: "process-order",
        description: "processes orders",
        source: FunctionSource.fromFolder(FOLDER, { main: "index.ts", files: ["prices.json"] }),
        entryPoint: "processOrder",
        trigger: {
          topic: new Topic(stack, "orders"),
          filter: 'attributes.kind = "order"',
          subscription: "orders-to-function",
          deadLetters: new DeadLetters(stack, "failed-orders"),
          maxDeliveryAttempts: 10,
          backoff: { minimum: "1s" },
          retention: "1d",
          labels: { team: "growth" },
        },
        runtime: "nodejs22",
        memory: "1Gi",
        cpu: "1",
        timeout: "540s",
        minInstances: 1,
        maxInstances: 100,
        concurrency: 10,
        ingress: "internal-and-load-balancing",
        identity: ServiceAccount.fromEmail(stack, "as", { email: "app@acme-dev.iam.gserviceaccount.com" }),
        env: { MODE: "${live}", KEY: { ...secret(stack), version: "3" }, LEFT_AWAY: undefined },
        secretFiles: { "/etc/key/value.pem": { secret: Secret.fromName(stack, "pem", { name: "pem" }) } },
        egress: { connector: "projects/acme-dev/locations/europe-west1/connectors/vpc", traffic: "all" },
        build: {
          identity: ServiceAccount.fromEmail(stack, "builder", { email: "build@acme-ci.iam.gserviceaccount.com" }),
          repository: ArtifactRegistry.fromName(stack, "images", { name: "images" }),
          sources: Bucket.fromName(stack, "sources", { name: "acme-sources" }),
          env: { FLAGS: "%{x}" },
          workerPool: "projects/acme-dev/locations/europe-west1/workerPools/pool",
        },
        securityUpdates: "on deployment",
        binaryAuthorization: "projects/acme-dev/platforms/cloudRun/policies/ours",
        labels: { team: "growth" },
        encryptionKey: anEncryptionKey(stack),
        overrides: { timeouts: { create: "30m" } },
      };
      return new CloudFunction(stack, "function", all);
    },
    random: fc
      .tuple(
        triggers,
        fc.constantFrom<Partial<CloudFunctionProps>>(
          {},
          { memory: "128Mi" },
          { memory: "2Gi", concurrency: 1000 },
          { memory: "512Mi", cpu: "1", concurrency: 2 },
          { memory: "32Gi", cpu: "8", concurrency: 80 },
          { memory: "256Mi", cpu: "0.08" },
        ),
        fc.record({
          runtime: maybe(fc.constantFrom("nodejs22", "nodejs24")),
          timeout: maybe(duration("1s", "540s")),
          minInstances: maybe(fc.integer({ min: 0, max: 20 })),
          maxInstances: maybe(fc.integer({ min: 20, max: 1000 })),
          env: maybe(fc.constant({ MODE: "live" })),
          securityUpdates: maybe(fc.constantFrom("automatic", "on deployment")),
          labels: maybe(labels),
        }),
        fc.record({ secret: fc.boolean(), key: fc.boolean(), build: fc.boolean(), connector: fc.boolean() }),
      )
      .map(([trigger, sizes, own, has]) => (scope, name) => {
        const value = secret(scope);
        return new CloudFunction(scope, name, {
          ...common,
          ...sizes,
          ...own,
          trigger: trigger(scope, name),
          ...(has.secret && { env: { KEY: value }, secretFiles: { "/etc/key/value": value } }),
          ...(has.key && { encryptionKey: anEncryptionKey(scope) }),
          ...(has.build && { build: { sources: Bucket.fromName(scope, "sources", { name: "acme-sources" }) } }),
          ...(has.connector && { egress: { connector: "projects/p/locations/l/connectors/c", traffic: "all" } }),
        });
      }),
    faults: {
      "name-form": ["Process", "1st", "a_b", "x".repeat(50)].map((name) => make({ name })),
      "labels-form": [make({ labels: { Team: "growth" } })],
      "env-reserved": ["PORT", "K_SERVICE", "FUNCTION_TARGET", "X_GOOGLE_NAME", "LOG_EXECUTION_ID"].map((name) =>
        make({ env: { [name]: "1" } }),
      ),
      "env-form": [make({ env: { "A-B": "1" } })],
      "env-secret": [make({ env: { KEY: "-----BEGIN PRIVATE KEY-----" } })],
      "memory-range": [make({ memory: "64Mi" }), make({ memory: "33Gi" }), make({ memory: "1GB" as "1Gi" })],
      "cpu-memory": [make({ cpu: "3" }), make({ cpu: "1", memory: "8Gi" }), make({ cpu: "0.08", memory: "1Gi" })],
      "concurrency-range": [make({ concurrency: 0 }), make({ concurrency: 1001, cpu: "1" })],
      "concurrency-cpu": [
        make({ concurrency: 2 }),
        make({ concurrency: 2, memory: "1Gi" }),
        make({ concurrency: 2, memory: "256Mi", cpu: "0.5" }),
      ],
      "minInstances-range": [make({ minInstances: -1 }), make({ minInstances: 0.5 })],
      "maxInstances-range": [make({ maxInstances: 0 }), make({ maxInstances: 1001 })],
      "instances-order": [make({ minInstances: 21 }), make({ minInstances: 2, maxInstances: 1 })],
      "timeout-range": [
        make({ timeout: "3601s" }),
        make({ timeout: "0s" }),
        make({ timeout: "31m", trigger: { cron: "0 9 * * 1" } }),
        (stack) => make({ timeout: "541s", trigger: { topic: new Topic(stack, "orders") } })(stack),
        make({ timeout: "541s", trigger: { document: "orders/{order}" } }),
      ],
      "trigger-document": ["orders", "orders/", "orders/{order}/visits", "orders/{", "{a-b}/x"].map((document) =>
        make({ trigger: { document } }),
      ),
      "ingress-public": [make({ trigger: { http: "public" }, ingress: "internal" })],
      "secretFiles-form": [
        (stack) => make({ secretFiles: { "/key": secret(stack) } })(stack),
        (stack) => make({ secretFiles: { "/etc/key/": secret(stack) } })(stack),
        (stack) => make({ secretFiles: { "/proc/key": secret(stack) } })(stack),
        (stack) => {
          const value = secret(stack);
          return make({ secretFiles: { "/etc/keys/a": value, "/etc/keys/b": value } })(stack);
        },
      ],
      "entryPoint-form": ["process order", "1st", ""].map((entryPoint) => make({ entryPoint })),
      "source-exports": [
        make({ entryPoint: "processOrders" }),
        make({ runtime: "python312" }),
        make({ source: FunctionSource.fromFolder("test/constructs/functions/nowhere") }),
        make({ source: FunctionSource.fromFolder(FOLDER, { main: "nothing" }) }),
        make({ source: FunctionSource.fromFolder(FOLDER, { files: ["../../examples.ts"] }) }),
        make({ source: FunctionSource.fromFolder(FOLDER, { files: ["none.json"] }) }),
        make({ source: FunctionSource.fromFolder(FOLDER, { files: ["package.json"] }) }),
      ],
    },
  },
} satisfies Examples;
