import { Testing } from "cdktf";
import { expect, test } from "vitest";
import { GcpStack } from "../../../constructs/core/stack";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { attachments, consumers } from "../../../constructs/pubsub/journey-rules";
import { PullSubscription, type PullSubscriptionProps } from "../../../constructs/pubsub/pull-subscription";
import { PushSubscription } from "../../../constructs/pubsub/push-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, settings, warningsOf } from "../support";
import { service } from "./subscription-examples";

/** The warnings of a stack that is synthesized. */
function warningsWith(build: (stack: GcpStack) => void): string[] {
  const stack = aStack();
  build(stack);
  Template.fromStack(stack);
  return warningsOf(stack);
}

/** What is refused where one of ours reads a subscription. */
function refusalOf(
  props: Partial<PullSubscriptionProps>,
  consumer: { readonly pipeline?: boolean; readonly by?: "dataflow" } = {},
): string {
  const stack = aStack();
  const reader = new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks"), ...props });
  consumers.tell(reader, { subscription: reader.fullName, pipeline: true, ...consumer });
  try {
    Template.fromStack(stack);
    return "";
  } catch (error) {
    return String(error);
  }
}

const READER = "projects/acme-dev/subscriptions/reader";

test("a topic that nobody reads is a warning: another app may have a subscription", () => {
  expect(warningsWith((stack) => void new Topic(stack, "clicks"))).toEqual([
    "test/clicks: projects/acme-dev/topics/clicks has no subscription: what is published to it is lost [topic-unread] (https://cloud.google.com/pubsub/docs/pubsub-basics)",
  ]);
});

test("a topic that is read is none, and be it by a trigger", () => {
  const warnings = warningsWith((stack) => {
    new PushSubscription(stack, "to-service", { topic: new Topic(stack, "clicks"), to: service(stack) });
    attachments.tell(stack, { topic: new Topic(stack, "orders").fullName });
  });
  expect(warnings).toEqual([]);
});

test("dead letters that nobody keeps are an error", () => {
  const stack = aStack();
  const deadLetters = { topic: new Topic(stack, "lost") };
  new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks"), deadLetters });
  expect(messageOf(() => Template.fromStack(stack))).toContain(
    "test/reader: projects/acme-dev/topics/lost takes dead letters and has no subscription: they are lost. Use DeadLetters, which keeps them [dead-letters-unread] (https://cloud.google.com/pubsub/docs/dead-letter-topics)",
  );
});

test("dead letters in a topic of somebody else's are theirs to keep", () => {
  const stack = aStack();
  const deadLetters = { topic: Topic.fromName(stack, "theirs", { name: "lost" }) };
  new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks"), deadLetters });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test("a subscription that nobody reads is a warning: somebody's rights may be on the whole project", () => {
  const warnings = warningsWith((stack) => {
    const reader = new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks") });
    // To look at it is not to read it.
    reader.grantView(new ServiceAccount(stack, "viewer"));
  });
  expect(warnings).toEqual([
    `test/reader: nobody reads ${READER}: its messages are kept, paid for, and thrown away. Let somebody read it: grantSubscribe [subscription-idle] (https://cloud.google.com/pubsub/docs/subscription-overview)`,
  ]);
});

test("Pub/Sub itself, which sets messages aside, is nobody who reads", () => {
  const idle = warningsWith((stack) => {
    const deadLetters = new DeadLetters(stack, "dead-letters");
    new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks"), deadLetters });
  });
  expect(idle).toEqual([expect.stringContaining("[subscription-idle]")]);
});

