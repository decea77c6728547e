import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  boolean,
  bytes,
  date,
  datetime,
  float,
  integer,
  json,
  nullable,
  numeric,
  record,
  repeated,
  string,
  time,
  timestamp,
  type AnyField,
} from "../../../pipeline/schema/field";
import { fieldSpecs } from "../../../pipeline/schema/field-spec";
import { RowError } from "../../../pipeline/schema/row";
import { compileCheck, compileValueCheck } from "../../../pipeline/schema/value";
import { fieldsAndRow, someFields } from "./support/arbitrary";

/** What becomes of one value of a field: the value in its one form, or the error's sentence. */
function given(field: AnyField, value: unknown): unknown {
  const [spec] = fieldSpecs({ total: field });
  if (spec === undefined) throw new Error("one field gives one spec");
  const found = compileValueCheck(spec)(value);
  return found instanceof RowError ? found.message : found;
}

describe("what a function gave", () => {
  test("is its row where every value is in its one form", () => {
    fc.assert(
      fc.property(fieldsAndRow(), ({ fields, row }) => {
        const checked = compileCheck(fields)(row);
        expect(checked).toEqual(row);
        expect(Object.keys(checked)).toEqual(fields.map(({ name }) => name));
      }),
    );
  });

  test("is one row or one error, whatever it is", () => {
    const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withSparseArray: true });
    fc.assert(
      fc.property(
        someFields.chain((fields) =>
          fc.tuple(
            fc.constant(fields),
            fc.oneof(anything, fc.record(Object.fromEntries(fields.map(({ name }) => [name, anything])))),
          ),
        ),
        ([fields, value]) => {
          const check = compileCheck(fields);
          const checked = check(value);
          if (checked instanceof RowError) expect(checked.message).toContain(" ");
          // What passed once passes again, unchanged.
          else expect(check(checked)).toEqual(checked);
        },
      ),
      { numRuns: 100 },
    );
  });

  test("shares nothing with the row", () => {
    const tags = ["a"];
    const more = { list: [1] };
    const row = compileCheck({ tags: repeated(string()), more: json() })({ tags, more });
    tags.push("b");
    more.list.push(2);
    expect(row).toEqual({ tags: ["a"], more: { list: [1] } });
  });

  test("loses the fields that are not declared, also those of records", () => {
    const check = compileCheck({ a: string(), inner: record({ b: string() }) });
    expect(check({ a: "x", z: 1, inner: { b: "y", z: 2 } })).toEqual({ a: "x", inner: { b: "y" } });
  });

  test("has null for what is absent and may be, and an empty list for a list", () => {
    const check = compileCheck({ a: nullable(string()), b: repeated(string()), constructor: nullable(string()) });
    expect(check({})).toEqual({ a: null, b: [], constructor: null });
    expect(check({ a: undefined, b: null })).toEqual({ a: null, b: [], constructor: null });
  });
});

describe("a value in its one form", () => {
  test.each<[string, AnyField, unknown, unknown]>([
    ["a timestamp", timestamp(), "2024-01-31T13:00:00+01:00", "2024-01-31T12:00:00.000000Z"],
    [
      "a timestamp that events write as a number",
      timestamp({ encoding: "epoch-micros" }),
      "2024-01-31T12:00:00Z",
      "2024-01-31T12:00:00.000000Z",
    ],
    ["a NUMERIC", numeric(), "1.50e1", "15"],
    ["a time", time(), "12:00:00.5", "12:00:00.500000"],
    ["a datetime", datetime(), "2024-01-31 12:00:00", "2024-01-31T12:00:00.000000"],
    ["64 bits", integer({ as: "text" }), "-009223372036854775808", "-9223372036854775808"],
    ["a zero", integer(), -0, 0],
    ["a floating zero", float(), -0, 0],
    ["JSON", json(), { a: undefined, b: [-0, null, "x"] }, { b: [0, null, "x"] }],
    ["JSON's null", json(), null, null],
  ])("%s", (_, field, value, normal) => {
    expect(given(field, value)).toStrictEqual(normal);
  });
});

