import { TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Bucket } from "../../../constructs/storage/bucket";
import type { BucketProps } from "../../../constructs/storage/bucket-props";
import type { Duration } from "../../../pipeline/duration";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

/** What a bucket with these props becomes. */
const bucketOf = (props: BucketProps) =>
  templateOf((stack) => new Bucket(stack, "files", props)).resource("google_storage_bucket.files");

test("a bucket of which nothing is said is read by nobody without a grant", () => {
  const template = templateOf(examples.Bucket.minimal);
  expect(template.resource("google_storage_bucket.files")).toEqual({
    name: "acme-dev-files",
    location: "europe-west1",
    uniform_bucket_level_access: true,
    public_access_prevention: "enforced",
    force_destroy: true,
    depends_on: ["time_sleep.apis"],
  });
});

test("a bucket of which all is said", () => {
  const template = templateOf(examples.Bucket.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_storage_bucket.files")).toEqual({
    name: "acme-dev-alice-files",
    location: "EU",
    custom_placement_config: { data_locations: ["EUROPE-WEST1", "EUROPE-WEST4"] },
    rpo: "ASYNC_TURBO",
    storage_class: "NEARLINE",
    lifecycle_rule: [
      { action: { type: "SetStorageClass", storage_class: "ARCHIVE" }, condition: { age: 365 } },
      { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
    ],
    uniform_bucket_level_access: true,
    public_access_prevention: "inherited",
    force_destroy: false,
    soft_delete_policy: { retention_duration_seconds: 2_592_000 },
    versioning: { enabled: true },
    retention_policy: { retention_period: 7_776_000, is_locked: true },
    enable_object_retention: true,
    default_event_based_hold: true,
    cors: [{ origin: ["https://example.com"], method: ["GET"], response_header: ["ETag"], max_age_seconds: 3_600 }],
    logging: { log_bucket: "${google_storage_bucket.logs.name}", log_object_prefix: "files" },
    requester_pays: true,
    encryption: { default_kms_key_name: "projects/k/locations/europe/keyRings/r/cryptoKeys/own" },
    labels: { team: "growth" },
    website: { main_page_suffix: "index.html" },
    depends_on: ["time_sleep.apis", "time_sleep.encryption-own-by-storage"],
  });
});

test("access logs are written by Google's own group, which may write and nothing else", () => {
  const template = templateOf(examples.Bucket.maximal);
  expect(template.allResources("google_storage_bucket_iam_member")).toEqual({
    "logs-storage-objectCreator-storage-analytics": {
      bucket: "${google_storage_bucket.logs.name}",
      role: "roles/storage.objectCreator",
      member: "group:cloud-storage-analytics@google.com",
      lifecycle: { replace_triggered_by: ["google_storage_bucket.logs.id"] },
      depends_on: ["time_sleep.apis"],
    },
  });
  expect(template.journey["whys"]).toMatchObject({
    "google_storage_bucket_iam_member.logs-storage-objectCreator-storage-analytics": "writes the access logs of files",
  });
});

test.each<[BucketProps, object]>([
  [{ storageClass: "auto" }, { autoclass: { enabled: true, terminal_storage_class: "NEARLINE" } }],
  [{ storageClass: "auto-to-archive" }, { autoclass: { enabled: true, terminal_storage_class: "ARCHIVE" } }],
  [{ storageClass: "standard" }, { storage_class: "STANDARD" }],
  [{ versioning: false }, { versioning: { enabled: false } }],
  [{ hierarchicalNamespace: true }, { hierarchical_namespace: { enabled: true } }],
  [{ publicAccess: "prevented" }, { public_access_prevention: "enforced" }],
  [{ retention: { period: "1h" } }, { retention_policy: { retention_period: 3_600 } }],
  [{ location: "eur4" }, { location: "eur4" }],
])("a bucket with %j", (props, becomes) => {
  expect(bucketOf(props)).toMatchObject(becomes);
});

test("two regions are not hurried unless somebody pays for it, and no namespace is said where there is none", () => {
  const location = { area: "US", regions: ["us-central1", "us-east1"] } as const;
  expect(bucketOf({ location, hierarchicalNamespace: false })).toEqual({
    ...bucketOf({ location: "US" }),
    custom_placement_config: { data_locations: ["US-CENTRAL1", "US-EAST1"] },
  });
});

test("where objects live for seconds, nothing of them is kept and paid for, unless somebody says so", () => {
  const template = templateOf((stack) => {
    new Bucket(stack, "unsaid").holdsShortLived();
    new Bucket(stack, "said", { softDelete: "7d" }).holdsShortLived();
    new Bucket(stack, "off", { softDelete: "off" });
  });
  const retention = Object.entries(template.allResources("google_storage_bucket")).map(([name, config]) => [
    name,
    config["soft_delete_policy"],
  ]);
  expect(Object.fromEntries(retention)).toEqual({
    unsaid: { retention_duration_seconds: 0 },
    said: { retention_duration_seconds: 604_800 },
    off: { retention_duration_seconds: 0 },
  });
});