test.each<[string, (reader: PullSubscription, stack: GcpStack) => void]>([
  ["a consumer of ours", (reader) => consumers.tell(reader, { subscription: reader.fullName, pipeline: false })],
  ["whoever was given the right", (reader, stack) => void reader.grantSubscribe(new ServiceAccount(stack, "worker"))],
])("%s is somebody who reads", (_, read) => {
  const warnings = warningsWith((stack) => {
    const deadLetters = new DeadLetters(stack, "dead-letters");
    read(new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks"), deadLetters }), stack);
  });
  expect(warnings).toEqual([]);
});

test("two that read one subscription get a part each", () => {
  const stack = aStack();
  const { fullName } = new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks") });
  for (const name of ["one", "other", "third"]) {
    consumers.tell(new Topic(stack, name), { subscription: fullName, pipeline: true });
  }
  const message = messageOf(() => Template.fromStack(stack));
  expect(message).toContain(
    `test/one: ${READER} is read by test/one, test/other and test/third: each gets a part of the messages. Give each its own [subscription-shared]`,
  );
  expect(message.match(/subscription-shared/g)).toHaveLength(1);
});

test("one that says twice that it reads is one", () => {
  const stack = aStack();
  const reader = new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks") });
  for (const pipeline of [true, true]) consumers.tell(reader, { subscription: reader.fullName, pipeline });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test("a pipeline's subscription never gives up on messages: some crashes would set good ones aside", () => {
  const stack = aStack();
  const topic = new Topic(stack, "clicks");
  const deadLetters = new DeadLetters(stack, "dead-letters");
  const reader = new PullSubscription(stack, "reader", { topic, deadLetters });
  consumers.tell(reader, { subscription: reader.fullName, pipeline: true });
  expect(messageOf(() => Template.fromStack(stack))).toContain(
    `test/reader: ${READER} gives up on messages (deadLetters), and a lost lease counts as an attempt`,
  );
});

test("another consumer's subscription may give up on messages", () => {
  const stack = aStack();
  const deadLetters = new DeadLetters(stack, "dead-letters");
  const reader = new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks"), deadLetters });
  consumers.tell(reader, { subscription: reader.fullName, pipeline: false });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test("what one of ours reads is not deleted when it stands still", () => {
  expect(refusalOf({ expiration: "31d" })).toContain(
    `test/reader: ${READER} is deleted, with all that it holds, when its reader stands still for 31d: leave expiration away, which keeps it [subscription-expires]`,
  );
  expect(refusalOf({ expiration: "never" })).toBe("");
});

test("a subscription of somebody else's is theirs to configure", () => {
  const stack = aStack();
  const { fullName } = PullSubscription.fromName(stack, "theirs", { name: "orders" });
  consumers.tell(stack, { subscription: fullName, pipeline: true, by: "dataflow" });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test("Dataflow heeds neither exactly-once nor a backoff", () => {
  expect(refusalOf({ exactlyOnce: true, backoff: { minimum: "1s" } }, { by: "dataflow" })).toContain(
    `${READER} has exactlyOnce and backoff, which Dataflow does not heed: it tells duplicates apart and tries again by itself. Leave them away [dataflow-subscription]`,
  );
  expect(refusalOf({ exactlyOnce: true }, { by: "dataflow" })).toContain(
    "has exactlyOnce, which Dataflow does not heed: it tells duplicates apart and tries again by itself. Leave it away",
  );
  expect(refusalOf({ backoff: { maximum: "60s" } }, { by: "dataflow" })).toContain("has backoff, which");
  expect(refusalOf({ exactlyOnce: false }, { by: "dataflow" })).toBe("");
  expect(refusalOf({ exactlyOnce: true, backoff: {} })).toBe("");
});

test("order does not last where messages are given up on", () => {
  const warnings = warningsWith((stack) => {
    const deadLetters = new DeadLetters(stack, "dead-letters");
    const topic = new Topic(stack, "clicks");
    const to = service(stack);
    new PushSubscription(stack, "both", { topic, deadLetters, ordering: true, to });
    new PushSubscription(stack, "one", { topic, ordering: true, to });
    new PushSubscription(stack, "other", { topic, deadLetters, ordering: false, to });
  });
  expect(warnings).toEqual([
    "test/both: projects/acme-dev/subscriptions/both delivers in order, and gives up on messages: what follows one that was set aside is delivered without it. Without deadLetters it waits for it [ordering-dead-letters] (https://cloud.google.com/pubsub/docs/ordering)",
  ]);
});

/** A topic with a reader that wants order, and a publisher in each of these regions. */
function publishedFrom(regions: readonly string[], ordering = true): string[] {
  const app = Testing.app({ stackTraces: false });
  const home = new GcpStack(app, "home", settings);
  const topic = new Topic(home, "clicks");
  new PushSubscription(home, "ordered", { topic, ordering, to: service(home) });
  for (const [index, region] of regions.entries()) {
    const stack = new GcpStack(app, `publishers-${index}`, { ...settings, region });
    topic.grantPublish(new ServiceAccount(stack, "publisher"));
  }
  // Who only reads disturbs no order, wherever that is.
  const far = new GcpStack(app, "watchers", { ...settings, region: "asia-east1" });
  topic.grantSubscribe(new ServiceAccount(far, "watcher"));
  Template.fromStack(home);
  return warningsOf(home);
}

test("messages of one key that are published in two regions have no order", () => {
  expect(publishedFrom(["us-east1", "europe-west1", "us-east1"])).toEqual([
    "home/ordered: projects/acme-dev/subscriptions/ordered delivers in order, and projects/acme-dev/topics/clicks is published to from europe-west1 and us-east1: messages of one key are in order only where one region has them all. Let publishers use one region's endpoint [ordering-regions] (https://cloud.google.com/pubsub/docs/ordering#considerations_when_using_ordered_messaging)",
  ]);
  expect(publishedFrom(["us-east1", "us-east1"])).toEqual([]);
  expect(publishedFrom(["us-east1", "europe-west1"], false)).toEqual([]);
});
