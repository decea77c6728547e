import { expect, test } from "vitest";
import { BigtableAppProfile, type Routing } from "../../../constructs/bigtable/app-profile";
import { garbageFault, garbageJson, type Garbage } from "../../../constructs/bigtable/garbage";
import { BigtableInstance } from "../../../constructs/bigtable/instance";
import type { BigtableInstanceProps } from "../../../constructs/bigtable/instance-props";
import { BigtableTable } from "../../../constructs/bigtable/table";
import type { BigtableTableProps } from "../../../constructs/bigtable/table-props";
import { uses } from "../../../constructs/core/uses";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Template } from "../../../constructs/testing/template";
import { aStack, anEncryptionKey, messageOf, templateOf } from "../support";
import { examples } from "./examples";

const type = "google_bigtable_instance";

test("an instance of which nothing is said is one node in the stack's region, and goes with its stack", () => {
  const template = templateOf(examples.BigtableInstance.minimal);
  expect(template.resource(`${type}.devices`)).toEqual({
    name: "devices",
    cluster: [{ cluster_id: "devices-c1", zone: "europe-west1-b", storage_type: "SSD", num_nodes: 1 }],
    deletion_protection: false,
    force_destroy: true,
    depends_on: ["time_sleep.apis"],
  });
  // Tables are made by one API, and read by another.
  expect(Object.keys(template.allResources("google_project_service"))).toEqual(["bigtable", "bigtableadmin"]);
});

test("where the stage keeps data an instance is protected, with its backups", () => {
  const template = templateOf(examples.BigtableInstance.minimal, { removal: "keep", prefix: "alice" });
  expect(template.resource(`${type}.devices`)).toMatchObject({
    name: "alice-devices",
    cluster: [{ cluster_id: "alice-devices-c1" }],
    deletion_protection: true,
    force_destroy: false,
  });
});

test("an instance of which all is said", () => {
  const template = templateOf(examples.BigtableInstance.maximal);
  expect(template.resource(`${type}.devices`)).toEqual({
    name: "devices",
    display_name: "What devices say",
    cluster: [
      {
        cluster_id: "devices-near",
        zone: "europe-west1-c",
        storage_type: "HDD",
        num_nodes: 3,
        kms_key_name: "projects/k/locations/europe-west1/keyRings/r/cryptoKeys/europe-west1",
      },
      {
        cluster_id: "devices-grow",
        zone: "europe-west1-b",
        storage_type: "HDD",
        autoscaling_config: { min_nodes: 1, max_nodes: 10, cpu_target: 50, storage_target: 8_192 },
        kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
      },
      {
        cluster_id: "devices-far",
        zone: "europe-west4-a",
        storage_type: "HDD",
        num_nodes: 1,
        kms_key_name: "projects/k/locations/europe-west4/keyRings/r/cryptoKeys/europe-west4",
      },
    ],
    labels: { team: "growth" },
    deletion_protection: false,
    force_destroy: true,
    timeouts: { create: "10m" },
    depends_on: [
      "time_sleep.apis",
      "time_sleep.encryption-europe-west1-by-bigtable",
      "time_sleep.encryption-europe-west4-by-bigtable",
      "time_sleep.encryption-own-by-bigtable",
    ],
  });
});

test("nodes that come and go aim at 60 percent", () => {
  const template = templateOf(
    (stack) =>
      new BigtableInstance(stack, "devices", { clusters: { "devices-c1": { nodes: { minimum: 2, maximum: 4 } } } }),
  );
  expect(template.resource(`${type}.devices`)["cluster"]).toEqual([
    {
      cluster_id: "devices-c1",
      zone: "europe-west1-b",
      storage_type: "SSD",
      autoscaling_config: { min_nodes: 2, max_nodes: 4, cpu_target: 60 },
    },
  ]);
});

test("a cluster's id is short enough, however long the instance's name is", () => {
  const name = "x".repeat(33);
  const [cluster = ""] = new BigtableInstance(aStack(), name).clusters;
  expect(cluster).toMatch(/^x{20}-[0-9a-f]{6}-c1$/);
});

