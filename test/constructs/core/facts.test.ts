import { Testing } from "cdktf";
import { Construct } from "constructs";
import { expect, test } from "vitest";
import { FactKind, type JourneyRule } from "../../../constructs/core/facts";
import { withoutRule } from "../../../constructs/core/rules";
import { GcpStack } from "../../../constructs/core/stack";
import { Template } from "../../../constructs/testing/template";
import { aStack, messageOf, settings, warningsOf } from "../support";

const lonely = (level: JourneyRule["level"]): JourneyRule => ({
  id: "lonely",
  level,
  page: "https://example.com",
  broken: (facts) => {
    const all = facts.all(guests);
    return all.length === 1 ? all.map(({ at, name }) => ({ at, says: `${name} is alone` })) : [];
  },
});
const rules: JourneyRule[] = [];
const guests = new FactKind<{ readonly name: string }>(() => rules);

function guest(scope: Construct, name: string): Construct {
  const construct = new Construct(scope, name);
  guests.tell(construct, { name });
  return construct;
}

test("a broken rule of a whole journey stops the synthesis, with where, what, its name and the page", () => {
  rules.splice(0, 1, lonely("error"));
  const stack = aStack();
  guest(stack, "ann");
  expect(messageOf(() => Template.fromStack(stack))).toContain("test/ann: ann is alone [lonely] (https://example.com)");
});

test("what another app may make right is a warning, and is said once", () => {
  rules.splice(0, 1, lonely("warning"));
  const stack = aStack();
  guest(stack, "ann");
  Template.fromStack(stack);
  Template.fromStack(stack);
  expect(warningsOf(stack)).toEqual(["test/ann: ann is alone [lonely] (https://example.com)"]);
});

test("a rule sees the facts of all stacks of an app, and speaks in the stack that it is about", () => {
  rules.splice(0, 1, lonely("error"));
  const app = Testing.app();
  const one = new GcpStack(app, "one", settings);
  const other = new GcpStack(app, "other", settings);
  guest(one, "ann");
  expect(() => Template.fromStack(other)).not.toThrow();
  expect(() => Template.fromStack(one)).toThrow("ann is alone");
  guest(other, "bob");
  expect(() => Template.fromStack(one)).not.toThrow();
});

test("a rule of whole journeys can be broken on purpose", () => {
  rules.splice(0, 1, lonely("error"));
  const stack = aStack();
  withoutRule(guest(stack, "ann"), "lonely", "she likes it");
  expect(Template.fromStack(stack).journey["waived"]).toEqual([
    { rule: "lonely", at: "test/ann", why: "she likes it" },
  ]);
});
