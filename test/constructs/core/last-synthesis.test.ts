import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { App, TerraformStack, Testing } from "cdktf";
import { Construct } from "constructs";
import { expect, test } from "vitest";
import { lastSynthesized } from "../../../constructs/core/last-synthesis";
import { configureGcp } from "../../../constructs/core/site";
import { GcpStack } from "../../../constructs/core/stack";
import { Topic } from "../../../constructs/pubsub/topic";
import { settings } from "../support";

/** A stack, in an app that holds this text as what its last synthesis wrote. */
function stackAfter(text: string | undefined): GcpStack {
  const app = Testing.app({ stackTraces: false });
  const file = join(App.of(app).outdir, "stacks", "test", "cdk.tf.json");
  if (text !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return new GcpStack(app, "test", settings);
}

test("a resource is found as the last synthesis wrote it, by the name that its address is made of", () => {
  const stack = stackAfter(JSON.stringify({ resource: { google_pubsub_topic: { "a-b": { name: "a.b" } } } }));
  const scope = new Construct(stack, "below");
  expect(lastSynthesized(scope, "google_pubsub_topic", "a.b")).toEqual({ name: "a.b" });
  expect(lastSynthesized(scope, "google_pubsub_topic", "other")).toBeUndefined();
  expect(lastSynthesized(scope, "google_storage_bucket", "a.b")).toBeUndefined();
});

test.each([
  ["nothing", undefined],
  ["half a file", '{"resource": {'],
  ["no resources", "{}"],
  ["something else", '"text"'],
  ["null", '{"resource": {"google_pubsub_topic": {"a": null}}}'],
])("where %s is there, nothing is known", (_, text) => {
  expect(lastSynthesized(stackAfter(text), "google_pubsub_topic", "a")).toBeUndefined();
});

test("what cdktf itself wrote is what is found", () => {
  const app = Testing.app({ stackTraces: false });
  const stack = new GcpStack(app, "test", settings);
  new Topic(stack, "clicks");
  app.synth();
  const again = new GcpStack(new App({ outdir: App.of(app).outdir }), "test", settings);
  expect(lastSynthesized(again, "google_pubsub_topic", "clicks")).toMatchObject({ name: "clicks" });
});

test("a stack that is in no app was never synthesized", () => {
  const stack = new TerraformStack(new Construct(Testing.app(), "within"), "test");
  configureGcp(stack, settings);
  expect(lastSynthesized(stack, "google_pubsub_topic", "clicks")).toBeUndefined();
});
