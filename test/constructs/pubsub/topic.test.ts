import { expect, test } from "vitest";
import { Topic, type TopicProps } from "../../../constructs/pubsub/topic";
import { TopicSchema } from "../../../constructs/pubsub/topic-schema";
import { schema, string } from "../support-pipeline";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";

test("a topic of which nothing is said", () => {
  const template = templateOf(examples.Topic.minimal);
  expect(template.resource("google_pubsub_topic.clicks")).toEqual({ name: "clicks", depends_on: ["time_sleep.apis"] });
});

test("a topic of which all is said", () => {
  const template = templateOf(examples.Topic.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_pubsub_topic.clicks")).toEqual({
    name: "alice-clicks",
    labels: { team: "growth" },
    message_retention_duration: "2678400s",
    message_storage_policy: { allowed_persistence_regions: ["europe-west1", "europe-west4"], enforce_in_transit: true },
    schema_settings: { schema: "${google_pubsub_schema.order-event.id}", encoding: "JSON" },
    kms_key_name: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/own",
    timeouts: { create: "10m" },
    lifecycle: { prevent_destroy: true },
    depends_on: ["time_sleep.apis", "time_sleep.encryption-own-by-pubsub"],
  });
});

test("a schema's name is the event's, and its text nothing that Terraform evaluates", () => {
  const event = schema("price_event", { price: string({ description: "in ${currency}" }) });
  const template = templateOf((stack) => new TopicSchema(stack, "schema", { event }));
  expect(template.resource("google_pubsub_schema.price-event")["definition"]).toContain("in $${currency}");
});

test("a schema's name has the limits of a topic's", () => {
  const event = schema("click_event", { user: string() });
  expect(messageOf(() => new TopicSchema(aStack(), "schema", { event, name: "x" }))).toContain('name is "x": Pub/Sub');
});

test.each<[string, TopicProps, string]>([
  ["ab", {}, 'name is "ab": Pub/Sub takes 3 to 255 letters, digits and -_.~+%, a letter first and not "goog"'],
  ["clicks", { retention: "5m" }, 'retention is "5m": Pub/Sub takes 10m to 31d'],
  ["clicks", { regions: { allowed: [] } }, "regions.allowed is empty: messages would have nowhere to be"],
])("a topic %s that is not valid says why", (name, props, says) => {
  expect(messageOf(() => new Topic(aStack(), "topic", { name, ...props }))).toContain(says);
});

test("a topic that is there already is named in full and made by nobody", () => {
  const stack = aStack();
  expect(Topic.fromName(stack, "ours", { name: "orders" })).toMatchObject({
    path: "projects/acme-dev/topics/orders",
    key: "orders",
  });
  expect(Topic.fromName(stack, "theirs", { name: "orders", project: "shop" })).toMatchObject({
    path: "projects/shop/topics/orders",
    project: "shop",
  });
  expect(() => Topic.fromName(stack, "bad", { name: "x" })).toThrow('name is "x"');
});