test.each<[BigtableInstanceProps, string]>([
  [
    { name: "short" },
    'name is "short": Bigtable takes 6 to 33 lower-case letters, digits and "-", a letter first and a letter or digit last',
  ],
  [{ clusters: {} }, "clusters is empty: data would have nowhere to be. Leave clusters away to have one"],
  [{ clusters: { short: {} } }, 'clusters has "short": Bigtable takes 6 to 30 lower-case letters'],
  [
    { clusters: { "devices-c1": { zone: "europe-west1" } } },
    'clusters is in zone "europe-west1": Bigtable has zones such as "europe-west1-b"',
  ],
  [
    { clusters: { "devices-c1": {}, "devices-c2": {} } },
    "clusters has two in europe-west1-b: each needs a zone of its own",
  ],
  [
    {
      clusters: Object.fromEntries(
        Array.from({ length: 9 }, (_, n) => [`devices-c${n}`, { zone: `europe-west${n}-b` }]),
      ),
    },
    "clusters is in 9 regions: Bigtable takes 8",
  ],
  [{ clusters: { "devices-c1": { nodes: 0 } } }, "clusters.devices-c1.nodes is 0: Bigtable takes 1 or more"],
  [
    { clusters: { "devices-c1": { nodes: { minimum: 0, maximum: 1 } } } },
    "clusters.devices-c1.nodes.minimum is 0: Bigtable takes 1 or more",
  ],
  [
    { clusters: { "devices-c1": { nodes: { minimum: 2, maximum: 21 } } } },
    "clusters.devices-c1.nodes.maximum is 21: Bigtable takes the minimum, 2, up to ten times as many",
  ],
  [
    { clusters: { "devices-c1": { nodes: { minimum: 2, maximum: 3, cpu: 90 } } } },
    "clusters.devices-c1.nodes.cpu is 90: Bigtable takes 10 to 80 percent",
  ],
  [
    { storage: "hdd", clusters: { "devices-c1": { nodes: { minimum: 2, maximum: 3, storage: 2_560 } } } },
    "clusters.devices-c1.nodes.storage is 2560: Bigtable takes 8192 to 16384 GB a node on HDD",
  ],
])("an instance %# that is not valid says why", (props, says) => {
  expect(messageOf(() => new BigtableInstance(aStack(), "devices", props))).toContain(says);
});

test("keys are where their clusters are, and all have one or none", () => {
  const stack = aStack();
  const encryptionKey = anEncryptionKey(stack);
  const mixed = { "devices-c1": { encryptionKey }, "devices-c2": { zone: "europe-west1-c" } };
  expect(messageOf(() => new BigtableInstance(stack, "devices", { clusters: mixed }))).toContain(
    "clusters have keys and have none: all have one, or none",
  );
  const far = { "devices-c1": {}, "devices-c2": { zone: "europe-west4-a" } };
  expect(messageOf(() => new BigtableInstance(stack, "others", { clusters: far, encryptionKey }))).toContain(
    "clusters.devices-c2 is in europe-west4 and its key in europe-west1: what is encrypted needs a key where it is. Give it encryptionKey",
  );
});

test("limits are good to the last", () => {
  const stack = aStack();
  const regions = Object.fromEntries(
    Array.from({ length: 8 }, (_, n) => [`${"x".repeat(28)}-${n}`, { zone: `europe-west${n}-b` }]),
  );
  new BigtableInstance(stack, "sixabc", {
    clusters: { sixabc: { nodes: { minimum: 1, maximum: 10, cpu: 10, storage: 2_560 } } },
  });
  new BigtableInstance(stack, "most-of-it", { clusters: regions });
  new BigtableInstance(stack, "on-disks", {
    storage: "hdd",
    clusters: { "on-disks-c1": { nodes: { minimum: 3, maximum: 3, cpu: 80, storage: 16_384 } } },
  });
  new BigtableInstance(stack, "on-flash", {
    clusters: { "on-flash-c1": { nodes: { minimum: 1, maximum: 1, storage: 5_120 } } },
  });
});

