import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compileFunction } from "../../../pipeline/udf/compile";
import { portable } from "../../../pipeline/udf/portable";
import { functionOf, obstaclesOf, rowRole } from "./function-of";

const constantIs = "a constant is JSON or a self-contained function";
const handIn = "hand in text, numbers, booleans, null, lists and plain objects of them, or functions";
const whole = functionOf("(row, { constants }) => constants");

test.each<[string, unknown, string]>([
  ["Infinity", Infinity, "constants.max is Infinity"],
  ["NaN within", [1, { a: Number.NaN }], "constants.max[1].a is NaN"],
  ["undefined", undefined, "constants.max is undefined"],
  ["a hole", [1, , 2], "constants.max[1] is undefined"], // oxlint-disable-line no-sparse-arrays -- the hole is the test
  ["a bigint", 1n, "constants.max is a bigint"],
  ["a symbol", Symbol("x"), "constants.max is a symbol"],
  ["a date", new Date(0), "constants.max is a Date"],
  ["a map", new Map(), "constants.max is a Map"],
  ["a key that is no name", { "a-b": Infinity }, 'constants.max["a-b"] is Infinity'],
])("%s is no constant", (_title, max, problem) => {
  expect(obstaclesOf(whole, { max })).toEqual([`filter: ${problem}: ${constantIs}: ${handIn}`]);
});

test("a constant that holds itself is none", () => {
  const max: { self?: unknown } = {};
  max.self = max;
  expect(obstaclesOf(whole, { max })).toEqual([
    `filter: constants.max.self is a part of itself: ${constantIs}: ${handIn}`,
  ]);
});

test("the same list twice is fine: it is no part of itself", () => {
  const list = [1];
  expect(obstaclesOf(whole, { a: list, b: list })).toEqual([]);
});

test("a constant that is a function must be self-contained itself", () => {
  expect(obstaclesOf(whole, { rates: { of: functionOf("(x) => x * RATE + Math.random()") } })).toEqual([
    'filter: constants.rates.of uses "RATE", which is defined outside of it: hand it in: give the function "RATE" as a parameter',
    "filter: constants.rates.of uses Math.random(): derive it from the row",
  ]);
});

test("whatever JSON is handed in, with functions among it, is found again as it was", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (constants, name) => {
      const json = JSON.parse(JSON.stringify(constants)) as { readonly [name: string]: unknown };
      const carried = portable(whole, rowRole, { json, list: [0, { [name]: functionOf("(x) => x + 1") }] });
      if ("obstacles" in carried) throw new Error("it does not travel");
      const spec = JSON.parse(JSON.stringify(carried.spec)) as typeof carried.spec;
      const { call, context } = compileFunction(spec);
      const found = call({}, context) as { json: unknown; list: [number, { [name: string]: (x: number) => number }] };
      expect(found.json).toEqual(json);
      expect(found.list[0]).toBe(0);
      expect(Object.entries(found.list[1]).map(([key, f]) => [key, f(2)])).toEqual([[name, 3]]);
    }),
  );
});
