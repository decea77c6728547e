import { expect, test } from "vitest";
import { Topic, type TopicProps } from "../../../constructs/pubsub/topic";
import { TopicSchema } from "../../../constructs/pubsub/topic-schema";
import { nullable, float, schema, string } from "../support-pipeline";
import { aStack, messageOf, templateOf } from "../support";

test("a topic of which nothing is said", () => {
  const template = templateOf((stack) => new Topic(stack, "clicks"));
  expect(template.resource("google_pubsub_topic.clicks")).toEqual({ name: "clicks", depends_on: ["time_sleep.apis"] });
});

test("a topic of which all is said", () => {
  const click = schema("click_event", { user: string(), value: nullable(float()) });
  const template = templateOf(
    (stack) => {
      new Topic(stack, "topic", {
        name: "clicks",
        schema: new TopicSchema(stack, "schema", { event: click, name: "click" }),
        retention: "7d",
        labels: { team: "growth" },
      });
    },
    { removal: "keep", prefix: "alice" },
  );
  expect(template.resource("google_pubsub_topic.clicks")).toEqual({
    name: "alice-clicks",
    labels: { team: "growth" },
    message_retention_duration: "604800s",
    schema_settings: { schema: "${google_pubsub_schema.click.id}", encoding: "JSON" },
    lifecycle: { prevent_destroy: true },
    depends_on: ["time_sleep.apis"],
  });
  expect(template.resource("google_pubsub_schema.click")).toEqual({
    name: "alice-click",
    type: "PROTOCOL_BUFFER",
    definition: 'syntax = "proto3";\n\nmessage click_event {\n  string user = 1;\n  optional double value = 2;\n}\n',
    depends_on: ["time_sleep.apis"],
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
  ["google-topic", {}, 'name is "google-topic": Pub/Sub takes'],
  ["1clicks", {}, 'name is "1clicks": Pub/Sub takes'],
  ["clicks", { retention: "5m" }, 'retention is "5m": Pub/Sub takes 10m to 31d'],
  ["clicks", { retention: "32d" }, 'retention is "32d": Pub/Sub takes 10m to 31d'],
])("a topic %s that is not valid", (name, props, says) => {
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
