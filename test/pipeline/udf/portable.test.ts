import { describe, expect, test } from "vitest";
import { obstaclesOf, sourceOf, whatOf, functionOf } from "./function-of";
import { compileFunction } from "../../../pipeline/udf/compile";
import { portable } from "../../../pipeline/udf/portable";
import { rowRole } from "./function-of";

const MINIMUM = 3;
const handIn = (name: string, parameters = "row"): string =>
  `hand it in: .filter((${parameters}, { constants }) => ... constants.${name}, { constants: { ${name} } })`;

describe("a function that is not self-contained does not travel, and is told the way out", () => {
  const table: readonly (readonly [text: string, ...obstacles: string[]])[] = [
    // --- what is defined outside of it
    ["(row) => row.value >= MINIMUM", `filter uses "MINIMUM", which is defined outside of it: ${handIn("MINIMUM")}`],
    [
      "({ value }, context) => value >= MINIMUM",
      `filter uses "MINIMUM", which is defined outside of it: ${handIn("MINIMUM", "{value}")}`,
    ],
    ["() => MINIMUM > 2", `filter uses "MINIMUM", which is defined outside of it: ${handIn("MINIMUM")}`],
    ["(row) => limits_1.MINIMUM", `filter uses "MINIMUM", which is defined outside of it: ${handIn("MINIMUM")}`],
    ["(row) => import_limits.MINIMUM", `filter uses "MINIMUM", which is defined outside of it: ${handIn("MINIMUM")}`],
    ["(row) => _limits.MINIMUM", `filter uses "MINIMUM", which is defined outside of it: ${handIn("MINIMUM")}`],
    ["(row) => exports.MINIMUM", `filter uses "MINIMUM", which is defined outside of it: ${handIn("MINIMUM")}`],
    ["(row) => __vi_import_0__.MINIMUM", `filter uses "MINIMUM", which is defined outside of it: ${handIn("MINIMUM")}`],
    [
      "(row) => (0, __vi_import_0__.round)(row.a)",
      `filter uses "round", which is defined outside of it: ${handIn("round")}`,
    ],
    [
      "(row) => (0, limits_1.default)(row.a)",
      `filter uses "limits", which is defined outside of it: ${handIn("limits")}`,
    ],
    ["(row) => Color.Red", `filter uses "Color", which is defined outside of it: ${handIn("Color")}`],
    [
      "(row) => { seen = row.id; return true; }",
      'filter writes to "seen", which is defined outside of it: return what is new, or keep it from row to row: .groupBy(...).stateful({ ... })',
    ],
    // --- compilers and hosts
    [
      "(row) => _object_spread({}, row)",
      'filter uses "_object_spread", a compiler\'s helper: compile for ES2022 or newer',
    ],
    [
      "(row) => (0, tslib_1.__rest)(row, [])",
      'filter uses "tslib_1", a compiler\'s helper: compile for ES2022 or newer',
    ],
    [
      '(row) => fetch("https://example.com")',
      'filter uses "fetch", which engines lack: a function answers at once; what it would wait for is a side input: .enrich(...)',
    ],
    [
      "(row) => { console.log(row); return true; }",
      'filter uses "console", which engines lack: throw an Error, and the row goes to .errors with its message; or add a column',
    ],
    ["(row) => process.env.LIMIT", 'filter uses "process", which engines lack: hand the value in as a constant'],
    [
      "(row) => Promise.resolve(row)",
      'filter uses "Promise", which engines lack: a function answers at once; what it would wait for is a side input: .enrich(...)',
    ],
    ['(row) => eval("row")', 'filter uses "eval", which engines lack: write it with the language\'s own'],
    [
      '(row) => new Function("a", "b")',
      'filter uses "Function", which engines lack: write it with the language\'s own',
    ],
    // --- the clock, chance, the zone, the machine's language
    [
      "(row) => new Date() > row.at",
      'filter reads the clock: new Date(): add a column, .processingTime("at"), and read it from the row',
    ],
    [
      "(row) => Date.now()",
      'filter reads the clock: Date.now(): add a column, .processingTime("at"), and read it from the row',
    ],
    [
      "(row) => Date()",
      'filter reads the clock: Date(): add a column, .processingTime("at"), and read it from the row',
    ],
    ["(row) => Math.random() < 0.1", "filter uses Math.random(): derive it from the row"],
    ["(row) => new Date(row.at).getHours()", "filter depends on the zone: getHours(): use getUTCHours()"],
    [
      "(row) => new Date(2024, 1)",
      "filter depends on the zone: new Date(year, month, ...): use new Date(Date.UTC(year, month, ...))",
    ],
    [
      "(row) => Intl.NumberFormat()",
      "filter uses Intl, which engines differ on: write the format out, compare with < and >",
    ],
    ["(row) => row.a.localeCompare(row.b)", "filter uses localeCompare, which engines differ on: use <"],
    ["(row) => row.a.toLocaleUpperCase()", "filter uses toLocaleUpperCase, which engines differ on: use toUpperCase()"],
    [
      '(row) => row.a.normalize("NFC")',
      "filter uses normalize, which engines differ on: normalize the text where the event is made",
    ],
    ["(row) => /\\p{L}/u.test(row.a)", "filter uses \\p{...}, which engines differ on: name the characters: [A-Za-z]"],
    // --- changes
    ["(row) => { row.x = 1; return true; }", "filter changes its row, which other steps see: return { ...row, x }"],
    ["(click) => delete click.x", "filter changes its row, which other steps see: return { ...click, x }"],
    // --- its form
    ["async (row) => true", "filter is async: what it waits for is a side input: .enrich(...)"],
    ["function* (row) { yield row; }", "filter is a generator: return an array: .flatMap(...)"],
    ["{ keep(row) { return true; } }.keep", "filter is a method: write an arrow function: (row) => ..."],
    ["class Keep {}", "filter is a class: write an arrow function: (row) => ..."],
    ["() => this.limit", 'filter uses "this": hand in what it needs: { constants: { ... } }'],
    ["function (row) { return arguments[0]; }", 'filter uses "arguments": name the parameters'],
    ["Number.isFinite", "filter is built in or bound, so there is no source to carry: wrap it: (row) => ..."],
    [
      "((row) => true).bind(null)",
      "filter is built in or bound, so there is no source to carry: wrap it: (row) => ...",
    ],
  ];
  test.each(table)("%s", (text, ...expected) => {
    expect(obstaclesOf(text)).toEqual(expected);
  });
});

