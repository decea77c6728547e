import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bodiesFor, clickBodies, fileBodies, spoiling } from "../../../cli/simulate/bodies";
import { clicks } from "../../../cli/simulate/clicks";
import { compileDecoder } from "../../../pipeline/schema/decoder";
import { fieldSpecs } from "../../../pipeline/schema/field-spec";
import { RowError } from "../../../pipeline/schema/row";
import type { FieldSpec } from "../../../pipeline/spec";
import { ClickEvent } from "../../../stacks/gaming-events/pipeline";
import { someFields } from "../../pipeline/schema/support/arbitrary";

const now = () => Date.UTC(2024, 4, 6, 12);

const fields = fieldSpecs(ClickEvent.fields);

function take<T>(count: number, from: Iterable<T>): T[] {
  const taken: T[] = [];
  for (const one of from) {
    if (taken.length === count) break;
    taken.push(one);
  }
  return taken;
}

const isWhole = (body: string): boolean => {
  try {
    const click = JSON.parse(body) as { user_pseudo_id?: unknown; event_timestamp?: unknown };
    return typeof click.user_pseudo_id === "string" && typeof click.event_timestamp === "number";
  } catch {
    return false;
  }
};

describe("simulated clicks", () => {
  test("are the same for the same seed, others for another", () => {
    const [first, second, other] = [7, 7, 8].map((seed) => take(50, clickBodies({ seed, now })));
    expect(first).toEqual(second);
    expect(first).not.toEqual(other);
  });

  test("look as Google Analytics exports them: a known visitor, a time just past, a value where something was bought", () => {
    const some = take(2000, clicks({ seed: 1, now, visitors: 20 }));
    expect(new Set(some.map((one) => one.user_pseudo_id)).size).toBe(20);
    expect(new Set(some.map((one) => one.event_id)).size).toBe(2000);
    for (const one of some) {
      expect(now() - one.event_timestamp / 1000).toBeLessThanOrEqual(2000);
      expect(one.event_timestamp / 1000).toBeLessThan(now() + 1);
      expect(one.value !== null).toBe(one.event_name === "purchase");
    }
  });
});

describe("events for a journey's pipelines", () => {
  test("are clicks where the pipelines take them", () => {
    expect(take(10, bodiesFor({ fields, seed: 5, now }))).toEqual(take(10, clickBodies({ seed: 5, now })));
  });

  test("are made up from the fields where they take something else, and each is one that they take", () => {
    fc.assert(
      fc.property(someFields, fc.nat(), (any: readonly FieldSpec[], seed) => {
        const decode = compileDecoder(any);
        for (const body of take(5, bodiesFor({ fields: any, seed, now }))) {
          expect(decode(Buffer.from(body))).not.toBeInstanceOf(RowError);
        }
      }),
    );
  });
});

describe("malformed clicks", () => {
  test("are exactly as many as were asked for, among as many clicks as were asked for", () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.nat(), fc.nat(), (count, part, seed) => {
        const malformed = part % (count + 1);
        const bodies = take(count, spoiling(clickBodies({ seed, now }), { seed, malformed, count, fields }));
        expect(bodies.filter((body) => !isWhole(body))).toHaveLength(malformed);
      }),
      { numRuns: 50 },
    );
  });

  test("are refused by whoever reads any of the fields that must be there", () => {
    const reads = ["event_timestamp", "user_pseudo_id"];
    const decode = compileDecoder(fields, { reads });
    const bodies = take(100, spoiling(clickBodies({ seed: 4, now }), { seed: 4, malformed: 100, count: 100, fields }));
    for (const body of bodies) expect(decode(Buffer.from(body))).toBeInstanceOf(RowError);
  });

  test("are broken in every way that breaks in practice, and never empty", () => {
    const bodies = take(100, spoiling(clickBodies({ seed: 3, now }), { seed: 3, malformed: 100, count: 100, fields }));
    const kinds = new Set(bodies.map((body) => (body.startsWith("{") ? "object" : body[0])));
    expect(kinds).toEqual(new Set(["object", "<", "["]));
    expect(bodies.every((body) => body.length > 0)).toBe(true);
  });
});

describe("a file of events", () => {
  const folder = mkdtempSync(join(tmpdir(), "bodies-"));
  const file = join(folder, "events.jsonl");

  test("is sent line by line as it stands, from the first again after the last", () => {
    writeFileSync(file, '{"n": 1}\r\n\n{"n":2.0}\n');
    expect(take(5, fileBodies(file))).toEqual(['{"n": 1}', '{"n":2.0}', '{"n": 1}', '{"n":2.0}', '{"n": 1}']);
  });

  test("that is empty or not there is said in a sentence", () => {
    writeFileSync(file, "\n \n");
    expect(() => take(1, fileBodies(file))).toThrow("holds no events: one JSON object a line is needed");
    rmSync(folder, { recursive: true });
    expect(() => take(1, fileBodies(file))).toThrow(/--file .* cannot be read: ENOENT/);
  });
});
