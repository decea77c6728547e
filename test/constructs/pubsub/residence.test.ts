import { expect, test } from "vitest";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import type { GcpStack } from "../../../constructs/core/stack";
import { BigQuerySubscription } from "../../../constructs/pubsub/bigquery-subscription";
import { CloudStorageSubscription } from "../../../constructs/pubsub/cloud-storage-subscription";
import { DeadLetters } from "../../../constructs/pubsub/dead-letters";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic, type TopicProps } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { Template } from "../../../constructs/testing/template";
import { nullable, string } from "../support-pipeline";
import { aStack } from "../support";

/** The error of a stack, or nothing. */
function refusalOf(build: (stack: GcpStack) => void): string {
  const stack = aStack();
  build(stack);
  try {
    Template.fromStack(stack);
    return "";
  } catch (error) {
    return String(error);
  }
}

const west = { allowed: ["europe-west1", "europe-west4"] };
const enforced = { ...west, enforced: true };

const setAside =
  (from: TopicProps["regions"], to: TopicProps["regions"]) =>
  (stack: GcpStack): void => {
    const topic = new Topic(stack, "clicks", { regions: from });
    new PullSubscription(stack, "reader", { topic, deadLetters: new DeadLetters(stack, "dead", { regions: to }) });
  };

test("dead letters are messages, and stay where those may be", () => {
  expect(refusalOf(setAside(west, undefined))).toContain(
    "test/reader: messages of projects/acme-dev/topics/clicks may be in europe-west1 and europe-west4 only, and its dead letters in projects/acme-dev/topics/dead may be anywhere: give that topic the same regions [dead-letters-regions]",
  );
  expect(refusalOf(setAside(west, { allowed: ["europe-west1", "us-east1"] }))).toContain(
    "its dead letters in projects/acme-dev/topics/dead may be in europe-west1 and us-east1: give that topic",
  );
  expect(refusalOf(setAside(west, west))).toBe("");
  expect(refusalOf(setAside(west, { allowed: ["europe-west4"] }))).toBe("");
  expect(refusalOf(setAside(undefined, west))).toBe("");
});

test("where dead letters of somebody else's topic are is not known", () => {
  const refusal = refusalOf((stack) => {
    const deadLetters = { topic: Topic.fromName(stack, "theirs", { name: "dead" }) };
    new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks", { regions: west }), deadLetters });
  });
  expect(refusal).toBe("");
});

const into =
  (location: string, regions: TopicProps["regions"]) =>
  (stack: GcpStack): void => {
    const topic = new Topic(stack, "clicks", { regions });
    new CloudStorageSubscription(stack, "files", { topic, bucket: new Bucket(stack, "raw", { location }) });
  };

test("messages that may not leave some regions are not delivered elsewhere", () => {
  expect(refusalOf(into("us-east1", enforced))).toContain(
    "test/files: messages of projects/acme-dev/topics/clicks may not leave europe-west1 and europe-west4, and acme-dev-raw is in us-east1: Pub/Sub would not write there [delivery-region]",
  );
  expect(refusalOf(into("us-east1", west))).toBe("");
  expect(refusalOf(into("us-east1", undefined))).toBe("");
  expect(refusalOf(into("EUROPE-WEST4", enforced))).toBe("");
  // Some of EU's regions are allowed, and nobody can say in which of them the bucket is.
  expect(refusalOf(into("EU", enforced))).toBe("");
  expect(refusalOf(into("US", enforced))).toContain("is in US: Pub/Sub would not write there [delivery-region]");
});

test("a dataset is a place, too", () => {
  const refusal = refusalOf((stack) => {
    const dataset = new Dataset(stack, "events", { location: "us-east1" });
    const table = new Table(stack, "raw", { dataset, columns: { data: nullable(string()) } });
    new BigQuerySubscription(stack, "rows", { topic: new Topic(stack, "clicks", { regions: enforced }), table });
  });
  expect(refusal).toContain("acme-dev.events is in us-east1: Pub/Sub would not write there [delivery-region]");
});

const from =
  (location: string, regions: TopicProps["regions"]) =>
  (stack: GcpStack): void => {
    new Topic(stack, "clicks", { regions, ingestion: { bucket: new Bucket(stack, "incoming", { location }) } });
  };

test("what is taken in comes from where messages may be", () => {
  expect(refusalOf(from("us-east1", west))).toContain(
    "test/clicks: projects/acme-dev/topics/clicks takes in the objects of acme-dev-incoming, which is in us-east1, and its messages may be in europe-west1 and europe-west4 only: allow the bucket's region too [ingestion-region]",
  );
  expect(refusalOf(from("europe-west1", west))).toBe("");
  expect(refusalOf(from("us-east1", undefined))).toBe("");
  expect(refusalOf((stack) => void new Topic(stack, "clicks", { regions: west }))).toBe("");
});