test("what this very test file's compiler makes of a closure is named as it was written", () => {
  expect(obstaclesOf((row: { value: number }) => row.value >= MINIMUM)).toEqual([
    `filter uses "MINIMUM", which is defined outside of it: ${handIn("MINIMUM")}`,
  ]);
  expect(whatOf(() => sourceOf)).toEqual(['uses "sourceOf", which is defined outside of it']);
});

test("all that is wrong with a function is told at once, in the order of its text, each with its line", () => {
  const carried = portable(
    functionOf(`(click) => {
      const at = Date.now();
      click.value = LIMIT;
      return { at, chance: Math.random() };
    }`),
    rowRole,
    undefined,
  );
  expect("obstacles" in carried && carried.obstacles.map(({ what, excerpt }) => [what, excerpt])).toEqual([
    [" reads the clock: Date.now()", "const at = Date.now();"],
    [" changes its row, which other steps see", "click.value = LIMIT;"],
    [' uses "LIMIT", which is defined outside of it', "click.value = LIMIT;"],
    [" uses Math.random()", "chance: Math.random()"],
  ]);
});

test("a name is told once, however often it is used", () => {
  expect(whatOf("(row) => LIMIT + LIMIT + LIMIT")).toHaveLength(1);
});

describe("what looks like a trap and is none travels, and does the same when it has", () => {
  const row = {
    a: "0.5",
    b: 2,
    n: 4,
    id: "7",
    at: "2024-01-31T12:00:00Z",
    now: 1,
    list: [3, 1, 2],
    getHours: 1,
    normalize: 1,
    async: true,
    Math: { random: 4 },
  };
  test.each([
    ["a default parameter", "(row, { constants } = {}) => row.a ?? 3"],
    ["destructuring with a default and a rest", "({ a = 1, ...rest }) => a + rest.b"],
    ["optional chaining and calls", "(row) => row.a?.b?.[0]?.toFixed?.(2)"],
    ["a template literal with a hole", "(row) => `${row.a}-${`${row.b}`}`"],
    ["a tagged template of the language", "(row) => String.raw`\\d${row.a}`"],
    ["a regular expression", "(row) => /^a\\/[b/]+$/gi.test(row.a)"],
    [
      "labels",
      "(row) => { outer: for (const a of row.list) { for (;;) { if (a) continue outer; break outer; } } return 1; }",
    ],
    [
      "getters and setters of an object of its own",
      "(row) => ({ get a() { return this.b; }, set a(v) { this.b = v; }, b: row.a }).a",
    ],
    [
      "a class of its own",
      "(row) => { class Sum { #n = 0; static zero = 0; add(n) { this.#n += n; return this; } } return new Sum().add(row.a); }",
    ],
    [
      "nested functions that refer to each other",
      "(row) => { const even = (n) => n === 0 || odd(n - 1); function odd(n) { return n !== 0 && even(n - 1); } return even(row.n); }",
    ],
    ["a local that shadows a global of the host", "(row) => { const process = row.a; return process.env; }"],
    ["a local that shadows the clock", "({ now: Date }) => Date + 1"],
    ["a catch without a name", "(row) => { try { return JSON.parse(row.a); } catch { return null; } }"],
    ["a generator within", "(row) => { function* all() { yield* row.list; } return [...all()]; }"],
    ["a field called random", "({ Math: own }) => own.random"],
    ["a field called now", "(row) => row.now + row.getHours + row.normalize"],
    ["the date of a text", "(row) => new Date(row.at).getUTCDay() + Date.UTC(2024, 0) + Date.parse(row.at)"],
    [
      "changes of what is its own",
      "(row) => { const all = [...row.list]; all.sort(); all[0] = 1; let n = row.n; n += 1; return { all, n }; }",
    ],
    ["changes of the result of a call", "(row) => row.list.map((x) => x).sort()"],
    ["instanceof", "(row) => { try { return 1; } catch (e) { return e instanceof RangeError; } }"],
    ["a global handed on as a function", "(row) => row.list.map(Number).filter(Boolean).map(String)"],
    ["bigint", "(row) => String(BigInt(row.id) + 0x10n)"],
    ["an async word that is a name", "(row) => row.async"],
    ["a key called constructor", '(row) => ({ constructor: row.a, "__proto__x": 1 })'],
  ])("%s", (_title, text) => {
    expect(obstaclesOf(text)).toEqual([]);
    const original = functionOf(text) as (given: typeof row) => unknown;
    const printed = compileFunction({ source: sourceOf(text) });
    expect(printed.call(structuredClone(row), printed.context)).toEqual(original(structuredClone(row)));
  });
});

