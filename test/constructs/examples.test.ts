/** What holds of every construct, whatever it makes. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Construct } from "constructs";
import { InvalidProps, rulesOf } from "../../constructs/core/rules";
import type { GcpStackProps } from "../../constructs/core/stack";
import { Template } from "../../constructs/testing/template";
import { undeclared } from "../stacks/declared";
import { allExamples } from "./all-examples";
import { aStack } from "./support";

const all = Object.entries(allExamples).flatMap(([service, examples]) =>
  Object.entries(examples).map(([name, of]) => [`${service}/${name}`, of] as const),
);

/** With everything, also with a key, which some agents are addressed for by the project's number. */
const numbered = { projectNumber: "123456789012" };

const stages: { readonly [stage: string]: Partial<GcpStackProps> } = {
  plain: {},
  "that keeps its data": { removal: "keep" },
  "with a prefix and no pauses": { prefix: "alice", propagation: "none", apis: "assume" },
  encrypted: {
    ...numbered,
    encryptionKey: "projects/acme-keys/locations/europe-west1/keyRings/ring/cryptoKeys/stage",
  },
};

/** Arguments that the provider does not declare. */
const invented = (template: Template): string[] =>
  template.addresses
    // The pause is a class of ours: its two arguments are tested with it.
    .filter((address) => !address.startsWith("time_sleep."))
    .flatMap((address) => {
      const type = address.slice(0, address.lastIndexOf("."));
      return undeclared(type, template.resource(address)).map((argument) => `${address}: ${argument}`);
    });

describe.each(all)("%s", (_, { minimal, maximal, random, faults }) => {
  test.each(Object.entries(stages))("is valid in a stage %s, with nothing and with everything", (__, settings) => {
    for (const [build, more] of [
      [minimal, {}],
      [maximal, numbered],
    ] as const) {
      const stack = aStack({ ...settings, ...more });
      build(stack);
      expect(invented(Template.fromStack(stack))).toEqual([]);
    }
  });

  test("is valid with any options", () => {
    fc.assert(
      fc.property(fc.array(random, { minLength: 1, maxLength: 3 }), (builds) => {
        const stack = aStack();
        for (const [index, build] of builds.entries()) {
          build(new Construct(stack, `scope-${index}`), `example-${index}`);
        }
        expect(invented(Template.fromStack(stack))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test("names the page that says so of each of its rules", () => {
    for (const { id, page } of [minimal, maximal].flatMap((build) => rulesOf(build(aStack(numbered))))) {
      expect(page, id).toMatch(/^https:\/\/.+\/.+/);
    }
  });

  test("has faults for each of its rules, each refused by this rule alone", () => {
    const rules = [minimal(aStack()), maximal(aStack(numbered))].flatMap((made) => rulesOf(made).map(({ id }) => id));
    expect(Object.keys(faults).toSorted()).toEqual([...new Set(rules)].toSorted());
    for (const [rule, builds] of Object.entries(faults)) {
      expect(builds, `faults for ${rule}`).not.toEqual([]);
      for (const build of builds) expect(refusedBy(build), `${rule}: ${String(build)}`).toEqual([rule]);
    }
  });
});

function refusedBy(build: (stack: ReturnType<typeof aStack>) => unknown): readonly string[] {
  try {
    build(aStack());
  } catch (error) {
    if (error instanceof InvalidProps) return error.rules;
    throw error;
  }
  return [];
}
