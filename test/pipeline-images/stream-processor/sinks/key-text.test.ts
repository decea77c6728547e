import * as fc from "fast-check";
import { expect, test } from "vitest";
import { boolean, bytes, date, float, integer, nullable, repeated, string, timestamp } from "../../../../pipeline";
import { fieldSpecs } from "../../../../pipeline/schema/field-spec";
import { keyText } from "../../../../pipeline-images/stream-processor/sinks/key-text";

const fields = fieldSpecs({
  user: string(),
  site: nullable(string()),
  n: integer(),
  at: timestamp(),
  day: date(),
  on: boolean(),
  raw: bytes(),
  tags: repeated(string()),
  weight: float(),
});
const row = {
  user: "ada",
  site: null,
  n: -7,
  at: "2026-03-02T08:00:00.000000Z",
  day: "2026-03-02",
  on: true,
  raw: "+/8=",
  tags: [],
  weight: 1,
};

test("a key is the values of its fields with # between them, as they stand in a row", () => {
  expect(keyText("out", ["user"], fields)(row)).toBe("ada");
  expect(keyText("out", ["user", "at", "n", "on", "day"], fields)(row)).toBe(
    "ada#2026-03-02T08:00:00.000000Z#-7#true#2026-03-02",
  );
});

test("what would be taken for something else is written as in an URL; a null is like no text", () => {
  const key = keyText("out", ["user", "site"], fields);
  expect(key({ ...row, user: "a#b%", site: "%00" })).toBe("a%23b%25#%2500");
  expect(key(row)).toBe("ada#%00");
  expect(key({ ...row, site: "" })).toBe("ada#");
  expect(keyText("out", ["raw"], fields, "/")(row)).toBe("+%2F8=");
});

test("two rows have one key if they have the same values, and only then", () => {
  const value = fc.option(fc.oneof(fc.string(), fc.stringMatching(/^[#%025/.a]*$/)));
  fc.assert(
    fc.property(value, value, value, value, fc.constantFrom("", "/"), (a, b, c, d, own) => {
      const two = fieldSpecs({ x: nullable(string()), y: nullable(string()) });
      const key = keyText("out", ["x", "y"], two, own);
      expect(key({ x: a, y: b }) === key({ x: c, y: d })).toBe(a === c && b === d);
    }),
    { numRuns: 2_000 },
  );
});

test("a reader splits a key at # and decodes its parts", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (x, y) => {
      const key = keyText("out", ["x", "y"], fieldSpecs({ x: string(), y: string() }), "/")({ x, y });
      expect(key.split("#").map(decodeURIComponent)).toEqual([x, y]);
    }),
  );
});

test("what is no key is said", () => {
  expect(() => keyText("out", ["name"], fields)).toThrow("output out has no field name, which its key names");
  expect(() => keyText("out", ["tags"], fields)).toThrow(
    "the key of output out names tags, a REPEATED STRING: that is no key",
  );
  expect(() => keyText("out", ["weight"], fields)).toThrow("weight, a REQUIRED FLOAT");
});
