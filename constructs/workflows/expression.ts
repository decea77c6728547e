import { parseExpression } from "./expression-parser";
import type { ExpressionTree } from "./expression-tree";
import type { StandardFunctionName } from "./standard-library";

/** Where an expression keeps how it is written: a symbol, as every name may be a field of a reference. */
const written: unique symbol = Symbol("written");

interface Written {
  readonly text: string;
  /** How strongly what is outermost in it binds: 6 for a value, 0 for `or`. */
  readonly binds: number;
  /** The calls whose results it names. */
  readonly results: readonly object[];
}

/** A value that is known when the workflow runs. */
export interface Expression {
  readonly [written]: Written;
}

/** What a step may be given. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Expression
  | readonly Value[]
  | { readonly [name: string]: Value };

/** A variable, or a part of one: `answer.body.get("items", 0)`. */
export type Reference<T = unknown> = Expression & {
  /** The value below it: a key of a map, an index of a list. */
  get(...path: readonly (string | number | Expression)[]): Reference;
} & Fields<T>;

type Fields<T> = unknown extends T
  ? unknown
  : T extends readonly unknown[]
    ? unknown
    : T extends object
      ? { readonly [Name in keyof T]-?: Reference<T[Name]> }
      : unknown;

const VALUE = 6;

export const isExpression = (value: unknown): value is Expression =>
  typeof value === "object" && value !== null && written in value;

/** As it stands in a definition: "${args.zone}". */
export const expressionText = (expression: Expression): string => `\${${expression[written].text}}`;

/** The calls whose results it names. */
export const resultsIn = (expression: Expression): readonly object[] => expression[written].results;

const make = (text: string, binds: number, results: readonly object[]): Expression => ({
  [written]: { text, binds, results },
});

/** @param result the call whose result it is, if it is one */
export function reference<T>(text: string, result?: object): Reference<T> {
  const results = result === undefined ? [] : [result];
  return path(text, results) as Reference<T>;
}

/** Fields are known to TypeScript alone: whichever is asked for is there. */
function path(text: string, results: readonly object[]): object {
  const get = (...fields: readonly (string | number | Expression)[]): object => {
    const keys = fields.map(keyOf);
    return path(text + keys.map((key) => key.text).join(""), [...results, ...keys.flatMap((key) => key.results)]);
  };
  return new Proxy(make(text, VALUE, results), {
    get(target, name) {
      if (name === written) return target[written];
      if (name === "get") return get;
      if (typeof name === "string") return get(name);
      throw new Error(
        `\${${text}} is known when the workflow runs, and no text: write text\`...\` to make one with it`,
      );
    },
  });
}

function keyOf(key: string | number | Expression): Pick<Written, "text" | "results"> {
  if (typeof key === "string" && /^[A-Za-z_]\w*$/.test(key)) return { text: `.${key}`, results: [] };
  const { text, results } = operand(key);
  return { text: `[${text}]`, results };
}

/** A value as it stands in an expression. */
function operand(value: Value): Written {
  if (isExpression(value)) return value[written];
  if (Array.isArray(value)) {
    const items = (value as readonly Value[]).map(operand);
    return { text: `[${list(items)}]`, binds: VALUE, results: items.flatMap((item) => item.results) };
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([name, of]) => [JSON.stringify(name), operand(of)] as const);
    const text = entries.map(([name, of]) => `${name}: ${of.text}`).join(", ");
    return { text: `{${text}}`, binds: VALUE, results: entries.flatMap(([, of]) => of.results) };
  }
  return { text: typeof value === "string" ? quoted(value) : String(value), binds: VALUE, results: [] };
}

/** A reference of Terraform's in it stays as it is. */
const quoted = (text: string): string => JSON.stringify(text);

const list = (items: readonly Written[]): string => items.map(({ text }) => text).join(", ");

