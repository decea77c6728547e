import { TerraformVariable } from "cdktf";
import { expect, test } from "vitest";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Bucket, type BucketProps } from "../../../constructs/storage/bucket";
import { BucketObject } from "../../../constructs/storage/bucket-object";
import { aStack, messageOf, templateOf } from "../support";

test("a bucket of which nothing is said is read by nobody without a grant", () => {
  const template = templateOf((stack) => new Bucket(stack, "events"));
  expect(template.resource("google_storage_bucket.events")).toEqual({
    name: "acme-dev-events",
    location: "europe-west1",
    uniform_bucket_level_access: true,
    public_access_prevention: "enforced",
    force_destroy: true,
    depends_on: ["time_sleep.apis"],
  });
});

test("a bucket of which all is said", () => {
  const template = templateOf(
    (stack) => {
      const bucket = new Bucket(stack, "bucket", {
        name: "events",
        location: "EU",
        softDelete: "30d",
        versioning: true,
      });
      bucket.expire("temp/", "7d");
      bucket.expire("old/", "365d");
      bucket.holdsShortLived();
    },
    { removal: "keep", prefix: "alice" },
  );
  expect(template.resource("google_storage_bucket.events")).toEqual({
    name: "acme-dev-alice-events",
    location: "EU",
    uniform_bucket_level_access: true,
    public_access_prevention: "enforced",
    force_destroy: false,
    soft_delete_policy: { retention_duration_seconds: 2_592_000 },
    versioning: { enabled: true },
    lifecycle_rule: [
      { action: { type: "Delete" }, condition: { age: 7, matches_prefix: ["temp/"] } },
      { action: { type: "Delete" }, condition: { age: 365, matches_prefix: ["old/"] } },
    ],
    depends_on: ["time_sleep.apis"],
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

test.each<[BucketProps, string]>([
  [{ name: "Events" }, 'name is "acme-dev-Events": Cloud Storage takes 3 to 63 lower-case letters'],
  [{ name: "x".repeat(60) }, "Cloud Storage takes 3 to 63"],
  [{ name: "google-events" }, 'and no "google"'],
  [{ softDelete: "3d" }, 'softDelete is "3d": Cloud Storage takes 7d to 90d, or "off"'],
])("a bucket with %j is not valid", (props, says) => {
  expect(messageOf(() => new Bucket(aStack(), "events", props))).toContain(says);
});

test("rights on a bucket are on that bucket", () => {
  const template = templateOf((stack) => {
    const bucket = new Bucket(stack, "events");
    const worker = new ServiceAccount(stack, "worker");
    bucket.grantRead(worker);
    bucket.grantReadWrite(worker);
    Bucket.fromName(stack, "theirs", { name: "shop-files" }).grantRead(worker);
  });
  expect(template.allResources("google_storage_bucket_iam_member")).toMatchObject({
    "events-storage-objectViewer-worker": { bucket: "${google_storage_bucket.events.name}" },
    "events-storage-objectUser-worker": { role: "roles/storage.objectUser" },
    "shop-files-storage-objectViewer-worker": { bucket: "shop-files" },
  });
});

test("a bucket of somebody else's is left as it is", () => {
  const stack = aStack();
  const theirs = Bucket.fromName(stack, "theirs", { name: "shop-files" });
  theirs.expire("temp/", "1d");
  theirs.holdsShortLived();
  expect(stack.node.findAll().some(({ node }) => node.id === "resource")).toBe(false);
});

test("an object's text is not evaluated by Terraform", () => {
  const template = templateOf((stack) => {
    const bucket = new Bucket(stack, "events");
    const object = new BucketObject(stack, "spec", { bucket, name: "specs/clicks.json", content: '{"a":"${b}"}' });
    new BucketObject(stack, "pointer", { bucket, name: "latest", content: object.url, contentType: "text/plain" });
  });
  expect(template.resource("google_storage_bucket_object.events-specs-clicks-json")).toEqual({
    bucket: "${google_storage_bucket.events.name}",
    name: "specs/clicks.json",
    content: '{"a":"$${b}"}',
    content_type: "application/json",
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_storage_bucket_object.events-latest")).toMatchObject({
    content:
      "gs://${google_storage_bucket.events.name}/${google_storage_bucket_object.events-specs-clicks-json.output_name}",
    content_type: "text/plain",
  });
});

/** The name of a versioned object of such a content. */
function nameOf(content: string, name = "specs/clicks.json"): unknown {
  const template = templateOf((stack) => {
    new BucketObject(stack, "spec", { bucket: new Bucket(stack, "events"), name, content, versioned: true });
  });
  const [object] = Object.values(template.allResources("google_storage_bucket_object"));
  expect(object?.["deletion_policy"]).toBe("ABANDON");
  return object?.["name"];
}

test("a versioned object has its content's hash in its name, and not in its address", () => {
  expect(nameOf("{}")).toMatch(/^specs\/clicks-[0-9a-f]{12}\.json$/);
  expect(nameOf("{}")).toBe(nameOf("{}"));
  expect(nameOf("{}")).not.toBe(nameOf("[]"));
  expect(nameOf("{}", "v1.0/clicks")).toMatch(/^v1\.0\/clicks-[0-9a-f]{12}$/);
});

test("what is named by its content has to be known", () => {
  const stack = aStack();
  const bucket = new Bucket(stack, "events");
  const content = new TerraformVariable(stack, "content", {}).stringValue;
  expect(messageOf(() => new BucketObject(stack, "spec", { bucket, name: "a", content, versioned: true }))).toContain(
    "test/spec: its content holds a value that is known only at apply",
  );
});
