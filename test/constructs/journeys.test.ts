/** Journeys at random, thousands of them: they keep what must hold of a stack. */
import { Construct } from "constructs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { GcpStackProps } from "../../constructs/core/stack";
import { Template } from "../../constructs/testing/template";
import { journey } from "./data-journey/random";
import { brokenInvariants } from "./invariants";
import { aStack } from "./support";

const aStage: fc.Arbitrary<Partial<GcpStackProps>> = fc.record({
  removal: fc.constantFrom("keep" as const, "destroy" as const),
  projectNumber: fc.constant("123456789012"),
  encryptionKey: fc.constantFrom(undefined, "projects/k/locations/europe-west1/keyRings/r/cryptoKeys/c"),
  prefix: fc.constantFrom(undefined, "alice"),
  labels: fc.constantFrom(undefined, { team: "growth" }),
});

test("whatever a journey is told, what must hold of its stack does", () => {
  fc.assert(
    fc.property(aStage, journey, (stage, build) => {
      // The number of the project makes addresses of agents plain text; what is looked for are references.
      const stack = aStack({
        ...stage,
        projectNumber: stage.encryptionKey === undefined ? undefined : stage.projectNumber,
      });
      build(new Construct(stack, "scope"), "any");
      expect(brokenInvariants(Template.fromStack(stack))).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
}, 900_000);
