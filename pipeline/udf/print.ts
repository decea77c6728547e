/** From a tree to its one text. */
import { generate, GENERATOR, type Generator } from "astring";
import type { ArrowFunctionExpression, Expression, Identifier, Node, Super } from "estree";
import { isNode, partsOf } from "./syntax";

export const print = (node: Node): string => generate(node, { generator, indent: "  " });

const generator: Generator = {
  ...GENERATOR,
  // astring prints `() => ({ a } = b)` as a function with a block, and `(a?.b).c` as `a?.b.c`, which is another thing.
  ArrowFunctionExpression(node, state) {
    const shown = beginsWithPattern(node.body) ? { ...node, ...asReturn(node.body) } : node;
    GENERATOR.ArrowFunctionExpression.call(this, shown, state);
  },
  MemberExpression(node, state) {
    GENERATOR.MemberExpression.call(this, { ...node, object: bare(inParentheses(node.object)) }, state);
  },
  CallExpression(node, state) {
    GENERATOR.CallExpression.call(this, { ...node, callee: inParentheses(node.callee) }, state);
  },
};

const beginsWithPattern = (body: ArrowFunctionExpression["body"]): body is Expression =>
  body.type === "AssignmentExpression" && body.left.type === "ObjectPattern";

const asReturn = (argument: Expression): Pick<ArrowFunctionExpression, "body" | "expression"> => ({
  expression: false,
  body: { type: "BlockStatement", body: [{ type: "ReturnStatement", argument }] },
});

/** astring puts a sequence in parentheses, be it of one. */
const inParentheses = <Part extends Expression | Super>(part: Part): Part | Expression =>
  part.type === "ChainExpression" ? { type: "SequenceExpression", expressions: [part] } : part;

/** astring puts every literal before a dot into parentheses, and only numbers need them: `/^a/.test(b)` reads better. */
function bare<Part extends Expression | Super>(part: Part): Part | Identifier {
  if (part.type !== "Literal" || typeof part.value === "number") return part;
  return {
    type: "Identifier",
    name: "regex" in part ? `/${part.regex.pattern}/${part.regex.flags}` : (part.raw ?? ""),
  };
}

/** Do two trees mean the same? Positions and spelling do not count. */
export function sameSyntax(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, index) => sameSyntax(each, b[index]));
  }
  if (!isNode(a) || !isNode(b)) return Object.is(a ?? null, b ?? null) || sameData(a, b);
  const [left, right] = [partsOf(a), partsOf(b)];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => spelling.has(name) || sameSyntax(left[name], right[name]));
}

const spelling = new Set(["start", "end", "loc", "range", "raw", "directive"]);

/** What is no node: a template's texts, a regular expression. */
function sameData(a: unknown, b: unknown): boolean {
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  return typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b);
}
