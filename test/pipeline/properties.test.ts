import Ajv from "ajv/dist/2020";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { conform } from "../../pipeline/conform";
import { readSpec } from "../../pipeline/read-spec";
import { rowsOfSpec } from "../../pipeline/rows-of-spec";
import { shapeOf } from "../../pipeline/shape-of";
import specSchema from "../../pipeline/spec.schema.json";
import { specText } from "../../pipeline/spec-text";
import { anyPipeline } from "./random-pipeline";

const validate = new Ajv({ strict: true, allErrors: true, strictTypes: false }).compile(specSchema);

test("whatever the builder lets through is a spec: by the JSON Schema, and as it is read back", () => {
  fc.assert(
    fc.property(anyPipeline, (build) => {
      const made = build();
      const text = specText(made);
      expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
      expect(JSON.stringify(readSpec(text))).toBe(JSON.stringify(made));
    }),
    { numRuns: 100 },
  );
});

test("made again, it is the same to the letter, and of the same shape", () => {
  fc.assert(
    fc.property(anyPipeline, (build) => {
      const [once, again] = [build(), build()];
      expect(specText(again)).toBe(specText(once));
      expect(shapeOf(again.toJSON())).toBe(shapeOf(once.toJSON()));
      expect(again.shape).toBe(once.shape);
    }),
    { numRuns: 50 },
  );
});

test("ids are unique, every reference leads to what stands before it, and outputs are what their fields say", () => {
  fc.assert(
    fc.property(anyPipeline, (build) => {
      const made = build();
      const spec = made.toJSON();
      const known = new Set(Object.keys(spec.inputs));
      for (const step of spec.steps) {
        for (const input of step.inputs) expect(known).toContain(input.replace("#errors", ""));
        expect(known).not.toContain(step.id);
        known.add(step.id);
      }
      const rows = rowsOfSpec(spec);
      for (const [name, reference] of Object.entries(spec.outputs)) {
        expect(rows.get(reference)?.map((field) => field.name)).toEqual(Object.keys(made.outputs[name]?.fields ?? {}));
      }
    }),
    { numRuns: 50 },
  );
});

test("nothing in a spec's text is Terraform's, and it says the same", () => {
  fc.assert(
    fc.property(anyPipeline, (build) => {
      const text = specText(build());
      expect(text).not.toMatch(/[$%]\{/);
    }),
    { numRuns: 50 },
  );
});

test("a pipeline is windowed if a step of it keeps something of a stream", () => {
  const keeping = new Set(["window", "aggregate", "distinct", "join", "stateful"]);
  fc.assert(
    fc.property(anyPipeline, (build) => {
      const made = build();
      const { inputs, steps } = made.toJSON();
      const ends = Object.values(inputs).every(({ kind }) => kind !== "unbounded");
      const keeps = steps.some(({ kind }) => keeping.has(kind));
      expect(made.shape).toBe(ends ? "bounded" : keeps ? "windowed" : "row-wise");
    }),
    { numRuns: 50 },
  );
});

/** A spec with something else at one place. */
function mutated(spec: unknown, seed: number, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(spec)) as unknown;
  const places: (() => void)[] = [];
  const walk = (at: unknown): void => {
    if (typeof at !== "object" || at === null) return;
    const holder = at as { [name: string]: unknown };
    for (const name of Object.keys(holder)) {
      places.push(
        () => void (holder[name] = value),
        () => {
          if (Array.isArray(at)) at.splice(Number(name), 1);
          else delete holder[name];
        },
      );
      walk(holder[name]);
    }
    if (!Array.isArray(at)) places.push(() => void (holder["more"] = value));
  };
  walk(copy);
  places[seed % places.length]?.();
  return copy;
}

test("what does not conform is what a validator of JSON Schemas refuses, wherever a spec is spoilt", () => {
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom("60s", "0.5s", "filter", "global", "clicks", "a b", "out_0.filter", 0, 1, 2, "STRING", "REQUIRED"),
  );
  fc.assert(
    fc.property(anyPipeline, fc.nat(), values, (build, seed, value) => {
      const spoilt = mutated(build(), seed, value);
      expect(conform(specSchema, spoilt, "spec").length === 0).toBe(validate(spoilt));
    }),
    { numRuns: 200 },
  );
});
