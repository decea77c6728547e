import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  and,
  atLeast,
  atMost,
  differs,
  divided,
  env,
  equals,
  expr,
  expressionText,
  floorDivided,
  greaterThan,
  isIn,
  lessThan,
  minus,
  not,
  or,
  plus,
  reference,
  remainder,
  std,
  text,
  times,
  type Expression,
  type Value,
} from "../../../constructs/workflows/expression";
import { isKeyword, parseExpression } from "../../../constructs/workflows/expression-parser";
import { dottedName, partsOf, type ExpressionTree } from "../../../constructs/workflows/expression-tree";
import { messageOf } from "../support";

/** With brackets around all that belongs together. */
function brackets(tree: ExpressionTree): string {
  const parts = partsOf(tree).map(brackets);
  switch (tree.kind) {
    case "literal":
      return JSON.stringify(tree.value);
    case "name":
      return tree.name;
    case "member":
      return `${parts[0]}.${tree.name}`;
    case "index":
      return `${parts[0]}[${parts[1]}]`;
    case "call":
      return `${parts[0]}(${parts.slice(1).join(", ")})`;
    case "operation":
      return parts.length === 1 ? `(${tree.operator} ${parts[0]})` : `(${parts[0]} ${tree.operator} ${parts[1]})`;
    case "list":
      return `[${parts.join(", ")}]`;
    case "map":
      return `{${tree.entries.map(([key, value]) => `${brackets(key)}: ${brackets(value)}`).join(", ")}}`;
  }
}

test.each([
  ["1 + 2 * 3", "(1 + (2 * 3))"],
  ["1 * 2 + 3", "((1 * 2) + 3)"],
  ["1 - 2 - 3", "((1 - 2) - 3)"],
  ["1 - (2 - 3)", "(1 - (2 - 3))"],
  ["10 // 3 / 2 % 5", "(((10 // 3) / 2) % 5)"],
  ["a or b and not c == d", "(a or (b and ((not c) == d)))"],
  ["a OR b AND NOT c", "(a or (b and (not c)))"],
  [
    "1 < 2 and 2 <= 3 and 3 > 2 and 3 >= 1 and 1 != 2",
    "(((((1 < 2) and (2 <= 3)) and (3 > 2)) and (3 >= 1)) and (1 != 2))",
  ],
  ['"a" in names', '("a" in names)'],
  ['"a" not in names', '("a" not in names)'],
  ["-x + -1", "((- x) + (- 1))"],
  ["+1", "(+ 1)"],
  ["not not a", "(not (not a))"],
  ["a.b.c[0][i + 1].d", "a.b.c[0][(i + 1)].d"],
  ['a["b c"]', 'a["b c"]'],
  ['text.split(line, ",")[0]', 'text.split(line, ",")[0]'],
  ["sys.now()", "sys.now()"],
  ["f(1, g(2))", "f(1, g(2))"],
  ['["a", 1, [], null]', '["a", 1, [], null]'],
  ['{"a": 1, "b": {}}', '{"a": 1, "b": {}}'],
  ["true and True and TRUE", "((true and true) and true)"],
  ["null == Null", "(null == null)"],
  ["1.5e3 + 2E-1", "(1500 + 0.2)"],
  ['"a \\"b\\" \\n ä"', '"a \\"b\\" \\n ä"'],
  ['"one\ntwo"', '"one\\ntwo"'],
  ["inner.order", "inner.order"],
  ["not_there", "not_there"],
])("%s is read as %s", (written, read) => {
  expect(brackets(parseExpression(written))).toBe(read);
});

test.each([
  ["", "ends where a value or an operator is missing"],
  ["1 +", "ends where a value or an operator is missing"],
  ["1 2", "has 2 at 3 where a value or an operator is missing"],
  ["(1", "ends where ) is missing"],
  ["a[1", "ends where ] is missing"],
  ["f(1", "ends where , is missing"],
  ["f(1 2)", "has 2 at 5 where , is missing"],
  ["[1 2]", "has 2 at 4 where , is missing"],
  ['{"a" 1}', "has 1 at 6 where : is missing"],
  ['{"a": 1 "b": 2}', 'has "b" at 9 where , is missing'],
  ["a.1", "has 1 at 3 where a name is missing"],
  ["a.", "ends where a name is missing"],
  ["and", "has and at 1 where a value or an operator is missing"],
  ["a not b", "has b at 7 where in is missing"],
  ["a And b", "has And at 3 where a value or an operator is missing"],
  ["'a'", "has ' at 1: texts stand between double quotes"],
  ['"a', "has a text that does not end, from 1"],
  ["a && b", "has & at 3: write and, or, not"],
  ["a || b", "has | at 3: write and, or, not"],
  ["!a", "has ! at 1: write and, or, not"],
  ["a = b", "has = at 3: == compares, and nothing is assigned in an expression"],
  ["a ? b", "has ? at 3: write if(condition, one, other)"],
  ["a # b", "has # at 3, which begins nothing"],
  ['"\\q"', "has a text with an escape that is none, at 1"],
])("%s is no expression: it %s", (written, says) => {
  expect(messageOf(() => parseExpression(written))).toBe(says);
});

test("words of the language are no variables, however they are written", () => {
  expect(["and", "OR", "not", "in", "true", "False", "null"].map(isKeyword)).toEqual(Array(7).fill(true));
  expect(["And", "order", "nULL", "tRue", "x"].map(isKeyword)).toEqual(Array(5).fill(false));
});

test("a dotted name is one of names alone", () => {
  expect(["a", "a.b.c", "a[0].b", "f().a", "1"].map((written) => dottedName(parseExpression(written)))).toEqual([
    "a",
    "a.b.c",
    undefined,
    undefined,
    undefined,
  ]);
});

