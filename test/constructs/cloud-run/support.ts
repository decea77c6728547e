import type { Construct } from "constructs";
import * as fc from "fast-check";
import type { Volumes } from "../../../constructs/cloud-run/volume";
import { ContainerImage } from "../../../constructs/core/image";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Secret } from "../../../constructs/secret-manager/secret";
import { Bucket } from "../../../constructs/storage/bucket";
import { anEncryptionKey, IMAGE, labels, maybe } from "../support";

export const image = ContainerImage.fromRegistry(IMAGE);

export const network = {
  network: "projects/acme-dev/global/networks/vpc",
  subnetwork: "projects/acme-dev/regions/europe-west1/subnetworks/vpc",
  tags: ["run"],
  traffic: "all",
} as const;

/** One of each kind. */
export const volumesOf = (scope: Construct): Volumes => ({
  "/etc/key": { secret: Secret.fromName(scope, "key", { name: "key" }), file: "key.pem", version: "2", mode: 0o400 },
  "/data/in": { bucket: Bucket.fromName(scope, "in", { name: "acme-in" }) },
  "/data/out": { bucket: Bucket.fromName(scope, "out", { name: "acme-out" }), access: "read-write" },
  "/scratch": { inMemory: "64Mi" },
  "/files": { nfs: "10.0.0.2", share: "/exports", access: "read" },
});

/** CPUs and memory that go together. */
export const sizes = fc.constantFrom(
  { cpu: "1", memory: "512Mi" },
  { cpu: "1", memory: "4Gi" },
  { cpu: "2", memory: "8Gi" },
  { cpu: "4", memory: "2Gi" },
  { cpu: "6", memory: "24Gi" },
  { cpu: "8", memory: "32Gi" },
  {},
) satisfies fc.Arbitrary<{ readonly cpu?: `${number}`; readonly memory?: `${number}Mi` | `${number}Gi` }>;

export const startupProbe = fc.constantFrom(
  { http: "/ready", headers: { accept: "text/plain" }, port: 8081 },
  { grpc: "", every: "5s", failures: 48 },
  { grpc: "health", after: "240s", every: "240s", timeout: "240s", failures: 1 },
  { tcp: 8080, timeout: "10s" },
) satisfies fc.Arbitrary<object>;

export const livenessProbe = fc.constantFrom(
  { http: "/alive", every: "3600s", timeout: "3600s", failures: 100 },
  { grpc: "health" },
) satisfies fc.Arbitrary<object>;

/** What all kinds of workloads may have. */
export const workload = fc
  .record({
    env: maybe(fc.dictionary(fc.stringMatching(/^V[A-Z_]{0,20}$/), fc.string({ maxLength: 40 }), { maxKeys: 4 })),
    command: maybe(fc.array(fc.stringMatching(/^[a-z-]{1,10}$/), { maxLength: 3 })),
    args: maybe(fc.array(fc.string(), { maxLength: 3 })),
    workingDirectory: maybe(fc.constant("/app")),
    egress: maybe(fc.constant(network)),
    labels: maybe(labels),
    templateLabels: maybe(labels),
    annotations: maybe(fc.constant({ "acme.example/owner": "growth" })),
    templateAnnotations: maybe(fc.constant({ "acme.example/owner": "growth" })),
  })
  .map((props) => ({ ...props, image }));

/** What is made in a workload's own scope. */
export const parts = fc
  .record({ folders: fc.boolean(), secret: fc.boolean(), sidecar: fc.boolean(), key: fc.boolean(), as: fc.boolean() })
  .map((has) => (scope: Construct, name: string) => ({
    ...(has.folders && { volumes: volumesOf(scope), executionEnvironment: undefined }),
    ...(has.secret && { env: { KEY: { secret: Secret.fromName(scope, "api-key", { name: "api-key" }) } } }),
    ...(has.sidecar && { sidecars: [{ name: "proxy", image }], waitsFor: ["proxy"] }),
    ...(has.key && { encryptionKey: anEncryptionKey(scope), binaryAuthorization: "default" as const }),
    ...(has.as && { identity: new ServiceAccount(scope, "as", { name: `${name}-as` }) }),
  }));
