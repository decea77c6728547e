import type { Construct } from "constructs";
import * as fc from "fast-check";
import { keyOf } from "../../../constructs/core/encryption";
import {
  BigtableAppProfile,
  type BigtableAppProfileProps,
  type Routing,
} from "../../../constructs/bigtable/app-profile";
import type { Garbage } from "../../../constructs/bigtable/garbage";
import { BigtableInstance } from "../../../constructs/bigtable/instance";
import type { BigtableInstanceProps, ClusterProps } from "../../../constructs/bigtable/instance-props";
import { BigtableTable } from "../../../constructs/bigtable/table";
import type { BigtableTableProps } from "../../../constructs/bigtable/table-props";
import type { Examples } from "../examples";
import { anEncryptionKey, duration, labels, maybe } from "../support";

const key = (stack: Construct, location: string) =>
  keyOf(stack, `projects/k/locations/${location}/keyRings/r/cryptoKeys/${location}`);
const instance = (props: BigtableInstanceProps) => (stack: Construct) => new BigtableInstance(stack, "devices", props);
const cluster = (props: ClusterProps, more: BigtableInstanceProps = {}) =>
  instance({ clusters: { "devices-c1": props }, ...more });
const table = (props: Partial<BigtableTableProps>) => (stack: Construct) =>
  new BigtableTable(stack, "state", {
    instance: instance({})(stack),
    families: { latest: { garbage: "never" } },
    ...props,
  });
const garbage = (of: Garbage) => table({ families: { latest: { garbage: of } } });
const profile = (props: Partial<BigtableAppProfileProps>) => (stack: Construct) =>
  new BigtableAppProfile(stack, "serving", { instance: instance({})(stack), routing: { nearest: "all" }, ...props });

const nodes = fc.oneof(
  fc.integer({ min: 1, max: 30 }),
  fc.record({
    minimum: fc.integer({ min: 3, max: 10 }),
    maximum: fc.integer({ min: 10, max: 30 }),
    cpu: maybe(fc.integer({ min: 10, max: 80 })),
    storage: maybe(fc.integer({ min: 2_560, max: 5_120 })),
  }),
);
const someGarbage: fc.Arbitrary<Garbage> = fc.letrec<{ garbage: Garbage }>((tie) => ({
  garbage: fc.oneof(
    { maxDepth: 2 },
    duration("1s", "90d").map((maxAge) => ({ maxAge })),
    fc.integer({ min: 1, max: 9 }).map((maxVersions) => ({ maxVersions })),
    fc.tuple(tie("garbage"), tie("garbage")).map((union) => ({ union })),
    fc.tuple(tie("garbage"), tie("garbage")).map((intersection) => ({ intersection })),
  ),
})).garbage;
const aRouting: fc.Arbitrary<Routing> = fc.oneof(
  fc.record({ nearest: fc.constant("all" as const), rowAffinity: maybe(fc.boolean()) }),
  fc.record({ cluster: fc.constant("cluster-1"), transactions: maybe(fc.boolean()) }),
);