test.each([
  ["grantRead", "roles/bigtable.reader"],
  ["grantWrite", "roles/bigtable.user"],
] as const)("%s gives %s on the instance, or on one table", (verb, role) => {
  const template = templateOf((stack) => {
    const instance = new BigtableInstance(stack, "devices");
    const table = new BigtableTable(stack, "state", { instance, families: { latest: { garbage: "never" } } });
    instance[verb](new ServiceAccount(stack, "all-of-it"));
    table[verb](new ServiceAccount(stack, "one-table"));
  });
  const { depends_on: _, ...onInstance } =
    Object.values(template.allResources("google_bigtable_instance_iam_member"))[0] ?? {};
  expect(onInstance).toEqual({
    instance: "${google_bigtable_instance.devices.name}",
    project: "acme-dev",
    role,
    member: "${google_service_account.all-of-it.member}",
    lifecycle: { replace_triggered_by: ["google_bigtable_instance.devices.id"] },
  });
  const { depends_on: __, ...onTable } =
    Object.values(template.allResources("google_bigtable_table_iam_member"))[0] ?? {};
  expect(onTable).toEqual({
    instance: "${google_bigtable_instance.devices.name}",
    table: "${google_bigtable_table.devices-state.name}",
    project: "acme-dev",
    role,
    member: "${google_service_account.one-table.member}",
    lifecycle: { replace_triggered_by: ["google_bigtable_table.devices-state.id"] },
  });
});

/** A stack in which an account is told a table's name, and given a right or none. */
function told(grant: (instance: BigtableInstance, to: ServiceAccount) => void): Template {
  const stack = aStack();
  const instance = new BigtableInstance(stack, "devices");
  const table = new BigtableTable(stack, "state", { instance, families: { latest: { garbage: "never" } } });
  const reader = new ServiceAccount(stack, "reader");
  uses.tell(stack, { member: reader.member, where: "env TABLE", text: table.path });
  grant(instance, reader);
  return Template.fromStack(stack);
}

test("who is told a table's name needs a right on it, or on its instance", () => {
  expect(() => told(() => {})).toThrow(
    "env TABLE names projects/acme-dev/instances/devices/tables/state, on which this workload's account has no right: give it one (grantRead or grantWrite)",
  );
  expect(() => told((instance, to) => instance.grantRead(to, { why: "reads" }))).not.toThrow();
});

test("what is there already is named in full, and rights on it may be its owner's to give", () => {
  const stack = aStack();
  const reader = new ServiceAccount(stack, "reader");
  const ours = BigtableInstance.fromName(stack, "ours", { name: "devices" });
  expect(ours).toMatchObject({ key: "devices", path: "projects/acme-dev/instances/devices" });
  expect(ours.clusters).toBeUndefined();
  const theirs = BigtableInstance.fromName(stack, "theirs", {
    name: "devices",
    project: "shop",
    clusters: ["a"],
    grants: "assume",
  });
  expect(theirs).toMatchObject({ key: "shop-devices", fullName: "projects/shop/instances/devices", clusters: ["a"] });
  theirs.grantRead(reader);
  const table = BigtableTable.fromName(stack, "table", { instance: theirs, name: "state" });
  expect(table).toMatchObject({ name: "state", path: "projects/shop/instances/devices/tables/state" });
  table.grantWrite(reader);
  BigtableTable.fromName(stack, "other", { instance: ours, name: "state", grants: "assume" }).grantWrite(reader);
  const template = Template.fromStack(stack);
  expect(template.allResources("google_bigtable_instance_iam_member")).toEqual({});
  expect(template.allResources("google_bigtable_table_iam_member")).toMatchObject({
    "shop-devices-state-bigtable-user-reader": { project: "shop", instance: "devices", table: "state" },
  });
  expect(() => BigtableInstance.fromName(stack, "bad", { name: "a" })).toThrow('name is "a"');
  expect(() => BigtableTable.fromName(stack, "worse", { instance: ours, name: "-" })).toThrow('name is "-"');
});

test("a table of which nothing more is said keeps all that was written, until its stack goes", () => {
  const template = templateOf(examples.BigtableTable.minimal);
  expect(template.resource("google_bigtable_table.devices-state")).toEqual({
    project: "acme-dev",
    instance_name: "${google_bigtable_instance.devices.name}",
    name: "state",
    column_family: [{ family: "latest" }],
    deletion_protection: "UNPROTECTED",
    depends_on: ["time_sleep.apis"],
  });
  expect(template.allResources("google_bigtable_gc_policy")).toEqual({});
});

