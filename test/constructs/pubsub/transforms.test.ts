import { expect, test } from "vitest";
import { withoutRule } from "../../../constructs/core/rules";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import type { MessageTransform } from "../../../constructs/pubsub/transforms";
import { aStack, messageOf, templateOf } from "../support";
import { same } from "./transforms-examples";

const LIMIT = 3;
const long: MessageTransform = (message) => (message.data.length > LIMIT ? message : null);
const KB = 1024;
const redact: MessageTransform = (message) => message;
const full = (name: string): MessageTransform => ({ name, code: `function ${name}() {}`.padEnd(20 * KB) });

const transformsOf = (...transforms: readonly MessageTransform[]): unknown =>
  templateOf((stack) => new Topic(stack, "clicks", { transforms })).resource("google_pubsub_topic.clicks")[
    "message_transforms"
  ];
const sentenceOf = (...transforms: readonly MessageTransform[]): string =>
  messageOf(() => new Topic(aStack(), "clicks", { transforms }));

test("a function goes by its own name, or by its place where it has none", () => {
  expect(
    transformsOf(
      redact,
      (message) => message,
      () => null,
    ),
  ).toEqual([
    { javascript_udf: { function_name: "redact", code: "function redact(message) {\n  return message;\n}" } },
    { javascript_udf: { function_name: "transform2", code: "function transform2(message) {\n  return message;\n}" } },
    { javascript_udf: { function_name: "transform3", code: "function transform3() {\n  return null;\n}" } },
  ]);
});

test("a function's text is nothing that Terraform evaluates", () => {
  expect(transformsOf((message) => ({ ...message, data: `<${message.data}>` }))).toMatchObject([
    { javascript_udf: { code: expect.stringContaining("`<$${message.data}>`") as unknown } },
  ]);
});

test("a subscription has transforms as a topic has", () => {
  const template = templateOf((stack) => {
    new PullSubscription(stack, "reader", { topic: new Topic(stack, "clicks"), transforms: [same("keep")] });
  });
  expect(template.resource("google_pubsub_subscription.reader")["message_transforms"]).toEqual([
    { javascript_udf: { function_name: "keep", code: "function keep(message) {\n  return message;\n}" } },
  ]);
});

test("what a function names outside of itself is not there when Pub/Sub calls it", () => {
  expect(sentenceOf(same("first"), long)).toContain(
    `transforms[1] uses "LIMIT", which is defined outside of it (message => message.data.length > LIMIT ? message : null): Pub/Sub has the function's text and nothing else. Write all that it needs into it (https://cloud.google.com/pubsub/docs/smts/udfs-overview)`,
  );
  expect(sentenceOf((message) => ({ data: message.data + String(process.pid) + String(LIMIT) }))).toMatch(
    /transforms\[0\] uses "process", which engines lack \(.*\); uses "LIMIT", which is defined outside of it \(/,
  );
});

test("a function of the language's own has no text", () => {
  expect(sentenceOf({ name: "most", code: Math.max as never })).toContain(
    "transforms[0] is built in or bound, so there is no source to carry: Pub/Sub has the function's text and nothing else",
  );
});

test("whoever knows better may have a function that is not self-contained", () => {
  const template = templateOf((stack) => {
    withoutRule(stack, "transforms-function", "LIMIT is defined by the other transform");
    new Topic(stack, "clicks", { transforms: [long] });
  });
  expect(template.resource("google_pubsub_topic.clicks")["message_transforms"]).toMatchObject([
    {
      javascript_udf: {
        code: expect.stringMatching(/^function long\(message, metadata\) \{\n {2}return \(\(?message/) as unknown,
      },
    },
  ]);
});

test.each<[readonly MessageTransform[], string]>([
  [
    ["a", "b", "c", "d", "e", "f"].map(same),
    "transforms has 6 functions: Pub/Sub takes at most 5. One function may do the work of several",
  ],
  [[same("two words")], 'transforms[0] is called "two words", which is no name of a JavaScript function'],
  [[same("a"), same("b"), same("a")], 'transforms[2] is called "a", as one before it: give each a name of its own'],
  [
    [{ name: "same", code: "function other(message) { return message; }" }],
    "transforms[0] does not declare a function same: write function same(message, metadata) { ... }",
  ],
  [
    [same("a"), { name: "same", code: "function same(" }],
    "transforms[1] is not JavaScript: Unexpected token: write function same(message, metadata) { ... }",
  ],
  [
    [{ name: "a", code: "function a() {}".padEnd(20 * KB + 1) }],
    "transforms[0] is 20481 bytes of text: Pub/Sub takes at most 20480",
  ],
])("transforms %# are not valid", (transforms, says) => {
  expect(sentenceOf(...transforms)).toContain(says);
});

test("five transforms of 20 KB each are what Pub/Sub takes", () => {
  expect(() => new Topic(aStack(), "clicks", { transforms: ["a", "b", "c", "d", "e"].map(full) })).not.toThrow();
});
