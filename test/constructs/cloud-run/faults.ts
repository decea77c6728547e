/** What breaks the rules that several kinds of workloads have in common. */
import type { Construct } from "constructs";
import type { GcpStack } from "../../../constructs/core/stack";
import { Secret } from "../../../constructs/secret-manager/secret";
import { aStack } from "../support";
import { image } from "./support";

/** Of what all kinds of workloads have. */
export const commonFaults = (scope: Construct) => ({
  "name-form": ["Hello", "1hello", "hello-", "h".repeat(50)].map((name) => ({ name })),
  "labels-form": [{ labels: { Team: "growth" } }],
  "templateLabels-form": [{ templateLabels: { Team: "growth" } }],
  "annotations-form": [{ annotations: { "run.googleapis.com/client-name": "us" } }],
  "templateAnnotations-form": [
    { templateAnnotations: { "autoscaling.knative.dev/maxScale": "3" } },
    { templateAnnotations: { "x.cloud.googleapis.com/y": "z" } },
  ],
  "env-reserved": ["PORT", "K_SERVICE", "K_REVISION", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_JOB"].map((name) => ({
    env: { [name]: "1" },
  })),
  "env-form": [
    { env: { "A-B": "1" } },
    { env: { "1A": "1" } },
    { env: { A: "x".repeat(32_769) } },
    { env: Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`V${index}`, ""])) },
  ],
  "env-secret": [{ env: { KEY: "-----BEGIN PRIVATE KEY-----" } }, { env: { DB_PASSWORD: "hunter2" } }],
  "volumes-form": [
    ...(["/", "/dev", "/proc/x", "/sys", "/a:b"] as const).map((path) => ({
      volumes: { [path]: { inMemory: "1Mi" as const } },
    })),
    { volumes: { "/a": { inMemory: "1MB" as "1Mi" } } },
    ...[0, 0o1000, 1.5].map((mode) => ({ volumes: { "/a": { secret: aSecret(scope), mode } } })),
    ...["/a", "../a"].map((file) => ({ volumes: { "/a": { secret: aSecret(scope), file } } })),
  ],
  "sidecars-names": [
    { sidecars: [{ name: "Proxy", image }] },
    { sidecars: [{ name: "main", image }] },
    {
      sidecars: [
        { name: "a", image },
        { name: "a", image },
      ],
    },
    { sidecars: Array.from({ length: 10 }, (_, index) => ({ name: `s${index}`, image })) },
  ],
  "sidecars-container": [
    { sidecars: [{ name: "proxy", image, memory: "1GB" as "1Mi" }] },
    { sidecars: [{ name: "proxy", image, env: { PORT: "1" } }] },
    { sidecars: [{ name: "proxy", image, volumes: { "/dev": { inMemory: "1Mi" as const } } }] },
  ],
  "waitsFor-order": [
    { waitsFor: ["proxy"] },
    { waitsFor: ["main"] },
    {
      waitsFor: ["a"],
      sidecars: [
        { name: "a", image, waitsFor: ["b"] },
        { name: "b", image, waitsFor: ["a"] },
      ],
    },
    { sidecars: [{ name: "a", image, waitsFor: ["c"] }] },
  ],
});

const aSecret = (scope: Construct) => Secret.fromName(scope, `secret-${scope.node.children.length}`, { name: "key" });

export const startupFaults = {
  "startupProbe-range": [
    { startupProbe: { tcp: 0 } },
    { startupProbe: { http: "/", port: 65_536 } },
    { startupProbe: { http: "/", every: "241s", failures: 1 } },
    { startupProbe: { http: "/", every: "10s", failures: 25 } },
    { startupProbe: { http: "/", after: "241s" } },
    { startupProbe: { http: "/", timeout: "11s" } },
    { startupProbe: { http: "/", timeout: "500ms" } },
    { startupProbe: { http: "/", failures: 0 } },
    { startupProbe: { http: "/", failures: 1.5 } },
  ] as const,
};

export const cpuFaults = [
  { cpu: "3" },
  { cpu: "0.05", concurrency: 1, sidecars: [{ name: "proxy", image }] },
  { cpu: "4", memory: "1Gi" },
  { cpu: "1", memory: "8Gi" },
  { memory: "1GB" as "1Gi" },
] as const;

type Broken = { readonly [rule: string]: readonly object[] };

/** What breaks each rule, with a construct that is made of it. */
export function faulty(
  faults: (scope: Construct) => Broken,
  make: (stack: GcpStack, props: object | undefined) => unknown,
): { readonly [rule: string]: readonly ((stack: GcpStack) => unknown)[] } {
  const build = (rule: string, index: number) => (stack: GcpStack) => make(stack, faults(stack)[rule]?.[index]);
  const rules = Object.entries(faults(aStack()));
  return Object.fromEntries(rules.map(([rule, all]) => [rule, all.map((_, index) => build(rule, index))]));
}

export const shares = (prop: string) => ({
  [`${prop}-sum`]: [
    { [prop]: [] },
    { [prop]: [{ revision: "latest", percent: 99 }] },
    {
      [prop]: [
        { revision: "latest", percent: 99.5 },
        { revision: "one", percent: 0.5 },
      ],
    },
    {
      [prop]: [
        { revision: "latest", percent: 101 },
        { revision: "one", percent: -1 },
      ],
    },
  ],
  [`${prop}-revisions`]: [
    { [prop]: [{ revision: "One", percent: 100 }] },
    { [prop]: [{ revision: "x".repeat(60), percent: 100 }] },
  ],
});

export const revisionFaults = {
  "revision-form": ["One", "-one", "one-", "latest", "x".repeat(60)].map((revision) => ({ revision })),
};