describe("what hides is found as far as a reader of the text can see", () => {
  test.each([
    ["await within", "(row) => { const f = async () => 1; return f(); }", "is async"],
    ["the clock by brackets", '(row) => Date["now"]()', "reads the clock: Date.now()"],
    ["chance by destructuring", "(row) => { const { random } = Math; return random(); }", "uses Math.random()"],
    [
      "chance by a name that is computed",
      '(row) => Math["ran" + row.a]()',
      "takes a member of Math by a name that is not written out",
    ],
    ["the clock by another name", "(row) => { const D = Date; return new D(); }", "takes Date as a value"],
    ["a date of nothing by a spread", "(row) => new Date(...row.parts)", "reads the clock: new Date()"],
    ["the zone by an optional call", "(row) => row.at?.getHours?.()", "depends on the zone: getHours()"],
    ["the function constructor", '(row) => row.constructor.constructor("return process")()', "reaches for constructor"],
    [
      "the function constructor by brackets",
      '(row) => (() => 1)["constructor"]("return 1")()',
      "reaches for constructor",
    ],
    [
      "the function constructor by destructuring",
      "(row) => { const { constructor } = () => 1; return constructor; }",
      "reaches for constructor",
    ],
    ["a prototype", "(row) => row.__proto__", "reaches for __proto__"],
    ["a dynamic import", '(row) => import("node:fs")', "imports a module"],
    ["new.target", "function (row) { return new.target; }", "uses new.target"],
    [
      "what is newer than engines",
      "(row) => Object.groupBy(row.list, (x) => x)",
      "uses Object.groupBy, which engines lack",
    ],
    [
      "what is newer than the grammar",
      "(row) => /[a--b]/v.test(row.a)",
      "cannot be read as ECMAScript 2023: Invalid regular expression flag",
    ],
    ["an element's change", "(row) => { row.list[0] = 1; return true; }", "changes its row, which other steps see"],
    ["a change in place", "(row) => row.list.sort()[0]", "changes its row, which other steps see"],
    [
      "a change by a local name",
      "(row) => { const { list } = row; list.push(1); return true; }",
      "changes its row, which other steps see",
    ],
    [
      "a change by a name of a name",
      "(row) => { const a = row.a; const b = a?.b; b.c++; return true; }",
      "changes its row, which other steps see",
    ],
    [
      "a change of an element",
      "(row) => { for (const item of row.items) item.n = 1; return true; }",
      "changes its row, which other steps see",
    ],
    [
      "a change by a parameter's pattern",
      "({ list }) => { list.reverse(); return true; }",
      "changes its row, which other steps see",
    ],
    [
      "a change by destructuring",
      "(row) => { [row.a, row.b] = [1, 2]; return true; }",
      "changes its row, which other steps see",
    ],
    ["a change by Object.assign", "(row) => Object.assign(row, { a: 1 })", "changes its row, which other steps see"],
    [
      "a change of the constants",
      "(row, { constants }) => { constants.n += 1; return true; }",
      "changes its constants, which every call shares",
    ],
    [
      "a change of what all share",
      "(row) => { Array.prototype.last = 1; return true; }",
      "changes Array, which all functions share",
    ],
    [
      "a pattern in a text",
      '(row) => new RegExp("\\\\p{L}", "u").test(row.a)',
      "uses \\p{...}, which engines differ on",
    ],
  ])("%s", (_title, text, expected) => {
    expect(whatOf(text)).toContain(expected);
  });
});

test("a module's own data stays with the module", async () => {
  const text: string = "data:text/javascript,export const f = (row) => import.meta.url";
  const module = (await import(text)) as { readonly f: (row: object) => string };
  expect(whatOf(module.f)).toEqual(["uses import.meta"]);
});

test("a state and an accumulator are not changed either", () => {
  const role = { ...rowRole, data: ["row", "state"] as const };
  expect(obstaclesOf("(row, state) => { state.n += 1; return { state }; }", undefined, role)).toEqual([
    "filter changes its state, which is given again if the call fails: return { ...state, n }",
  ]);
});
