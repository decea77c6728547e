import { Aspects, type TerraformElement } from "cdktf";
import { describe, expect, test } from "vitest";
import { expectRefused, expectValid } from "../../../constructs/testing/expect";
import { Match } from "../../../constructs/testing/match";
import { snapshotSerializer } from "../../../constructs/testing/snapshot";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
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

describe("a snapshot", () => {
  test("has nothing that differs between two runs: no versions, backend, paths, hashes or digests", () => {
    const template = templateOf((stack) => {
      const bucket = new Bucket(stack, "files");
      new BucketObject(stack, "spec", { bucket, name: "spec.json", content: "text", versioned: true });
      // As a function's archive is called.
      new BucketObject(stack, "archive", { bucket, name: "resize-0123456789abcdef.zip", content: "text" });
      new BucketObject(stack, "image", {
        bucket,
        name: "image.json",
        content: `a-docker.pkg.dev/b/c:0123456789abcdef d@sha256:${"e".repeat(64)}`,
      });
    });
    const snapshot = template.toSnapshot();
    expect(snapshot).toContain("name: spec-<hash>.json");
    expect(snapshot).toContain("name: resize-<hash>.zip");
    expect(snapshot).toContain("a-docker.pkg.dev/b/c:<hash> d@sha256:<digest>");
    expect(snapshot).not.toContain("backend");
    expect(snapshot).not.toContain("//.metadata");
    expect(snapshot.match(/^\S.*$/gm)).toEqual([
      "provider.google:",
      "provider.time:",
      "google_project_service.storage:",
      "google_storage_bucket.files:",
      "google_storage_bucket_object.files-image-json:",
      "google_storage_bucket_object.files-resize-0123456789abcdef-zip:",
      "google_storage_bucket_object.files-spec-json:",
      "time_sleep.apis:",
    ]);
  });

  test("writes out JSON that stands in a text, sorted, and takes a text that only begins like it as it is", () => {
    const template = templateOf((stack) => {
      const bucket = new Bucket(stack, "files");
      new BucketObject(stack, "one", { bucket, name: "one.json", content: '{"b":[1],"a":{}}' });
      new BucketObject(stack, "two", { bucket, name: "two.json", content: "[not JSON" });
    });
    expect(template.toSnapshot()).toContain("  content:\n    JSON:\n      a: {}\n      b:\n        - 1\n");
    expect(template.toSnapshot()).toContain('  content: "[not JSON"\n');
  });

  test("is what the serializer gives Vitest and Jest", () => {
    const template = templateOf((stack) => new Topic(stack, "clicks"));
    expect(snapshotSerializer.test(template)).toBe(true);
    expect(snapshotSerializer.test({})).toBe(false);
    expect(snapshotSerializer.serialize(template)).toBe(template.toSnapshot());
  });
});