const args = reference<{ zone: string; size: number; tags: readonly string[]; deep: { key: string } }>("args");

test.each<[Expression, string]>([
  [args.zone, "args.zone"],
  [args.deep.key, "args.deep.key"],
  [args.tags.get(0, "a-b", "c"), 'args.tags[0]["a-b"].c'],
  [args.get(args.zone, plus(args.size, 1)), "args[args.zone][args.size + 1]"],
  [equals(args.size, 1), "args.size == 1"],
  [differs(args.zone, "a"), 'args.zone != "a"'],
  [lessThan(1, args.size), "1 < args.size"],
  [atMost(1, args.size), "1 <= args.size"],
  [greaterThan(1, args.size), "1 > args.size"],
  [atLeast(1, args.size), "1 >= args.size"],
  [isIn("a", args.tags), '"a" in args.tags'],
  [and(args.size, or(true, false), null), "args.size and (true or false) and null"],
  [or(args.size, and(true, false)), "args.size or true and false"],
  [not(args.zone), "not (args.zone)"],
  [plus(1, 2, 3), "1 + 2 + 3"],
  [minus(1, minus(2, 3)), "1 - (2 - 3)"],
  [minus(minus(1, 2), 3), "1 - 2 - 3"],
  [times(plus(1, 2), 3), "(1 + 2) * 3"],
  [divided(1, 2), "1 / 2"],
  [floorDivided(1, 2), "1 // 2"],
  [remainder(1, 2), "1 % 2"],
  [std("text.split", args.zone, ","), 'text.split(args.zone, ",")'],
  [std("map.get", args, ["a", "b"]), 'map.get(args, ["a", "b"])'],
  [std("json.encode", { a: args.size, "b c": [1] }), 'json.encode({"a": args.size, "b c": [1]})'],
  [env("TABLE"), 'sys.get_env("TABLE")'],
  [text`batch-${args.zone}`, '"batch-" + args.zone'],
  [text`${args.zone}/a`, 'args.zone + "/a"'],
  [text`${args.zone}${args.size}`, '"" + args.zone + args.size'],
  [text`${args.zone}`, '"" + args.zone'],
  [text`${1}${"a"}${args.zone}`, '1 + "a" + args.zone'],
  [text`a${"b"}c"`, '"abc\\""'],
  [text``, '""'],
  [text`(${plus(1, 2)})`, '"(" + (1 + 2) + ")"'],
  [times(2, expr("${1 + 2}")), "2 * (1 + 2)"],
  [times(2, expr("${len(a)}")), "2 * len(a)"],
  [and(true, expr("${a or b}")), "true and (a or b)"],
  [minus(1, expr("${-1}")), "1 - -1"],
  [plus(1, expr("${a == b}")), "1 + (a == b)"],
  [minus(1, expr("${a - b}")), "1 - (a - b)"],
  [plus(expr("${a - b}"), 1), "a - b + 1"],
  [times(expr("${a + b}"), 2), "(a + b) * 2"],
  [plus(expr("${a * b}"), expr("${a / b}")), "a * b + a / b"],
  [plus(expr("${a // b}"), expr("${a % b}")), "a // b + a % b"],
  [times(2, expr("${a // b}")), "2 * (a // b)"],
  [times(2, expr("${a % b}")), "2 * (a % b)"],
  [times(2, expr("${a / b}")), "2 * (a / b)"],
  [times(2, expr("${a * b}")), "2 * (a * b)"],
  [or(expr("${a and b}"), true), "a and b or true"],
  [and(expr("${a == b}"), expr("${a in b}")), "a == b and a in b"],
  [equals(expr("${a + b}"), 1), "a + b == 1"],
  [equals(expr("${a < b}"), 1), "a < b == 1"],
  [and(expr("${not a}"), true), "not a and true"],
])("an expression is written as it is meant: %#", (expression, written) => {
  expect(expressionText(expression)).toBe(`\${${written}}`);
});

test("an expression that is none is refused where it is written", () => {
  expect(messageOf(() => expr("${1 +}"))).toBe("ends where a value or an operator is missing");
});

/** As a plain template would. */
const asText = (value: unknown): string => String(value);

test("a reference is no text", () => {
  expect(messageOf(() => asText(args.zone))).toBe(
    "${args.zone} is known when the workflow runs, and no text: write text`...` to make one with it",
  );
});

test("what operators build is read back as it was built", () => {
  const tree = fc.letrec<{ value: readonly [Value, string] }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.integer({ min: 0, max: 99 }).map((number) => [number, String(number)] as const),
      fc.constant([reference("a"), "a"] as const),
      fc
        .tuple(fc.constantFrom("or", "and", "==", "+", "-", "*", "//"), tie("value"), tie("value"))
        .map(
          ([operator, [one, left], [other, right]]) =>
            [operation(operator, one, other), `(${left} ${operator} ${right})`] as const,
        ),
    ),
  })).value;
  fc.assert(
    fc.property(tree, ([value, meant]) => {
      const written = expressionText(std("len", value)).slice("${len(".length, -")}".length);
      expect(brackets(parseExpression(written))).toBe(meant);
    }),
  );
});

function operation(operator: string, one: Value, other: Value): Expression {
  const by: { readonly [operator: string]: (one: Value, other: Value) => Expression } = {
    or,
    and,
    "==": equals,
    "+": plus,
    "-": minus,
    "*": times,
    "//": floorDivided,
  };
  const make = by[operator];
  if (make === undefined) throw new Error(operator);
  return make(one, other);
}