test("a table of which all is said", () => {
  const template = templateOf(examples.BigtableTable.maximal, { removal: "keep" });
  expect(template.resource("google_bigtable_table.devices-state")).toEqual({
    project: "acme-dev",
    instance_name: "${google_bigtable_instance.devices.name}",
    name: "state",
    column_family: [
      { family: "latest" },
      { family: "hours" },
      { family: "history" },
      { family: "total", type: "intsum" },
      { family: "least", type: "intmin" },
      { family: "most", type: "intmax" },
      { family: "users", type: "inthll" },
    ],
    split_keys: ["m", "$${t}"],
    change_stream_retention: "25h0m0s",
    automated_backup_policy: { retention_period: "168h0m0s", frequency: "24h0m0s" },
    deletion_protection: "PROTECTED",
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
  const policies = template.allResources("google_bigtable_gc_policy");
  expect(Object.keys(policies)).toEqual(["devices-state-history", "devices-state-hours", "devices-state-latest"]);
  expect(policies["devices-state-history"]).toEqual({
    project: "acme-dev",
    instance_name: "${google_bigtable_instance.devices.name}",
    table: "${google_bigtable_table.devices-state.name}",
    column_family: "history",
    gc_rules:
      '{"mode":"union","rules":[{"max_age":"2592000s"},{"mode":"intersection","rules":[{"max_version":10},{"max_age":"86400s"}]}]}',
    deletion_policy: "ABANDON",
    depends_on: ["time_sleep.apis"],
  });
});

test("what there was is ended by saying so", () => {
  const template = templateOf((stack) => {
    const instance = new BigtableInstance(stack, "devices");
    new BigtableTable(stack, "state", {
      instance,
      families: { a: { garbage: "never" } },
      changeStream: "off",
      backups: "off",
    });
    new BigtableTable(stack, "odd", { instance, families: { a: { garbage: "never" } }, changeStream: "90061s" });
  });
  expect(template.resource("google_bigtable_table.devices-state")).toMatchObject({
    change_stream_retention: "0s",
    automated_backup_policy: { retention_period: "0s", frequency: "0s" },
  });
  expect(template.resource("google_bigtable_table.devices-odd")["change_stream_retention"]).toBe("25h1m1s");
});

test.each<[Garbage, string]>([
  [{ maxAge: "7d" }, '{"rules":[{"max_age":"604800s"}]}'],
  [{ maxVersions: 2 }, '{"rules":[{"max_version":2}]}'],
  [
    { union: [{ maxVersions: 2 }, { maxAge: "1h" }] },
    '{"mode":"union","rules":[{"max_version":2},{"max_age":"3600s"}]}',
  ],
  [
    { intersection: [{ maxVersions: 2 }, { maxAge: "1h" }] },
    '{"mode":"intersection","rules":[{"max_version":2},{"max_age":"3600s"}]}',
  ],
])("garbage %j is what Bigtable calls it", (garbage, json) => {
  expect(garbageFault(garbage)).toBeUndefined();
  expect(garbageJson(garbage)).toBe(json);
});

test.each<[Partial<BigtableTableProps>, string]>([
  [{ name: "-a" }, 'name is "-a": Bigtable takes 1 to 50 letters, digits, "_", "-" and ".", and "-" and "." not first'],
  [{ families: {} }, "families is empty: a table without one takes no data"],
  [
    { families: { "a b": { garbage: "never" } } },
    'families has "a b": Bigtable takes 1 to 64 letters, digits, "_", "-" and "."',
  ],
  [
    { families: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}`, { garbage: "never" as const }])) },
    "families has 101 families: Bigtable takes 100",
  ],
  [
    { families: { a: { garbage: { maxAge: "500ms" } } } },
    'families.a.garbage.maxAge is "500ms": Bigtable takes whole seconds',
  ],
  [
    { families: { a: { garbage: { maxVersions: 0 } } } },
    "families.a.garbage.maxVersions is 0: Bigtable takes 1 or more",
  ],
  [
    {
      families: {
        a: { garbage: { union: [{ maxVersions: 1 }, { intersection: [{ maxVersions: 0 }, { maxVersions: 1 }] }] } },
      },
    },
    "families.a.garbage.union[1].intersection[0].maxVersions is 0: Bigtable takes 1 or more",
  ],
  [{ splitKeys: ["a", "b", "a"] }, "splitKeys has a twice"],
  [{ splitKeys: ["x".repeat(4_097)] }, "splitKeys has a key of 4097 bytes: Bigtable takes 1 to 4096"],
  [{ changeStream: "8d" }, 'changeStream is "8d": Bigtable takes 1d to 7d'],
  [{ backups: { keep: "2d" } }, 'backups.keep is "2d": Bigtable takes 3d to 90d'],
])("a table %# that is not valid says why", (props, says) => {
  const stack = aStack();
  const all = {
    instance: new BigtableInstance(stack, "devices"),
    families: { a: { garbage: "never" } },
    ...props,
  } as const;
  expect(messageOf(() => new BigtableTable(stack, "state", all))).toContain(says);
});

test("a table's limits are good to the last", () => {
  const stack = aStack();
  const instance = new BigtableInstance(stack, "devices");
  const names = [...Array.from({ length: 99 }, (_, n) => `f${n}`), "x".repeat(64)];
  new BigtableTable(stack, "most", {
    instance,
    name: "x".repeat(50),
    families: Object.fromEntries(names.map((name) => [name, { garbage: { maxVersions: 1 } }])),
    splitKeys: ["x".repeat(4_096)],
  });
});

test("an app profile of which nothing more is said goes to the nearest cluster", () => {
  expect(
    templateOf(examples.BigtableAppProfile.minimal).resource("google_bigtable_app_profile.devices-serving"),
  ).toEqual({
    project: "acme-dev",
    instance: "${google_bigtable_instance.devices.name}",
    app_profile_id: "serving",
    multi_cluster_routing_use_any: true,
    ignore_warnings: true,
    depends_on: ["time_sleep.apis"],
  });
});

test("an app profile of which all is said", () => {
  const template = templateOf(examples.BigtableAppProfile.maximal, { removal: "keep" });
  expect(template.resource("google_bigtable_app_profile.shop-devices-reports")).toEqual({
    project: "shop",
    instance: "devices",
    app_profile_id: "reports",
    description: "Reads $${all}",
    single_cluster_routing: { cluster_id: "devices-c1", allow_transactional_writes: true },
    standard_isolation: { priority: "PRIORITY_LOW" },
    ignore_warnings: false,
    timeouts: { create: "10m" },
    depends_on: ["time_sleep.apis"],
  });
});

test("some clusters, one for each row, beside the nodes: as it is said", () => {
  const template = templateOf((stack) => {
    const instance = new BigtableInstance(stack, "devices");
    const routing: Routing = { nearest: ["devices-c1"], rowAffinity: true };
    const { name } = new BigtableAppProfile(stack, "boosted", { instance, routing, priority: "data-boost" });
    new ServiceAccount(stack, "reader", { description: name });
  });
  expect(template.resource("google_bigtable_app_profile.devices-boosted")).toMatchObject({
    multi_cluster_routing_use_any: true,
    multi_cluster_routing_cluster_ids: ["devices-c1"],
    row_affinity: true,
    data_boost_isolation_read_only: { compute_billing_owner: "HOST_PAYS" },
  });
  expect(template.resource("google_service_account.reader")["description"]).toBe(
    "${google_bigtable_app_profile.devices-boosted.app_profile_id}",
  );
});

test.each<[Routing, string]>([
  [{ cluster: "devices-c2" }, "routing names devices-c2, which is no cluster of the instance: it has devices-c1"],
  [{ nearest: ["devices-c1", "x"] }, "routing names x, which is no cluster of the instance: it has devices-c1"],
  [{ nearest: [] }, 'routing.nearest is empty: name clusters, or say "all"'],
])("a routing %j that is not valid says why", (routing, says) => {
  const stack = aStack();
  const instance = new BigtableInstance(stack, "devices");
  expect(messageOf(() => new BigtableAppProfile(stack, "serving", { instance, routing }))).toContain(says);
});

test("clusters of an instance that nobody told of may be any", () => {
  const stack = aStack();
  const instance = BigtableInstance.fromName(stack, "theirs", { name: "devices" });
  expect(() => new BigtableAppProfile(stack, "serving", { instance, routing: { cluster: "any" } })).not.toThrow();
  expect(messageOf(() => new BigtableAppProfile(stack, "a b", { instance, routing: { cluster: "any" } }))).toContain(
    'name is "a b": Bigtable takes 1 to 50 letters, digits, "_", "-" and ".", and "-" and "." not first',
  );
});
