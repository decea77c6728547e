import { Fn, Testing, TerraformStack, TerraformVariable, Token } from "cdktf";
import { Construct } from "constructs";
import { expect, test } from "vitest";
import type { Duration } from "../../../pipeline/duration";
import { limits } from "../../../constructs/core/limits";
import { check, InvalidProps, withoutRule, type Rules } from "../../../constructs/core/rules";
import { Topic } from "../../../constructs/pubsub/topic";
import { aStack, messageOf, templateOf } from "../support";
import { Template } from "../../../constructs/testing/template";

interface Props {
  readonly attempts?: number;
  readonly deadline?: Duration;
  readonly name?: string;
  readonly nested?: { readonly name: string };
}

const { within, lasts, matches } = limits("Pub/Sub");
const rules: Rules<Props> = [
  within("attempts", 5, 100, "https://example.com/attempts"),
  lasts("deadline", "10s", "10m", "https://example.com/deadline"),
  matches("name", /^[a-z]+$/, "takes letters", "https://example.com/name"),
  {
    id: "nested",
    reads: ["nested"],
    page: "https://example.com/nested",
    broken: ({ nested }) => (nested?.name === "no" ? "nested.name is no" : undefined),
  },
];

const at = (id = "thing") => new Construct(new TerraformStack(Testing.app(), "stack"), id);

test("all that is wrong is said at once: where, what, the limit and the page", () => {
  const props: Props = { attempts: 3, deadline: "5s", name: "A1", nested: { name: "no" } };
  expect(messageOf(() => check(at(), props, rules))).toBe(
    `stack/thing: 4 options are not valid
  attempts is 3: Pub/Sub takes 5 to 100 (https://example.com/attempts)
  deadline is "5s": Pub/Sub takes 10s to 10m (https://example.com/deadline)
  name is "A1": Pub/Sub takes letters (https://example.com/name)
  nested.name is no (https://example.com/nested)`,
  );
});

test("one wrong option is an option, and the error names its rule for programs", () => {
  const error = (() => {
    try {
      return check(at(), { attempts: 101 }, rules);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(InvalidProps);
  expect(error).toMatchObject({ path: "stack/thing", rules: ["attempts-range"] });
  expect(String(error)).toContain("stack/thing: 1 option is not valid");
});

test("what is within the limits, at them, or not given is well", () => {
  for (const props of [{}, { attempts: 5 }, { attempts: 100 }, { deadline: "10s" }, { deadline: "600s" }] as Props[]) {
    expect(() => check(at(), props, rules)).not.toThrow();
  }
});

test.each([
  [5.5, "attempts is 5.5: Pub/Sub takes 5 to 100"],
  [Number.NaN, "attempts is NaN: Pub/Sub takes 5 to 100"],
])("a number that is not whole is refused: %s", (attempts, says) => {
  expect(messageOf(() => check(at(), { attempts }, rules))).toContain(says);
});

test.each<[string, string]>([
  ["5 minutes", 'deadline is "5 minutes": write a number and a unit, as in "30s", "10m", "7d"'],
  ["-5s", 'deadline is "-5s": write a number and a unit'],
  ["1e1s", 'deadline is "1e1s": write a number and a unit'],
  ["12.5s", 'deadline is "12.5s": Pub/Sub takes whole seconds'],
  ["601s", 'deadline is "601s": Pub/Sub takes 10s to 10m'],
])("a duration is text that can be read: %s", (text, says) => {
  // As a caller without types could write it.
  const deadline = text as Duration;
  expect(messageOf(() => check(at(), { deadline }, rules))).toContain(says);
});

test("a value that is known only at apply passes the rules that read it, and only those", () => {
  const unknownName = new TerraformVariable(new TerraformStack(Testing.app(), "stack"), "name", {}).stringValue;
  const props: Props = { attempts: Token.asNumber(Fn.max([1, 2])), name: unknownName, nested: { name: unknownName } };
  expect(() => check(at(), props, rules)).not.toThrow();
  expect(messageOf(() => check(at(), { ...props, deadline: "1s" }, rules))).toContain("1 option is not valid");
});

test("a duration cannot be known only at apply", () => {
  const variable = new TerraformVariable(new TerraformStack(Testing.app(), "stack"), "length", {});
  const deadline = variable.stringValue as Duration;
  expect(messageOf(() => check(at(), { deadline }, rules))).toContain(
    'deadline is known only when the stack is applied: write it as text, "10s" to "10m"',
  );
});

test("a rule can be broken on purpose, from there downwards, and the reason stands in the stack", () => {
  const template = templateOf((stack) => {
    withoutRule(stack, "retention-range", "the limit was raised for us");
    new Topic(new Construct(stack, "part"), "topic", { name: "clicks", retention: "60d" });
  });
  expect(template.journey["waived"]).toEqual([
    { rule: "retention-range", at: "test", why: "the limit was raised for us" },
  ]);
  expect(() => new Topic(aStack(), "topic", { name: "clicks", retention: "60d" })).toThrow(InvalidProps);
});

test("a rule waived for the whole app is waived in each of its stacks", () => {
  const stack = aStack();
  withoutRule(stack.node.root, "topic-unread", "read elsewhere");
  new Topic(stack, "clicks");
  expect(Template.fromStack(stack).journey["waived"]).toEqual([
    { rule: "topic-unread", at: "", why: "read elsewhere" },
  ]);
});
