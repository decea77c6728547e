import { Testing } from "cdktf";
import { describe, expect, test } from "vitest";
import { CloudRunService, type AnyCloudRunService } from "../../../constructs/cloud-run/cloud-run-service";
import { ContainerImage } from "../../../constructs/core/image";
import { withoutRule } from "../../../constructs/core/rules";
import { GcpStack } from "../../../constructs/core/stack";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Table } from "../../../constructs/bigquery/table";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { Bucket } from "../../../constructs/storage/bucket";
import { expectRefused, expectValid } from "../../../constructs/testing/expect";
import { aStack, IMAGE, messageOf, settings } from "../support";
import { nullable, string } from "../support-pipeline";

const service = (stack: GcpStack, env: { readonly [name: string]: string }, access?: "public"): CloudRunService =>
  new CloudRunService(stack, `service-${Object.keys(env).join("-").toLowerCase()}`, {
    image: ContainerImage.fromRegistry(IMAGE),
    env,
    access,
  });

const theirs = (stack: GcpStack): AnyCloudRunService =>
  CloudRunService.fromName(stack, "theirs", { name: "api", url: "https://api-x.run.app" });

describe("a workload that is told a name", () => {
  test("may use what is called so, or is refused with the verb that it takes", () => {
    const stack = aStack();
    const topic = new Topic(stack, "clicks");
    const { identity } = service(stack, { TOPIC: topic.path });
    expect(messageOf(() => expectValid(stack))).toContain(
      "test/service-topic: env TOPIC names projects/acme-dev/topics/clicks, on which this workload's account has no right: give it one (grantPublish) [use-without-right]",
    );
    topic.grantPublish(identity);
    expectValid(stack);
  });

  test.each<[string, (stack: GcpStack) => string]>([
    ["a topic, by its full name", (stack) => new Topic(stack, "clicks").fullName],
    ["a subscription", (stack) => new PullSubscription(stack, "pull", { topic: new Topic(stack, "clicks") }).path],
    ["a bucket, before an object", (stack) => `gs://${new Bucket(stack, "files").name}/a/b.json`],
    ["a table, in JSON", (stack) => JSON.stringify({ table: aTable(stack).path })],
    ["a dataset", (stack) => new Dataset(stack, "games").fullName],
    ["a private service", (stack) => service(stack, { OTHER: "x" }).url],
    ["a service that is there already, at a path", (stack) => `${theirs(stack).url}/events`],
    ["a topic of another project", (stack) => Topic.fromName(stack, "t", { name: "orders", project: "shop" }).path],
  ])("needs a right on %s", (_, named) => {
    const stack = aStack();
    service(stack, { NAME: named(stack) });
    expectRefused(stack, "use-without-right");
  });

  test.each<[string, (stack: GcpStack) => string]>([
    ["a service that is public", (stack) => service(stack, { OTHER: "x" }, "public").url],
    ["a text that is no name", () => "projects are nice/topics too, clicks"],
    ["a longer name that begins alike", (stack) => `${new Topic(stack, "clicks").fullName}-2`],
  ])("needs none for %s", (_, named) => {
    const stack = aStack();
    service(stack, { NAME: named(stack) });
    expectValid(stack);
  });

  test("may use a table where it may use its dataset", () => {
    const stack = aStack();
    const table = aTable(stack);
    table.dataset.grantRead(service(stack, { TABLE: table.path }).identity);
    expectValid(stack);
  });

  test("may do so in another stack, where the name is plain text", () => {
    const app = Testing.app({ stackTraces: false });
    const topic = new Topic(new GcpStack(app, "owner", settings), "clicks");
    const user = new GcpStack(app, "user", settings);
    const { identity } = service(user, { TOPIC: topic.path });
    expectRefused(user, "use-without-right");
    topic.grantPublish(identity);
    expectValid(user);
  });

  test("may go without where somebody says why", () => {
    const stack = aStack();
    withoutRule(stack, "use-without-right", "it only logs the name");
    service(stack, { TOPIC: new Topic(stack, "clicks").path });
    expectValid(stack);
  });
});

describe("a right that a construct gives for a use", () => {
  const why = { why: "publishes" };

  test("is refused where nothing makes that use", () => {
    const stack = aStack();
    const { identity } = service(stack, { NAME: "x" });
    new Topic(stack, "clicks").grantPublish(identity, why);
    expect(messageOf(() => expectValid(stack))).toContain(
      "test/service-name/identity: has a right on projects/acme-dev/topics/clicks that nothing it runs makes use of [right-without-use]",
    );
  });

  test("is somebody's decision where the stack's own code asks for it, too", () => {
    const stack = aStack();
    const topic = new Topic(stack, "clicks");
    const { identity } = service(stack, { NAME: "x" });
    topic.grantPublish(identity, why);
    topic.grantPublish(identity);
    expectValid(stack);
  });

  test("may be on what contains that which is used", () => {
    const stack = aStack();
    const table = aTable(stack);
    table.dataset.grantRead(service(stack, { TABLE: table.path }).identity, { why: "reads" });
    expectValid(stack);
  });
});

const aTable = (stack: GcpStack): Table =>
  new Table(stack, "raw", { dataset: new Dataset(stack, "games"), columns: { data: nullable(string()) } });