describe("what a stack has", () => {
  const template = templateOf((stack) => {
    const topic = new Topic(stack, "clicks", { labels: { team: "growth" } });
    new PullSubscription(stack, "reader", { topic, filter: 'attributes.a = "b"' });
    new PullSubscription(stack, "other", { topic, ackDeadline: "10s" });
    new BucketObject(stack, "object", { bucket: new Bucket(stack, "files"), name: "a", content: '{"n":[1,2]}' });
  });
  const subscription = "google_pubsub_subscription";

  test("is counted by type, and a wrong count is told with the names", () => {
    template.resourceCount(subscription, 2);
    expect(messageOf(() => template.resourceCount(subscription, 1))).toBe(
      "2 google_pubsub_subscription, not 1: other, reader",
    );
    expect(messageOf(() => template.resourceCount("google_pubsub_schema", 1))).toBe(
      "0 google_pubsub_schema, not 1: none",
    );
  });

  test("is listed by type, and by what is expected", () => {
    expect(Object.keys(template.allResources(subscription))).toEqual(["other", "reader"]);
    expect(Object.keys(template.allResources(subscription, { ack_deadline_seconds: 10 }))).toEqual(["other"]);
  });

  test.each<[string, unknown]>([
    ["google_pubsub_topic", { labels: { team: "growth" } }],
    ["google_pubsub_topic", { labels: Match.exactly({ team: "growth" }) }],
    [subscription, { filter: Match.text(/^attributes/), push_config: Match.absent() }],
    [subscription, { filter: Match.any(), depends_on: ["time_sleep.apis"] }],
    [subscription, { filter: Match.not("x"), depends_on: Match.includes("time_sleep.apis") }],
    ["google_storage_bucket_object", { content: Match.json({ n: [1, 2] }) }],
  ])("is %s like %o", (type, expected) => {
    expect(() => template.hasResource(type, expected)).not.toThrow();
  });

  test.each<[string, unknown, string]>([
    ["google_pubsub_schema", {}, "no google_pubsub_schema: the stack has none"],
    [
      "google_pubsub_topic",
      { name: "orders", labels: { team: "growth" } },
      'no google_pubsub_topic is like { name: "orders", labels: { team: "growth" } }. The nearest, clicks:\n  name is "clicks", not "orders"',
    ],
    ["google_pubsub_topic", { labels: { stage: "dev" } }, 'labels.stage is missing, not "dev"'],
    ["google_pubsub_topic", { labels: "x" }, 'labels is { team: "growth" }, not "x"'],
    ["google_pubsub_topic", { name: { a: 1 } }, 'name is "clicks", not { a: 1 }'],
    ["google_pubsub_topic", { schema_settings: { a: 1 } }, "schema_settings is missing"],
    ["google_pubsub_topic", { labels: Match.exactly({}) }, 'labels.team is "growth", and nobody expects it'],
    ["google_pubsub_topic", Match.exactly({ name: "clicks" }), "The nearest, clicks:\n  depends_on is"],
    ["google_pubsub_topic", { name: Match.absent() }, 'name is "clicks", not absent'],
    ["google_pubsub_topic", { filter: Match.any() }, "filter is missing"],
    ["google_pubsub_topic", { name: Match.text(/^x/) }, 'name is "clicks", not a text like /^x/'],
    ["google_pubsub_topic", { name: Match.not("clicks") }, 'name is "clicks", and must not be'],
    ["google_pubsub_topic", { depends_on: ["a", "b"] }, 'depends_on has 1 items, not 2: ["time_sleep.apis"]'],
    ["google_pubsub_topic", { depends_on: ["a"] }, 'depends_on[0] is "time_sleep.apis", not "a"'],
    ["google_pubsub_topic", { name: ["a"] }, 'name is "clicks", not the list ["a"]'],
    ["google_pubsub_topic", { depends_on: Match.includes("a") }, 'depends_on has no item like "a"'],
    ["google_pubsub_topic", { name: Match.includes("a") }, 'name is "clicks", not a list'],
    ["google_pubsub_topic", { name: Match.json({}) }, 'name is "clicks", which is not JSON'],
    ["google_pubsub_topic", { labels: Match.json({}) }, 'labels is { team: "growth" }, not a text of JSON'],
    ["google_storage_bucket_object", { content: Match.json({ n: [1] }) }, "content.n has 2 items, not 1"],
    [
      "google_pubsub_topic",
      { x: [Match.any(), Match.absent(), Match.exactly({}), Match.includes(1), Match.json(null)] },
      "[anything, absent, exactly {}, a list with 1, JSON of null]",
    ],
  ])("is no %s like %o", (type, expected, says) => {
    expect(messageOf(() => template.hasResource(type, expected))).toContain(says);
  });
});

test("an expectation may hold what constructs hand out", () => {
  const stack = aStack();
  const topic = new Topic(stack, "clicks");
  new PullSubscription(stack, "reader", { topic });
  const template = Template.fromStack(stack);
  template.hasResource("google_pubsub_subscription", {
    topic: topic.path,
    depends_on: Match.includes("time_sleep.apis"),
  });
  expect(messageOf(() => template.hasResource("google_pubsub_subscription", { topic: topic.name }))).toContain(
    'topic is "${google_pubsub_topic.clicks.id}", not "${google_pubsub_topic.clicks.name}"',
  );
});

/** A stack whose dead letters nobody reads. */
const unread = () => {
  const stack = aStack();
  const topic = new Topic(stack, "clicks");
  new PullSubscription(stack, "reader", { topic, deadLetters: { topic: new Topic(stack, "lost") } });
  return stack;
};

describe("a refusal", () => {
  test("is expected by the id of its rule or by its message, of props and of whole journeys", () => {
    expectRefused(() => new Topic(aStack(), "x"), "name-form");
    expectRefused(() => new Topic(aStack(), "x"), /takes 3 to 255/);
    expectRefused(unread, "dead-letters-unread");
    expectRefused(unread(), /takes dead letters and has no subscription/);
  });

  test("that does not come, or is another one, is an error", () => {
    expect(messageOf(() => expectRefused(aStack(), "name-form"))).toBe(
      "nothing is refused; the rule name-form was expected",
    );
    expect(messageOf(() => expectRefused(() => new Topic(aStack(), "x"), "retention-range"))).toContain(
      "the rule retention-range was expected to be broken; this was (name-form): test/x: 1 option is not valid",
    );
    expect(messageOf(() => expectRefused(unread, /two readers/))).toContain(
      "/two readers/ was expected to be broken; this was:",
    );
  });

  test("of what shall be valid is told", () => {
    expect(() => expectValid(aStack())).not.toThrow();
    expect(messageOf(() => expectValid(unread()))).toContain("[dead-letters-unread]");
  });
});

test("aspects are applied, as they are in a real synthesis", () => {
  const stack = aStack();
  const topic = new Topic(stack, "clicks");
  Aspects.of(stack).add({
    visit: (node) => {
      if (node === topic.resource) (node as unknown as TerraformElement).addOverride("labels", { seen: "yes" });
    },
  });
  expect(Template.fromStack(stack).resource("google_pubsub_topic.clicks")).toMatchObject({ labels: { seen: "yes" } });
});

test("a stack without notes for the local cloud has none", () => {
  expect(Template.fromStack(aStack()).journey).toEqual({});
});