test("what a runner lets expire comes after what the bucket says by itself", () => {
  const template = templateOf((stack) => {
    const bucket = new Bucket(stack, "files", { lifecycle: [{ action: "delete", when: { age: "365d" } }] });
    bucket.expire("temp/", "7d");
    bucket.expire("old/", "30d");
    // Another runner that shares the bucket says the same.
    bucket.expire("temp/", "7d");
  });
  expect(template.resource("google_storage_bucket.files")["lifecycle_rule"]).toEqual([
    { action: { type: "Delete" }, condition: { age: 365 } },
    { action: { type: "Delete" }, condition: { age: 7, matches_prefix: ["temp/"] } },
    { action: { type: "Delete" }, condition: { age: 30, matches_prefix: ["old/"] } },
  ]);
});

describe("rights", () => {
  test("on a bucket are on that bucket, and as fine as Google has them", () => {
    const template = templateOf((stack) => {
      const bucket = new Bucket(stack, "files");
      const worker = new ServiceAccount(stack, "worker");
      bucket.grantRead(worker);
      bucket.grantWrite(worker);
      bucket.grantReadWrite(worker);
      Bucket.fromName(stack, "theirs", { name: "shop-files" }).grantRead(worker);
    });
    expect(template.allResources("google_storage_bucket_iam_member")).toMatchObject({
      "files-storage-objectViewer-worker": {
        bucket: "${google_storage_bucket.files.name}",
        role: "roles/storage.objectViewer",
      },
      "files-storage-objectCreator-worker": { role: "roles/storage.objectCreator" },
      "files-storage-objectUser-worker": { role: "roles/storage.objectUser" },
      "shop-files-storage-objectViewer-worker": { bucket: "shop-files" },
    });
  });

  test("on a bucket that is there already may be somebody else's to give", () => {
    const template = templateOf((stack) => {
      const bucket = Bucket.fromName(stack, "theirs", { name: "shop-files", grants: "assume" });
      bucket.grantRead(new ServiceAccount(stack, "worker"));
    });
    expect(template.journey["assumed"]).toMatchObject([
      { type: "google_storage_bucket_iam_member", role: "roles/storage.objectViewer", on: { bucket: "shop-files" } },
    ]);
  });
});

test("a bucket of somebody else's is left as it is", () => {
  const stack = aStack();
  const theirs = Bucket.fromName(stack, "theirs", { name: "shop-files", location: "EU" });
  theirs.expire("temp/", "1d");
  theirs.holdsShortLived();
  expect(stack.node.findAll().some(({ node }) => node.id === "resource")).toBe(false);
  expect(theirs).toMatchObject({
    name: "shop-files",
    key: "shop-files",
    fullName: "shop-files",
    location: "EU",
    url: "gs://shop-files",
  });
  expect(() => Bucket.fromName(stack, "wrong", { name: "Shop" })).toThrow(
    'name is "Shop": Cloud Storage takes 3 to 63',
  );
});

test("a time that is known only at apply is refused, as no rule could look at it", () => {
  const stack = aStack();
  const period = new TerraformVariable(stack, "period", {}).stringValue as Duration;
  expect(messageOf(() => new Bucket(stack, "kept", { retention: { period } }))).toContain(
    'retention.period is known only when the stack is applied: write it as text, "1s" to "24855d"',
  );
  expect(messageOf(() => new Bucket(stack, "soft", { softDelete: period }))).toContain("softDelete is known only");
  const cors = [{ origins: ["*"], methods: ["GET"], maxAge: period }] as const;
  expect(messageOf(() => new Bucket(stack, "web", { cors }))).toContain("cors.maxAge is known only");
  const lifecycle = [{ action: "delete", when: { age: period } }] as const;
  expect(messageOf(() => new Bucket(stack, "old", { lifecycle }))).toContain("lifecycle[0].when.age is known only");
});

test("a bucket knows where it is", () => {
  const stack = aStack();
  const location = { area: "EU", regions: ["europe-west1", "europe-west4"] } as const;
  expect(new Bucket(stack, "here").location).toBe("europe-west1");
  expect(new Bucket(stack, "twice", { location }).location).toBe("EU");
  expect(new Bucket(stack, "named").fullName).toBe("acme-dev-named");
});