export const examples = {
  BigtableInstance: {
    minimal: (stack) => new BigtableInstance(stack, "devices"),
    maximal: (stack) => {
      const all: Required<BigtableInstanceProps> = {
        name: "devices",
        displayName: "What devices say",
        clusters: {
          "devices-near": { zone: "europe-west1-c", nodes: 3, encryptionKey: key(stack, "europe-west1") },
          "devices-grow": { nodes: { minimum: 1, maximum: 10, cpu: 50, storage: 8_192 } },
          "devices-far": { zone: "europe-west4-a", encryptionKey: key(stack, "europe-west4") },
        },
        storage: "hdd",
        encryptionKey: anEncryptionKey(stack),
        labels: { team: "growth" },
        overrides: { timeouts: { create: "10m" } },
      };
      return new BigtableInstance(stack, "instance", all);
    },
    random: fc
      .record({
        displayName: maybe(fc.constant("devices")),
        clusters: maybe(
          fc.record({
            "cluster-1": fc.record({ nodes: maybe(nodes) }),
            "cluster-2": fc.record({ zone: fc.constant("europe-west4-a"), nodes: maybe(nodes) }),
          }),
        ),
        labels: maybe(labels),
      })
      .map((props) => (scope, name) => new BigtableInstance(scope, name, props)),
    faults: {
      "name-form": ["short", "Devices", "1devices", "devices-", "x".repeat(34)].map((name) =>
        instance({ name, clusters: { "devices-c1": {} } }),
      ),
      "labels-form": [instance({ labels: { Team: "growth" } })],
      "clusters-names": [
        instance({ clusters: {} }),
        ...["short", "Devices", "devices-", "x".repeat(31)].map((id) => instance({ clusters: { [id]: {} } })),
      ],
      "clusters-zones": [
        cluster({ zone: "europe-west1" }),
        cluster({ zone: "b" }),
        instance({ clusters: { "devices-c1": {}, "devices-c2": { zone: "europe-west1-b" } } }),
        instance({
          clusters: Object.fromEntries(
            Array.from({ length: 9 }, (_, n) => [`devices-c${n}`, { zone: `europe-west${n}-b` }]),
          ),
        }),
      ],
      "clusters-nodes": [
        ...[0, 1.5, -1].map((nodes) => cluster({ nodes })),
        cluster({ nodes: { minimum: 0, maximum: 2 } }),
        cluster({ nodes: { minimum: 3, maximum: 2 } }),
        cluster({ nodes: { minimum: 1, maximum: 11 } }),
        cluster({ nodes: { minimum: 1, maximum: 1.5 } }),
        cluster({ nodes: { minimum: 1, maximum: 2, cpu: 9 } }),
        cluster({ nodes: { minimum: 1, maximum: 2, cpu: 81 } }),
        cluster({ nodes: { minimum: 1, maximum: 2, storage: 2_559 } }),
        cluster({ nodes: { minimum: 1, maximum: 2, storage: 5_121 } }),
        cluster({ nodes: { minimum: 1, maximum: 2, storage: 3_000.5 } }),
        cluster({ nodes: { minimum: 1, maximum: 2, storage: 5_120 } }, { storage: "hdd" }),
      ],
      "clusters-keys": [
        (stack) =>
          instance({
            clusters: {
              "devices-c1": { encryptionKey: anEncryptionKey(stack) },
              "devices-c2": { zone: "europe-west1-c" },
            },
          })(stack),
        (stack) => cluster({ zone: "europe-west4-a", encryptionKey: anEncryptionKey(stack) })(stack),
      ],
    },
  },
  BigtableTable: {
    minimal: (stack) => table({})(stack),
    maximal: (stack) => {
      const all: Required<BigtableTableProps> = {
        instance: new BigtableInstance(stack, "devices"),
        name: "state",
        families: {
          latest: { garbage: { maxVersions: 1 } },
          hours: { garbage: { maxAge: "36h" } },
          history: {
            garbage: { union: [{ maxAge: "30d" }, { intersection: [{ maxVersions: 10 }, { maxAge: "1d" }] }] },
          },
          total: { garbage: "never", aggregate: "sum" },
          least: { garbage: "never", aggregate: "minimum" },
          most: { garbage: "never", aggregate: "maximum" },
          users: { garbage: "never", aggregate: "count-distinct" },
        },
        splitKeys: ["m", "${t}"],
        changeStream: "90000s",
        backups: { keep: "7d" },
        overrides: { timeouts: { create: "10m" } },
      };
      return new BigtableTable(stack, "table", all);
    },
    random: fc
      .record({
        families: fc.dictionary(
          fc.stringMatching(/^[a-z][a-z0-9_]{0,10}$/),
          fc.record({ garbage: fc.oneof(someGarbage, fc.constant("never" as const)) }),
          { minKeys: 1, maxKeys: 3 },
        ),
        splitKeys: maybe(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 3 })),
        changeStream: maybe(fc.oneof(duration("1d", "7d"), fc.constant("off" as const))),
        backups: maybe(fc.oneof(fc.record({ keep: duration("3d", "90d") }), fc.constant("off" as const))),
      })
      .map(
        (props) => (scope, name) =>
          new BigtableTable(scope, name, { ...props, instance: new BigtableInstance(scope, `${name}-instance`) }),
      ),
    faults: {
      "name-form": ["", "-a", ".a", "a b", "x".repeat(51)].map((name) => table({ name })),
      "families-names": [
        table({ families: {} }),
        ...["", "-a", "a b", "x".repeat(65)].map((name) => table({ families: { [name]: { garbage: "never" } } })),
        table({
          families: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}`, { garbage: "never" as const }])),
        }),
      ],
      "families-garbage": [
        garbage({ maxAge: "500ms" }),
        garbage({ maxVersions: 0 }),
        garbage({ maxVersions: 1.5 }),
        garbage({ union: [{ maxVersions: 1 }, { maxVersions: 0 }] }),
        garbage({ intersection: [{ maxVersions: 0 }, { maxVersions: 1 }] }),
      ],
      "splitKeys-form": [["a", "a"], [""], ["x".repeat(4_097)]].map((splitKeys) => table({ splitKeys })),
      "changeStream-range": (["1h", "8d"] as const).map((changeStream) => table({ changeStream })),
      "backups-keep": (["1d", "91d"] as const).map((keep) => table({ backups: { keep } })),
    },
  },
  BigtableAppProfile: {
    minimal: (stack) => profile({})(stack),
    maximal: (stack) => {
      const all: Required<BigtableAppProfileProps> = {
        instance: BigtableInstance.fromName(stack, "theirs", {
          name: "devices",
          project: "shop",
          clusters: ["devices-c1"],
        }),
        name: "reports",
        description: "Reads ${all}",
        routing: { cluster: "devices-c1", transactions: true },
        priority: "low",
        overrides: { timeouts: { create: "10m" } },
      };
      return new BigtableAppProfile(stack, "profile", all);
    },
    random: fc
      .record({
        routing: aRouting,
        description: maybe(fc.string()),
        priority: fc.constantFrom("high" as const, "medium" as const, "low" as const, "data-boost" as const, undefined),
      })
      .map((props) => (scope, name) => {
        const instance = new BigtableInstance(scope, `${name}-instance`, { clusters: { "cluster-1": {} } });
        return new BigtableAppProfile(scope, name, { instance, ...props });
      }),
    faults: {
      "name-form": ["", "-a", "a b", "x".repeat(51)].map((name) => profile({ name })),
      "routing-clusters": [
        profile({ routing: { cluster: "devices-c2" } }),
        profile({ routing: { nearest: [] } }),
        profile({ routing: { nearest: ["devices-c1", "devices-c2"] } }),
      ],
    },
  },
} satisfies Examples;
