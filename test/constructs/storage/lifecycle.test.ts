import { expect, test } from "vitest";
import { lifecycleRule, type LifecycleRule } from "../../../constructs/storage/lifecycle";
import { Bucket } from "../../../constructs/storage/bucket";
import { templateOf } from "../support";

/** As it stands in the stack. */
function inTerraform(rule: LifecycleRule): unknown {
  const template = templateOf((stack) => new Bucket(stack, "files", { versioning: true, lifecycle: [rule] }));
  return template.resource("google_storage_bucket.files")["lifecycle_rule"];
}

test("a rule says in Terraform's words what it says here", () => {
  const when = {
    age: "30d",
    createdBefore: "2025-01-31",
    prefixes: ["temp/", "old/"],
    suffixes: [".tmp"],
    classes: ["standard", "nearline"],
    versions: "any",
    newerVersions: 3,
    noncurrentFor: "7d",
    noncurrentBefore: "2025-02-28",
    customTimeAge: "14d",
    customTimeBefore: "2025-03-31",
  } as const;
  expect(inTerraform({ action: "delete", when })).toEqual([
    {
      action: { type: "Delete" },
      condition: {
        age: 30,
        created_before: "2025-01-31",
        matches_prefix: ["temp/", "old/"],
        matches_suffix: [".tmp"],
        matches_storage_class: ["STANDARD", "NEARLINE"],
        with_state: "ANY",
        num_newer_versions: 3,
        days_since_noncurrent_time: 7,
        noncurrent_time_before: "2025-02-28",
        days_since_custom_time: 14,
        custom_time_before: "2025-03-31",
      },
    },
  ]);
});

test("no days are sent as no days: the provider leaves a zero away unless it is asked for once more", () => {
  expect(
    inTerraform({ action: "delete", when: { age: "0d", noncurrentFor: "0d", customTimeAge: "0d" } }),
  ).toMatchObject([
    {
      condition: {
        age: 0,
        send_age_if_zero: true,
        days_since_noncurrent_time: 0,
        send_days_since_noncurrent_time_if_zero: true,
        days_since_custom_time: 0,
        send_days_since_custom_time_if_zero: true,
      },
    },
  ]);
});

test.each([
  ["live", "LIVE"],
  ["noncurrent", "ARCHIVED"],
  ["any", "ANY"],
] as const)("versions that are %s are %s to Terraform", (versions, state) => {
  expect(lifecycleRule({ action: "delete", when: { versions } }).condition.withState).toBe(state);
});

test("what a rule moves is what it names, whatever the bucket's own class", () => {
  expect(inTerraform({ action: { class: "nearline" }, when: { classes: ["standard", "archive"] } })).toMatchObject([
    { action: { type: "SetStorageClass", storage_class: "NEARLINE" } },
  ]);
});
