import { describe, expect, test } from "vitest";
import type { PipelineSpec } from "../../pipeline";
import { InvalidSpec, readSpec } from "../../pipeline/read-spec";
import { specText } from "../../pipeline/spec-text";
import { pipelines } from "./pipelines";
import { userActivity } from "./pipelines/clicks";
import { orderStatistics, withProducts } from "./pipelines/orders";

test.each(pipelines.map((each) => [each.name, each] as const))("%s is read back as it was written", (_name, each) => {
  expect(readSpec(specText(each))).toEqual(each.toJSON());
  expect(readSpec(JSON.parse(JSON.stringify(each)))).toEqual(each.toJSON());
});

type Writable = { [name: string]: unknown } & { steps: { [name: string]: unknown }[] };

/** What is wrong with a spec after a change. */
function wrongAfter(of: { toJSON(): PipelineSpec }, change: (spec: Writable) => void): readonly string[] {
  const spec = JSON.parse(JSON.stringify(of)) as Writable;
  change(spec);
  try {
    readSpec(spec);
  } catch (error) {
    if (!(error instanceof InvalidSpec)) throw error;
    return error.message.split("\n").map((line) => line.trim());
  }
  return [];
}

test("a spec of another version is refused before all else", () => {
  expect(
    wrongAfter(userActivity, (spec) => void Object.assign(spec, { version: 2, steps: "of another form" })),
  ).toEqual(["the spec has version 2, and this program reads version 1: let both be of one release"]);
});

test.each([
  ["not JSON", "{", /^the spec is not JSON: /],
  ["null", "null", /^this is no pipeline's spec: 1 thing is not valid\n {2}spec is null, not an object$/],
  ["a list", "[]", /spec is \[\], not an object$/],
  ["something else", "{}", /spec has no "version"\n {2}spec has no "name"\n {2}spec has no "inputs"/],
])("%s", (_title, text, message) => {
  expect(() => readSpec(text)).toThrow(InvalidSpec);
  expect(() => readSpec(text)).toThrow(message);
});

test("all that is wrong with the form is said at once, each with its path", () => {
  expect(
    wrongAfter(userActivity, (spec) => {
      spec.steps[0] = { ...spec.steps[0], maxDelay: "60" };
      spec.steps[1] = { ...spec.steps[1], kind: "fliter" };
      spec.steps[2] = { ...spec.steps[2], windowing: { type: "fixed" }, more: 1 };
      spec["name"] = "User Activity";
    }),
  ).toEqual([
    "this is no pipeline's spec: 5 things are not valid",
    'spec.name is "User Activity", not a pipeline\'s name: lower-case letters, digits and single "-"',
    'spec.steps[0].maxDelay is "60", not a duration in seconds, as in "60s"',
    'spec.steps[1].kind is "fliter", not one of "eventTime", "processingTime", "filter", "assert", "map", "flatMap", "withFields", "select", "rename", "flatten", "window", "aggregate", "join", "enrich", "distinct", "stateful"',
    'spec.steps[2].windowing has no "size"',
    'spec.steps[2] has "more", which is not known',
  ]);
});

const wrong = (of: { toJSON(): PipelineSpec }, change: (spec: Writable) => void): readonly string[] =>
  wrongAfter(of, change).slice(1);

describe("references", () => {
  test("lead to what stands before", () => {
    expect(wrong(userActivity, (spec) => void (spec.steps = spec.steps.toReversed()))).toEqual([
      'spec.steps[0].inputs: nothing before it is called "activity.window"',
      'spec.steps[1].inputs: nothing before it is called "activity.filter"',
      'spec.steps[2].inputs: nothing before it is called "activity.eventTime"',
    ]);
    expect(wrong(userActivity, (spec) => void (spec["outputs"] = { activity: "activity.nothing#errors" }))).toEqual([
      'spec.outputs.activity: nothing is called "activity.nothing#errors"',
    ]);
  });

  test("are unique", () => {
    expect(
      wrong(userActivity, (spec) => {
        spec.steps[1] = { ...spec.steps[1], id: "activity.eventTime" };
        spec.steps[2] = { ...spec.steps[2], inputs: ["activity.eventTime"] };
      }),
    ).toEqual(['spec.steps[1].id is "activity.eventTime", as another\'s']);
  });

  test("name fields that are there", () => {
    expect(wrong(userActivity, (spec) => void (spec.steps[0] = { ...spec.steps[0], field: "at" }))).toEqual([
      'spec.steps[0] takes a field "at", which its rows have not',
    ]);
    expect(
      wrong(orderStatistics, (spec) => {
        const statistics = spec.steps.findIndex((step) => step["id"] === "statistics.aggregate");
        spec.steps[statistics] = { ...spec.steps[statistics], keys: ["nope"] };
      }),
    ).toEqual(['spec.steps[8] takes a field "nope", which its rows have not']);
    expect(
      wrong(withProducts, (spec) => {
        (spec["inputs"] as { products: { key: string[] } }).products.key = ["nope"];
      }),
    ).toEqual(['spec.inputs.products has no field "nope"']);
  });

  test("name side inputs that are some", () => {
    expect(
      wrong(withProducts, (spec) => {
        const enrich = spec.steps.findIndex((step) => step["kind"] === "enrich");
        spec.steps[enrich] = { ...spec.steps[enrich], side: "orders" };
      }),
    ).toEqual(['spec.steps[1].side is "orders", which is no side input']);
  });
});
