import { expect, test } from "vitest";
import { readsOf, rowRole } from "./function-of";

test.each<[title: string, text: string, reads: readonly string[] | "all"]>([
  ["members", "(row) => row.b + row.a + row.b", ["a", "b"]],
  ["members by a written name", '(row) => row["a"] + row["b-c"]', "all"],
  ["members of members count once", "(row) => row.a.b.c", ["a"]],
  ["optional members", "(row) => row?.a?.b", ["a"]],
  ["a parameter's pattern", "({ a, b: renamed, c = 1, d: { e } }) => a", ["a", "b", "c", "d"]],
  ["a declaration's pattern", "(row) => { const { a, b } = row; return a + b + row.c; }", ["a", "b", "c"]],
  ["a parameter with a default", "(row = {}) => row.a", ["a"]],
  ["use in a function within", "(row) => row.list.map((x) => x + row.a)", ["a", "list"]],
  ["use in another parameter's default", "(row, context, x = row.a) => x", ["a"]],
  ["a shadowed name", "(row) => row.list.map((row) => row.deep)", ["list"]],
  ["nothing", "() => true", []],
  ["nothing of what is there", "(row) => 1", []],
  ["a spread", "(row) => ({ ...row, a: 1 })", "all"],
  ["the row itself", "(row) => row", "all"],
  ["the row handed on", "(row, { constants }) => constants.f(row)", "all"],
  ["a computed name", "(row) => row[row.a]", "all"],
  ["a rest", "({ a, ...rest }) => rest", "all"],
  ["a rest of the declaration", "(row) => { const { a, ...rest } = row; return rest; }", "all"],
  ["a rest of the parameters", "(...all) => all[0].a", "all"],
  ["a computed key", '(row) => { const { ["a"]: a } = row; return a; }', "all"],
  ["assignment to a pattern", "(row) => { let a; ({ a } = row); return a; }", "all"],
  ["another name for the row", "(row) => { const other = row; return other.a; }", "all"],
  ["the row's keys", "(row) => Object.keys(row)", "all"],
])("%s", (_title, text, reads) => {
  expect(readsOf(text)).toEqual(reads);
});

test("of a combiner the row is the second parameter", () => {
  const role = { ...rowRole, data: ["accumulator", "row"] as const };
  expect(readsOf("(a, { amount }) => ({ sum: a.sum + amount })", role)).toEqual(["amount"]);
  expect(readsOf("(a) => a", role)).toEqual([]);
});

test("a function without a row reads nothing", () => {
  expect(readsOf("(a, b) => ({ n: a.n + b.n })", { ...rowRole, data: ["accumulator", "accumulator"] })).toEqual([]);
});
