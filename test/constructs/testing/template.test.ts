import { Aspects, type TerraformElement } from "cdktf";
import { expect, test } from "vitest";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { BucketObject } from "../../../constructs/storage/bucket-object";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, templateOf } from "../support";

test("a resource is found by its address, and one that is not there is told with those that are", () => {
  const template = templateOf((stack) => [new Topic(stack, "clicks"), new Topic(stack, "orders")]);
  expect(template.resource("google_pubsub_topic.clicks")).toMatchObject({ name: "clicks" });
  expect(messageOf(() => template.resource("google_pubsub_topic.click"))).toBe(
    "no google_pubsub_topic.click; there are google_pubsub_topic.clicks, google_pubsub_topic.orders",
  );
  expect(messageOf(() => template.resource("google_storage_bucket.files"))).toBe(
    "no google_storage_bucket.files; there is no google_storage_bucket",
  );
});

test("a snapshot has nothing that differs between two runs: no versions, backend, paths, hashes or digests", () => {
  const template = templateOf((stack) => {
    const bucket = new Bucket(stack, "files");
    new BucketObject(stack, "spec", { bucket, name: "spec.json", content: "{}", versioned: true });
    new BucketObject(stack, "image", {
      bucket,
      name: "image.json",
      content: `a-docker.pkg.dev/b/c:0123456789abcdef d@sha256:${"e".repeat(64)}`,
    });
  });
  const json = JSON.stringify(template);
  expect(json).toContain('"name":"spec-<hash>.json"');
  expect(json).toContain("a-docker.pkg.dev/b/c:<hash> d@sha256:<digest>");
  expect(json).not.toContain("backend");
  expect(json).not.toContain('"//"');
  expect(Object.keys(template.toJSON())).toEqual(["provider", "resource"]);
});

test("aspects are applied, as they are in a real synthesis", () => {
  const stack = aStack();
  const topic = new Topic(stack, "clicks");
  Aspects.of(stack).add({
    visit: (node) => {
      if (node === topic.resource) (node as unknown as TerraformElement).addOverride("labels", { seen: "yes" });
    },
  });
  expect(Template.of(stack).resource("google_pubsub_topic.clicks")).toMatchObject({ labels: { seen: "yes" } });
});

test("a stack without notes for the local cloud has none", () => {
  expect(Template.of(aStack()).journey).toEqual({});
});
