import { expect, test } from "vitest";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { TopicSchema, type TopicSchemaProps } from "../../../constructs/pubsub/topic-schema";
import { schema, string } from "../support-pipeline";
import { aStack, messageOf, templateOf } from "../support";
import { examples } from "./examples";
import { AVRO } from "./topic-examples";

test("a schema of which nothing is said is an event's, as protobuf", () => {
  const template = templateOf(examples.TopicSchema.minimal);
  const { definition, ...rest } = template.resource("google_pubsub_schema.order-event");
  expect(rest).toEqual({ name: "order-event", type: "PROTOCOL_BUFFER", depends_on: ["time_sleep.apis"] });
  expect(definition).toContain("message order_event {");
});

test("a schema of which all is said", () => {
  const template = templateOf(examples.TopicSchema.maximal, { removal: "keep", prefix: "alice" });
  expect(template.resource("google_pubsub_schema.clicks")).toEqual({
    name: "alice-clicks",
    type: "AVRO",
    definition: AVRO,
    timeouts: { create: "10m" },
    // Without it, nothing could be published to the topics that have it.
    lifecycle: { prevent_destroy: true },
    depends_on: ["time_sleep.apis"],
  });
});

test("a schema's name is the event's, and its text nothing that Terraform evaluates", () => {
  const event = schema("price_event", { price: string({ description: "in ${currency}" }) });
  const template = templateOf((stack) => new TopicSchema(stack, "schema", { event }));
  expect(template.resource("google_pubsub_schema.price-event")["definition"]).toContain("in $${currency}");
});

test("text has the construct's id as its name, and stays as it is", () => {
  const protobuf = 'syntax = "proto3"; message Click { string user = 1; enum Kind { NONE = 0; } message Part {} }';
  const template = templateOf((stack) => new TopicSchema(stack, "click", { event: { protobuf } }));
  expect(template.resource("google_pubsub_schema.click")).toMatchObject({
    name: "click",
    type: "PROTOCOL_BUFFER",
    definition: protobuf,
  });
});

test.each<[Partial<TopicSchemaProps>, string]>([
  [{ name: "x" }, 'name is "x": Pub/Sub takes 3 to 255'],
  [{ event: { protobuf: "" } }, "event, as protobuf, has no message: write message <Name> { ... }"],
  [
    { event: { protobuf: "message A {} message B {}" } },
    "event, as protobuf, has 2 messages at its top, A, B: nest all but one in the other",
  ],
  [
    { event: { protobuf: 'import "b.proto"; message A {}' } },
    'event, as protobuf, imports "b.proto": a schema stands alone',
  ],
  [{ event: { protobuf: "message A {" } }, "event, as protobuf, has a brace that is not closed"],
  [{ event: { protobuf: "message A {} }" } }, "event, as protobuf, closes a brace that is not open"],
  [{ event: { avro: "{" } }, "event, as Avro, is not JSON: "],
  [{ event: { avro: '"string"' } }, 'event, as Avro, is of type none at its top: Pub/Sub takes a "record"'],
  [{ event: { avro: '{"type":"enum"}' } }, 'event, as Avro, is of type "enum" at its top'],
  [{ event: { avro: '{"type":"record","name":""}' } }, "event, as Avro, is a record without a name"],
  [{ event: { avro: '{"type":"record","name":"A","fields":{}}' } }, "event, as Avro, is a record without fields"],
  [
    { event: { avro: '{"type":"record","name":"A","fields":[{"name":"a","type":"int"},{"name":"b"}]}' } },
    'event, as Avro, has a field without name or type: {"name":"b"}',
  ],
  [
    { event: { protobuf: `message A {} // ${"x".repeat(300 * 1024)}` } },
    "event is 307216 bytes of text: Pub/Sub takes at most 307200",
  ],
])("schema %# is not valid", (props, says) => {
  expect(messageOf(() => new TopicSchema(aStack(), "click", { event: { avro: AVRO }, ...props }))).toContain(says);
});

test("a schema of 300 KB is what Pub/Sub takes", () => {
  const protobuf = "message A {} //".padEnd(300 * 1024, "x");
  expect(() => new TopicSchema(aStack(), "click", { event: { protobuf } })).not.toThrow();
});

test.each([
  "// message Other {}\nmessage A {}",
  "/* message Other {} { */ message A {}",
  'option text = "message Other {"; message A {}',
  "option text = 'message Other }'; message A { message B { message C {} } }",
])("what stands in comments and texts is no message: %s", (protobuf) => {
  expect(() => new TopicSchema(aStack(), "click", { event: { protobuf } })).not.toThrow();
});

test("a schema that is there already is named in full and can be read", () => {
  const template = templateOf((stack) => {
    const reader = new ServiceAccount(stack, "reader");
    const theirs = TopicSchema.fromName(stack, "theirs", { name: "click", project: "shop" });
    expect(theirs.path).toBe("projects/shop/schemas/click");
    theirs.grantView(reader);
    new TopicSchema(stack, "own", { event: { avro: AVRO } }).grantView(reader);
    expect(() => TopicSchema.fromName(stack, "bad", { name: "x" })).toThrow('name is "x"');
  });
  expect(template.allResources("google_pubsub_schema_iam_member")).toMatchObject({
    "shop-click-pubsub-viewer-reader": { schema: "click", project: "shop", role: "roles/pubsub.viewer" },
    "own-pubsub-viewer-reader": { schema: "${google_pubsub_schema.own.name}", project: "acme-dev" },
  });
});