test.each<[BucketProps, string]>([
  [{ name: "Files" }, 'name is "acme-dev-Files": Cloud Storage takes 3 to 63 lower-case letters, digits, "-", "_" and'],
  [
    { location: "Europe" },
    'location is "Europe": Cloud Storage has regions such as "europe-west1", and areas such as "EU" and "EUR4"',
  ],
  [
    { location: { area: "EU", regions: ["europe-west1", "europe-west1"] } },
    "location.regions has europe-west1 twice: what is in two regions is in two",
  ],
  [
    { location: { area: "EU", regions: ["europe-west1", "us-east1"] } },
    'location.regions has "us-east1", which is no region of EU',
  ],
  [{ softDelete: "3d" }, 'softDelete is "3d": Cloud Storage takes 7d to 90d, or "off"'],
  [{ retention: { period: "0s" } }, `retention.period is "0s": Terraform's provider takes 1s to 24855d`],
  [
    { hierarchicalNamespace: true, versioning: true },
    "hierarchicalNamespace and versioning are not to be had together: leave one away",
  ],
  [
    {
      cors: [
        { origins: ["*"], methods: ["GET"] },
        { origins: [], methods: ["GET"] },
      ],
    },
    "cors[1] has no origins or no methods: it allows nothing",
  ],
  [
    { cors: [{ origins: ["https://example.com/page"], methods: ["GET"] }] },
    'cors has the origin "https://example.com/page": write it as browsers do, "https://example.com", without a path',
  ],
  [{ cors: [{ origins: ["*"], methods: ["GET"], maxAge: "2d" }] }, 'cors.maxAge is "2d": a browser takes 0s to 1d'],
  [
    { lifecycle: Array.from({ length: 101 }, () => ({ action: "delete", when: { age: "1d" } })) },
    "lifecycle has 101 rules: Cloud Storage takes at most 100",
  ],
  [
    { lifecycle: [{ action: "delete", when: {} }] },
    'lifecycle[0].when is empty: it would hold of every object. Say so with age: "0d"',
  ],
  [
    {
      lifecycle: [
        { action: "delete", when: { age: "1d" } },
        { action: "delete", when: { age: "36h" } },
      ],
    },
    'lifecycle[1].when.age is "36h": Cloud Storage looks once a day, and takes whole days',
  ],
  [
    { lifecycle: [{ action: "delete", when: { customTimeAge: "36501d" } }] },
    'lifecycle[0].when.customTimeAge is "36501d": Cloud Storage takes 0d to 36500d',
  ],
  [
    { lifecycle: [{ action: "delete", when: { createdBefore: "2025-02-30" } }] },
    'lifecycle[0].when.createdBefore is "2025-02-30": write a day, as in "2025-01-31"',
  ],
  [
    { lifecycle: [{ action: "delete", when: { prefixes: [] } }] },
    "lifecycle[0].when.prefixes has 0: Cloud Storage takes 1 to 50",
  ],
  [
    { lifecycle: [{ action: "delete", when: { classes: [] } }] },
    "lifecycle[0].when.classes is empty: no object is in no class",
  ],
  [
    { versioning: true, lifecycle: [{ action: "delete", when: { newerVersions: 0 } }] },
    "lifecycle[0].when.newerVersions is 0: Cloud Storage takes a whole number from 1",
  ],
  [
    { lifecycle: [{ action: "abort-uploads", when: { age: "1d", classes: ["standard"] } }] },
    "lifecycle[0].when.classes: an upload that never ended has an age and a name, and nothing else",
  ],
  [
    { storageClass: "coldline", lifecycle: [{ action: { class: "nearline" }, when: { age: "1d" } }] },
    'lifecycle[0].action.class is "nearline", and objects are coldline: they move to colder classes only',
  ],
  [
    { storageClass: "auto", lifecycle: [{ action: { class: "nearline" }, when: { age: "1d" } }] },
    'lifecycle[0].action is a class, and storageClass is "auto", which chooses it by itself',
  ],
  [
    { storageClass: "auto", lifecycle: [{ action: "delete", when: { classes: ["nearline"] } }] },
    'lifecycle[0].when.classes: storageClass is "auto", which moves them by itself',
  ],
  [
    { lifecycle: [{ action: "delete", when: { noncurrentFor: "7d" } }] },
    "lifecycle[0].when.noncurrentFor: without versioning there are no older versions, and it never holds. Say versioning: true, or false where there were some once",
  ],
  [
    { lifecycle: [{ action: "delete", when: { age: "7d", versions: "noncurrent" } }] },
    "lifecycle[0].when.versions: without versioning",
  ],
])("a bucket with %j is not valid", (props, says) => {
  expect(messageOf(() => new Bucket(aStack(), "files", props))).toContain(says);
});

test("a key is where its bucket is, the stage's too", () => {
  const encryptionKey = "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/stage";
  const stack = aStack({ encryptionKey });
  expect(messageOf(() => new Bucket(stack, "files", { location: "EU" }))).toContain(
    "it lies in EU and its key in europe-west1: what is encrypted needs a key where it is. Give it encryptionKey, one in europe",
  );
  expect(messageOf(() => new Bucket(stack, "more", { location: "europe-west4" }))).toContain("one in europe-west4");
  expect(new Bucket(stack, "here").key).toBe("here");
});

test("rules about versions are passed over where the bucket had some once", () => {
  const lifecycle = [{ action: "delete", when: { noncurrentFor: "7d", versions: "noncurrent" } }] as const;
  expect(bucketOf({ versioning: false, lifecycle })["lifecycle_rule"]).toEqual([
    { action: { type: "Delete" }, condition: { days_since_noncurrent_time: 7, with_state: "ARCHIVED" } },
  ]);
});
