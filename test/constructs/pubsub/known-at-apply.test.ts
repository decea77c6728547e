/** What is known only when a stack is applied cannot be looked at before. */
import { TerraformVariable, Token } from "cdktf";
import { expect, test } from "vitest";
import type { GcpStack } from "../../../constructs/core/stack";
import { CloudStorageSubscription } from "../../../constructs/pubsub/cloud-storage-subscription";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic, type TopicProps } from "../../../constructs/pubsub/topic";
import { TopicSchema, type TopicSchemaProps } from "../../../constructs/pubsub/topic-schema";
import { Bucket } from "../../../constructs/storage/bucket";
import { aStack } from "../support";
import { eventHubs, kinesis } from "./topic-examples";

const later = (stack: GcpStack): string => new TerraformVariable(stack, "later", {}).stringValue;

test("a filter is Pub/Sub's to read", () => {
  const stack = aStack();
  const topic = new Topic(stack, "clicks");
  expect(() => new PullSubscription(stack, "reader", { topic, filter: later(stack) })).not.toThrow();
});

test("a number of attempts is Pub/Sub's to count", () => {
  const stack = aStack();
  const deadLetters = { topic: new Topic(stack, "dead") };
  const maxDeliveryAttempts = Token.asNumber(later(stack));
  const topic = new Topic(stack, "clicks");
  expect(() => new PullSubscription(stack, "reader", { topic, deadLetters, maxDeliveryAttempts })).not.toThrow();
});

test.each<[string, (text: string, stack: GcpStack) => TopicProps]>([
  ["a transform's text", (code) => ({ transforms: [{ name: "same", code }] })],
  ["a transform's name", (name) => ({ transforms: [{ name, code: (message) => message }] })],
  ["a stream's address", (stream) => ({ ingestion: { kinesis: { ...kinesis, stream } } })],
  ["a directory's id", (tenant) => ({ ingestion: { eventHubs: { ...eventHubs, tenant } } })],
  ["a time", (createdSince, stack) => ({ ingestion: { bucket: new Bucket(stack, "in"), createdSince } })],
  ["a label", (team) => ({ labels: { team } })],
])("%s is not looked at in a topic", (_, props) => {
  const stack = aStack();
  expect(() => new Topic(stack, "clicks", props(later(stack), stack))).not.toThrow();
});

test.each<[string, (text: string) => TopicSchemaProps["event"]]>([
  ["protobuf", (protobuf) => ({ protobuf })],
  ["Avro", (avro) => ({ avro })],
])("a schema's text is not looked at as %s", (_, event) => {
  const stack = aStack();
  expect(() => new TopicSchema(stack, "click", { event: event(later(stack)) })).not.toThrow();
});

test("names of files and their sizes are not looked at", () => {
  const stack = aStack();
  const text = later(stack);
  const number = Token.asNumber(text);
  const props = {
    prefix: `gs:${text}`,
    suffix: `${text}/`,
    datetimeFormat: text,
    file: { bytes: number, messages: number },
  };
  const topic = new Topic(stack, "clicks");
  expect(
    () => new CloudStorageSubscription(stack, "files", { topic, bucket: new Bucket(stack, "raw"), ...props }),
  ).not.toThrow();
});
