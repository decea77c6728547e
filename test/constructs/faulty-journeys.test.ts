/** Journeys at random in which one thing is wrong, thousands of them: they are refused by the rule that it breaks. */
import { Construct } from "constructs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Template } from "../../constructs/testing/template";
import { allExamples } from "./all-examples";
import { journey } from "./data-journey/random";
import { journeyFaults } from "./journey-faults";
import { aStack } from "./support";

/** Every fault of every construct, and of whole journeys. */
const faults = Object.values(allExamples).flatMap((examples) =>
  Object.values(examples).flatMap((of) =>
    Object.entries(of.faults).flatMap(([rule, builds]) => builds.map((build) => ({ rule, build }))),
  ),
);

function errorOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

test("is refused by the rule that it breaks, where it is made", () => {
  fc.assert(
    fc.property(journey, fc.constantFrom(...faults), (build, { rule, build: fault }) => {
      const stack = aStack();
      build(new Construct(stack, "scope"), "any");
      expect(errorOf(() => fault(stack))).toMatchObject({ name: "InvalidProps", rules: [rule] });
    }),
    { numRuns: 2_000 },
  );
}, 900_000);

test("is refused by the rule that it breaks, where only the whole shows it", () => {
  fc.assert(
    fc.property(journey, fc.constantFrom(...Object.entries(journeyFaults)), (build, [rule, fault]) => {
      const stack = aStack({ projectNumber: "123456789012" });
      build(new Construct(stack, "scope"), "any");
      fault(stack);
      expect(() => Template.fromStack(stack)).toThrow(`[${rule}]`);
    }),
    { numRuns: 500 },
  );
}, 900_000);
