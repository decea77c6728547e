import { expect, test } from "vitest";
import { compileFunction } from "../../../pipeline/udf/compile";

const run = (source: string, row: unknown = {}): unknown => {
  const compiled = compileFunction({ source });
  return compiled.call(row, compiled.context);
};

test("a function's text runs, with its row first and its context last", () => {
  const compiled = compileFunction({
    source: "(row, { constants, decimal }) => decimal.add(row.price, constants.fee)",
    constants: { fee: "0.10" },
  });
  expect(compiled.call({ price: "1.25" }, compiled.context)).toBe("1.35");
});

test("constants that are functions are put where they belong, and all of them are frozen", () => {
  const { call, context } = compileFunction({
    source: "(row, { constants }) => constants.steps[1](constants.rates['a/b'])",
    constants: { steps: ["first", null], rates: { "a/b": 20 } },
    helpers: { "/steps/1": "(rate) => rate * 2", "/rates/double~0": "(x) => x" },
  });
  expect(call({}, context)).toBe(40);
  expect(Object.isFrozen(context.constants["rates"])).toBe(true);
  expect(Object.isFrozen(context.constants["steps"])).toBe(true);
  expect(Object.isFrozen(context)).toBe(true);
});

test("a constant called __proto__ is a key like others", () => {
  const constants = JSON.parse('{ "__proto__": { "a": 1 } }') as { readonly [name: string]: { readonly a: number } };
  const { context } = compileFunction({ source: "() => 1", constants });
  expect(Object.getPrototypeOf(context.constants)).toBe(Object.prototype);
  expect(Object.hasOwn(context.constants, "__proto__")).toBe(true);
});

test("the spec's own constants stay as they are", () => {
  const constants = { list: [1, 2] };
  compileFunction({ source: "() => 1", constants });
  expect(Object.isFrozen(constants.list)).toBe(false);
});

test("functions are strict: a name that nobody declared is an error and not a global", () => {
  expect(() => run("() => { undeclared = 1; }")).toThrow(ReferenceError);
});

test.each(["process", "require", "console", "fetch", "globalThis", "Promise", "Function", "eval", "Intl", "Reflect"])(
  "%s is not there",
  (name) => {
    expect(run(`() => typeof ${name}`)).toBe("undefined");
  },
);

test("dates of something are there, the present is not", () => {
  expect(run("(row) => new Date(row.at).getUTCDay()", { at: "2024-01-31T12:00:00.123456Z" })).toBe(3);
  expect(run("() => new Date(0) instanceof Date && Date.UTC(1970, 0)")).toBe(0);
  expect(() => run("() => new Date()")).toThrow("new Date() reads the clock");
  expect(() => run("() => Date.now()")).toThrow("Date.now() reads the clock");
});

test("Math counts and does not gamble", () => {
  expect(run("() => Math.max(1, Math.PI)")).toBe(Math.PI);
  expect(run("() => typeof Math.random")).toBe("undefined");
  expect(() => run("() => { Math.random = () => 4; }")).toThrow(TypeError);
});

test("what is no function is refused", () => {
  expect(() => compileFunction({ source: "3" })).toThrow("this is not the source of a function: 3");
  expect(() => compileFunction({ source: "(row) =>" })).toThrow(SyntaxError);
  expect(() => compileFunction({ source: "() => 1", helpers: { "/a/b": "() => 1" } })).toThrow(
    "the constants have no place /a/b for a function",
  );
});
