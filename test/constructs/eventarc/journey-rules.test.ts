import { expect, test } from "vitest";
import { CloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { withoutRule } from "../../../constructs/core/rules";
import type { GcpStack } from "../../../constructs/core/stack";
import type { ObjectEvents } from "../../../constructs/eventarc/event-source";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, templateOf, warningsOf } from "../support";
import { service, trigger } from "./examples";

/** A service that is called for objects of a bucket, and what it may do there. */
function loop(
  stack: GcpStack,
  grant: (bucket: Bucket, handler: CloudRunService) => void,
  event?: ObjectEvents["event"],
): void {
  const bucket = new Bucket(stack, "files");
  const to = service(stack);
  grant(bucket, to);
  trigger(stack, { bucket, event }, { to });
}

const creates = (bucket: Bucket, { identity }: CloudRunService): void => void bucket.grantWrite(identity);
const changes = (bucket: Bucket, { identity }: CloudRunService): void => void bucket.grantReadWrite(identity);
const reads = (bucket: Bucket, { identity }: CloudRunService): void => void bucket.grantRead(identity);

test("what is called for each object does not write where it would be called again", () => {
  expect(messageOf(() => templateOf((stack) => loop(stack, creates)))).toContain(
    "test/jobs: calls for each object of acme-dev-files (finalized) what may itself write there: it would be called for its own, without end. Let it write into another bucket, or take BucketNotification, which tells prefixes apart [trigger-loop] (https://cloud.google.com/eventarc/docs/run/route-trigger-cloud-storage)",
  );
  expect(() => templateOf((stack) => loop(stack, changes))).toThrow("trigger-loop");
  expect(() => templateOf((stack) => loop(stack, reads))).not.toThrow();
});

test("who only makes objects neither deletes nor describes any", () => {
  expect(() => templateOf((stack) => loop(stack, creates, "deleted"))).not.toThrow();
  expect(() => templateOf((stack) => loop(stack, creates, "metadata"))).not.toThrow();
  expect(() => templateOf((stack) => loop(stack, changes, "deleted"))).toThrow("(deleted) what may itself write there");
});

test("what writes into another bucket is not called for it", () => {
  const template = templateOf((stack) => {
    loop(stack, (_, { identity }) => void new Bucket(stack, "copies").grantWrite(identity));
  });
  template.resourceCount("google_eventarc_trigger", 1);
});

test("a path below the service is the service", () => {
  const stack = aStack();
  const bucket = new Bucket(stack, "files");
  const receiver = service(stack);
  bucket.grantWrite(receiver.identity);
  trigger(stack, { bucket }, { to: { receiver, path: "/files" } });
  expect(() => Template.fromStack(stack)).toThrow("trigger-loop");
});

test("whom a service of somebody else's runs as is not known", () => {
  const template = templateOf((stack) => {
    const bucket = new Bucket(stack, "files");
    const to = CloudRunService.fromName(stack, "theirs", { name: "api", url: "https://api-x.run.app" });
    trigger(stack, { bucket }, { to });
  });
  template.resourceCount("google_eventarc_trigger", 1);
});

test("a handler that knows its own objects may be let write where it is called for them", () => {
  const template = templateOf((stack) => {
    withoutRule(stack, "trigger-loop", "it passes over processed/");
    loop(stack, creates);
  });
  template.resourceCount("google_eventarc_trigger", 1);
});

test("messages that are refused for a day are lost to a trigger, which is a warning", () => {
  const stack = aStack();
  trigger(stack, { topic: new Topic(stack, "clicks") });
  Template.fromStack(stack);
  // And the topic is read.
  expect(warningsOf(stack)).toEqual([
    "test/jobs: takes messages of projects/acme-dev/topics/clicks by a subscription of Eventarc's, which gives up on a message after a day and sets nothing aside: PushSubscription keeps what could not be delivered [trigger-dead-letters] (https://cloud.google.com/eventarc/docs/retry-events)",
  ]);
});
