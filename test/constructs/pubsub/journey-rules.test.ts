import { expect, test } from "vitest";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { consumers } from "../../../constructs/pubsub/journey-rules";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, warningsOf } from "../support";

test("a topic that nobody reads is a warning: another app may have a subscription", () => {
  const stack = aStack();
  new Topic(stack, "clicks");
  Template.fromStack(stack);
  expect(warningsOf(stack)).toEqual([
    "test/clicks: projects/acme-dev/topics/clicks has no subscription: what is published to it is lost [topic-unread] (https://cloud.google.com/pubsub/docs/pubsub-basics)",
  ]);
});

test("a topic that is read is none", () => {
  const stack = aStack();
  new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks") });
  Template.fromStack(stack);
  expect(warningsOf(stack)).toEqual([]);
});

test("dead letters that nobody keeps are an error", () => {
  const stack = aStack();
  const deadLetters = { topic: new Topic(stack, "lost") };
  new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks"), deadLetters });
  expect(messageOf(() => Template.fromStack(stack))).toContain(
    "test/reader: projects/acme-dev/topics/lost takes dead letters and has no subscription: they are lost. Use DeadLetters, which keeps them [dead-letters-unread]",
  );
});

test("dead letters in a topic of somebody else's are theirs to keep", () => {
  const stack = aStack();
  const deadLetters = { topic: Topic.fromName(stack, "theirs", { name: "lost" }) };
  new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks"), deadLetters });
  expect(() => Template.fromStack(stack)).not.toThrow();
});

test("two that read one subscription get a part each", () => {
  const stack = aStack();
  const { fullName } = new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks") });
  for (const name of ["one", "other"]) {
    consumers.tell(new Topic(stack, name), { subscription: fullName, pipeline: true });
  }
  expect(messageOf(() => Template.fromStack(stack))).toContain(
    "test/one: projects/acme-dev/subscriptions/reader is read by test/one and test/other: each gets a part of the messages. Give each its own [subscription-shared]",
  );
});

test("a pipeline's subscription never gives up on messages: some crashes would set good ones aside", () => {
  const stack = aStack();
  const topic = new Topic(stack, "clicks");
  const deadLetters = new DeadLetters(stack, "dead-letters");
  const reader = new PullSubscription(stack, "reader", { topic, deadLetters });
  consumers.tell(reader, { subscription: reader.fullName, pipeline: true });
  expect(messageOf(() => Template.fromStack(stack))).toContain(
    "test/reader: projects/acme-dev/subscriptions/reader gives up on messages (deadLetters), and a lost lease counts as an attempt",
  );
});
