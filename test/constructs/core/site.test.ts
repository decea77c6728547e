import { PubsubTopic } from "@cdktf/provider-google/lib/pubsub-topic";
import { expect, test } from "vitest";
import { apiOf } from "../../../constructs/core/apis";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { Topic } from "../../../constructs/pubsub/topic";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, templateOf } from "../support";

test("the APIs are enabled that the stack uses, and stay on when it goes", () => {
  const template = templateOf((stack) => {
    new Topic(stack, "clicks");
    new Dataset(stack, "events");
  });
  expect(template.allResources("google_project_service")).toMatchObject({
    pubsub: { service: "pubsub.googleapis.com", disable_on_destroy: false },
    bigquery: { service: "bigquery.googleapis.com", disable_on_destroy: false },
  });
});

test("an API answers a while after it was enabled: everything waits, again when the list grows", () => {
  const template = templateOf((stack) => {
    new Topic(stack, "clicks");
    new Dataset(stack, "events");
  });
  expect(template.resource("time_sleep.apis")).toEqual({
    create_duration: "60s",
    triggers: { apis: "bigquery pubsub" },
    depends_on: ["google_project_service.bigquery", "google_project_service.pubsub"],
    provider: "time",
  });
  expect(template.resource("google_pubsub_topic.clicks")["depends_on"]).toEqual(["time_sleep.apis"]);
});

test("without a pause, everything waits for its own API", () => {
  const template = templateOf((stack) => new Topic(stack, "clicks"), { propagation: "none" });
  expect(template.resource("google_pubsub_topic.clicks")["depends_on"]).toEqual(["google_project_service.pubsub"]);
  expect(template.allResources("time_sleep")).toEqual({});
});

test("where a platform team enables APIs, the stack leaves them alone", () => {
  const template = templateOf((stack) => new Topic(stack, "clicks"), { apis: "assume" });
  expect(template.addresses).toEqual(["google_pubsub_topic.clicks"]);
  expect(template.resource("google_pubsub_topic.clicks")).not.toHaveProperty("depends_on");
});

test("the longest prefix tells the API of a type", () => {
  expect(apiOf("google_service_account_iam_member")).toBe("iam");
  expect(apiOf("google_project_iam_member")).toBe("cloudresourcemanager");
  expect(apiOf("time_sleep")).toBeUndefined();
});

test("two resources of a type and name are refused: cdktf would merge them without a word", () => {
  const stack = aStack();
  new Topic(stack, "one", { name: "clicks" });
  expect(messageOf(() => new Topic(stack, "other", { name: "clicks" }))).toBe(
    "test/other: google_pubsub_topic.clicks is taken by test/one. Give one of the two another name: a resource's Terraform address is its name",
  );
});

test("two names that are one address are refused too", () => {
  const stack = aStack();
  new Topic(stack, "one", { name: "a.b" });
  expect(() => new Topic(stack, "other", { name: "a-b" })).toThrow("google_pubsub_topic.a-b is taken by test/one");
});

test("a resource made by hand at an address that is taken is found before anything is written", () => {
  const stack = aStack();
  new Topic(stack, "clicks");
  new PubsubTopic(stack, "by hand", { name: "other" }).overrideLogicalId("clicks");
  expect(messageOf(() => Template.fromStack(stack))).toContain(
    "google_pubsub_topic.clicks is made by test/clicks/resource and by test/by hand: one would replace the other",
  );
});

test("an address begins with a letter or an underscore, whatever the name does", () => {
  const stack = aStack();
  new Dataset(stack, "numbers", { name: "2024_events" });
  expect(Template.fromStack(stack).resource("google_bigquery_dataset._2024_events")["dataset_id"]).toBe("2024_events");
});