function operation(operator: string, binds: number, values: readonly Value[]): Expression {
  const operands = values.map(operand);
  const texts = operands.map((one, index) =>
    // On the right, what binds as strongly would be taken apart: a - (b - c).
    one.binds < binds || (one.binds === binds && index > 0) ? `(${one.text})` : one.text,
  );
  return make(
    texts.join(` ${operator} `),
    binds,
    operands.flatMap((one) => one.results),
  );
}

type Operands = readonly [Value, Value, ...Value[]];

export const or = (...conditions: Operands): Expression => operation("or", 0, conditions);
export const and = (...conditions: Operands): Expression => operation("and", 1, conditions);
export const equals = (one: Value, other: Value): Expression => operation("==", 2, [one, other]);
export const differs = (one: Value, other: Value): Expression => operation("!=", 2, [one, other]);
export const lessThan = (one: Value, other: Value): Expression => operation("<", 2, [one, other]);
export const atMost = (one: Value, other: Value): Expression => operation("<=", 2, [one, other]);
export const greaterThan = (one: Value, other: Value): Expression => operation(">", 2, [one, other]);
export const atLeast = (one: Value, other: Value): Expression => operation(">=", 2, [one, other]);
/** Whether a list has it, or a map a key of this name. */
export const isIn = (one: Value, whole: Value): Expression => operation("in", 2, [one, whole]);
export const plus = (...values: Operands): Expression => operation("+", 3, values);
export const minus = (...values: Operands): Expression => operation("-", 3, values);
export const times = (...values: Operands): Expression => operation("*", 4, values);
/** With a fraction. */
export const divided = (one: Value, other: Value): Expression => operation("/", 4, [one, other]);
/** Without one: 7 by 2 is 3. */
export const floorDivided = (one: Value, other: Value): Expression => operation("//", 4, [one, other]);
export const remainder = (one: Value, other: Value): Expression => operation("%", 4, [one, other]);

export function not(condition: Value): Expression {
  const { text, results } = operand(condition);
  return make(`not (${text})`, 5, results);
}

/** A function of the standard library: `std("text.split", line, ",")`. */
export function std(name: StandardFunctionName, ...given: readonly Value[]): Expression {
  const operands = given.map(operand);
  return make(
    `${name}(${list(operands)})`,
    VALUE,
    operands.flatMap((one) => one.results),
  );
}

/** A variable of the workflow's environment: its own (`env`), or one of Google's. */
export const env = (name: string): Expression => std("sys.get_env", name);

/** A text with values in it: text`batch-${args.day}`. */
export function text(parts: TemplateStringsArray, ...values: readonly Value[]): Expression {
  const pieces: Value[] = [];
  const add = (piece: Value): void => {
    const last = pieces.at(-1);
    if (typeof piece === "string" && typeof last === "string") pieces[pieces.length - 1] = last + piece;
    else if (piece !== "") pieces.push(piece);
  };
  for (const [index, part] of parts.entries()) {
    add(part);
    if (index < values.length) add(values[index] as Value);
  }
  const [first = "", second = ""] = pieces;
  if (pieces.length < 2 && typeof first === "string") return make(quoted(first), VALUE, []);
  // A text among the first two: two numbers beside one another would be added.
  const named = [first, second].some((piece) => typeof piece === "string" && piece !== "");
  const [one = "", other = "", ...more] = named ? pieces : ["", ...pieces];
  return plus(one, other, ...more);
}

/**
 * An expression as it is written in a definition: expr('${len(items) > 0}').
 * @throws Error where it is none
 */
export function expr(expression: `\${${string}}`): Expression {
  const inner = expression.slice(2, -1);
  return make(inner, bindsOf(parseExpression(inner)), []);
}

const binding: { readonly [operator: string]: number } = {
  or: 0,
  and: 1,
  "+": 3,
  "-": 3,
  "*": 4,
  "/": 4,
  "//": 4,
  "%": 4,
};

function bindsOf(tree: ExpressionTree): number {
  if (tree.kind !== "operation") return VALUE;
  return tree.operands.length === 1 ? 5 : (binding[tree.operator] ?? 2);
}