const mistakes: readonly [message: string, field: AnyField, value: unknown][] = [
  ["total is NaN, not a NUMERIC", numeric(), Number.NaN],
  ["total is NaN, not a FLOAT", float(), Number.NaN],
  ['total is "1", not a FLOAT', float(), "1"],
  ["total is 1.5, not an INTEGER", integer(), 1.5],
  [
    'total is 9007199254740992, beyond the safe integers: declare the field as integer({ as: "text" })',
    integer(),
    2 ** 53,
  ],
  [
    'total is "9223372036854775808", not an INTEGER: it has more than 64 bits',
    integer({ as: "text" }),
    "9223372036854775808",
  ],
  ['total is "x", not an INTEGER', integer({ as: "text" }), "x"],
  ["total is 5, not an INTEGER", integer({ as: "text" }), 5],
  ["total is the number 12.5, and a NUMERIC is text: decimal.of(12.5)", numeric(), 12.5],
  ['total is "0.1234567891", not a NUMERIC: it has more than 9 digits after the point', numeric(), "0.1234567891"],
  ['total is "1,5", not a NUMERIC', numeric(), "1,5"],
  ["total is 1, not a BOOLEAN", boolean(), 1],
  ["total is missing", string(), undefined],
  ["total is null, not a STRING", string(), null],
  ["total is an object, not a STRING", string(), { a: 1 }],
  ["total is a list, not a STRING", string(), ["a"]],
  ["total is 5n, not a STRING", string(), 5n],
  ["total is a function, not a STRING", string(), () => "a"],
  ['total is "\\ud800", not a STRING: half of a surrogate pair is no character', string(), "\ud800"],
  [`total is "${"x".repeat(39)}..., not one of "open", "paid"`, string({ values: ["open", "paid"] }), "x".repeat(60)],
  ['total is "yesterday", not a TIMESTAMP', timestamp(), "yesterday"],
  ["total is 1706702400, not a TIMESTAMP", timestamp(), 1_706_702_400],
  ['total is "2023-02-29", not a DATE', date(), "2023-02-29"],
  ['total is "24:00:00", not a TIME', time(), "24:00:00"],
  ['total is "2024-01-31", not a DATETIME', datetime(), "2024-01-31"],
  ['total is "a", not a BYTES', bytes(), "a"],
  ['total is "_w==", not a BYTES', bytes(), "_w=="],
  ['total is "/x==", not a BYTES', bytes(), "/x=="],
  ['total is "a", not a list of STRING', repeated(string()), "a"],
  ["total[1] is undefined, not a STRING", repeated(string()), ["a", undefined]],
  ['total[1].n is "2", not an INTEGER', repeated(record({ n: integer() })), [{ n: 1 }, { n: "2" }]],
  ["total is a list, not a RECORD", record({ n: integer() }), [1]],
  ["total.constructor is missing", record({ constructor: string() }), {}],
  [
    "total is an object, not JSON that is kept whole: it holds a number of too many digits, NaN, undefined, half a surrogate pair, what is no plain object, or nests deeper than 100",
    json(),
    { at: new Date(0) },
  ],
];

describe("a value that does not fit is an error that says", () => {
  test.each(mistakes)("%s", (message, field, value) => {
    expect(given(field, value)).toBe(message);
  });

  test("where the result itself is no row", () => {
    const check = compileCheck({ a: string() });
    expect(check(undefined)).toEqual(new RowError("", "the result is undefined, not a row"));
    expect(check([])).toEqual(new RowError("", "the result is a list, not a row"));
    expect(check("x")).toEqual(new RowError("", 'the result is "x", not a row'));
  });

  test("and where JSON goes on forever", () => {
    const endless: { self?: unknown } = {};
    endless.self = endless;
    expect(given(json(), endless)).toContain("nests deeper than 100");
  });
});
