/**
 * Takes away what tools add to a function and settles what they write differently, so that one function has one
 * text: coverage counters, esbuild's `__name`, `(0, module.f)()`, braces, quotes, shorthands. Changes the tree it is given.
 */
import type {
  BinaryExpression,
  BlockStatement,
  CallExpression,
  Expression,
  ExpressionStatement,
  Identifier,
  Literal,
  Node,
  Statement,
  TemplateLiteral,
} from "estree";
import type { Names } from "./parse";
import { isNode, isText, partsOf, rootOf, type FunctionNode } from "./syntax";

export function clean(node: FunctionNode, names: Names): void {
  cleanParts(node, names);
  settle(node, names);
}

/** From the bottom up. */
function cleanParts(node: Node, names: Names): void {
  const parts = partsOf(node);
  const cleaned = (part: Node): Node | undefined => {
    if (part.type === "ExpressionStatement" && isAdded(part, names)) return undefined;
    cleanParts(part, names);
    return settle(part, names);
  };
  for (const [part, value] of Object.entries(parts)) {
    if (Array.isArray(value)) {
      // A hole of an array literal is null, and stays.
      parts[part] = value.flatMap((each: unknown) => (isNode(each) ? (cleaned(each) ?? []) : [each]));
    } else if (node.type === "TaggedTemplateExpression" && value === node.quasi) {
      // A tag sees a template's text as it is written.
      cleanParts(node.quasi, names);
    } else if (isNode(value)) {
      parts[part] = cleaned(value) ?? emptyBlock();
    }
  }
}

/** One node whose parts are settled, or what stands for it; nothing where it goes. */
function settle(node: Node, names: Names): Node | undefined {
  switch (node.type) {
    case "EmptyStatement":
    case "DebuggerStatement":
      return undefined;
    case "StaticBlock":
      return node.body.length === 0 ? undefined : node;
    case "SequenceExpression":
      return withoutAdded(node.expressions, names) ?? node;
    case "CallExpression":
      return namedByTool(node, names) ?? node;
    case "IfStatement":
      node.consequent = asBlock(node.consequent);
      node.alternate = asAlternate(node.alternate);
      return node;
    case "ForStatement":
    case "ForOfStatement":
    case "ForInStatement":
    case "WhileStatement":
    case "DoWhileStatement":
      node.body = asBlock(node.body);
      return node;
    case "ArrowFunctionExpression": {
      const only = node.body.type === "BlockStatement" && node.body.body.length === 1 ? node.body.body[0] : undefined;
      if (only?.type === "ReturnStatement" && only.argument) {
        node.body = only.argument;
        node.expression = true;
      }
      return node;
    }
    case "MemberExpression":
      if (node.computed && isText(node.property) && isIdentifierName(node.property.value)) {
        node.property = identifier(node.property.value);
        node.computed = false;
      }
      return node;
    case "Property":
      if (!node.computed) node.key = asKey(node.key);
      if (node.kind === "init" && !node.method && !node.computed) node.shorthand = isSameName(node.key, node.value);
      return node;
    case "MethodDefinition":
    case "PropertyDefinition":
      if (!node.computed && node.key.type !== "PrivateIdentifier") node.key = asKey(node.key);
      return node;
    case "Literal":
      return asLiteral(node);
    case "TemplateLiteral":
      return asTemplate(node);
    case "UnaryExpression":
      return foldUnary(node.operator, node.argument) ?? node;
    case "BinaryExpression":
      return foldJoin(node) ?? node;
    default:
      return node;
  }
}

/** A statement that a tool put in, or that says what is so anyway. */
function isAdded(statement: ExpressionStatement, names: Names): boolean {
  if ("directive" in statement && statement.directive === "use strict") return true;
  return isCounter(statement.expression, names) || namedByTool(statement.expression, names) !== undefined;
}

/** `cov_2k3j().s[0]++`, as Istanbul counts. */
function isCounter(node: Node, names: Names): boolean {
  if (node.type !== "UpdateExpression") return false;
  const root = rootOf(node.argument);
  return root.type === "Identifier" && /^cov_\w+$/.test(root.name) && names.isFree(root);
}

/** What esbuild wraps to keep its name: `__name(f, "f")`. */
function namedByTool(node: Node, names: Names): Expression | undefined {
  if (node.type !== "CallExpression" || node.arguments.length !== 2) return undefined;
  const { callee }: CallExpression = node;
  if (callee.type !== "Identifier" || !/^__name\d*$/.test(callee.name) || !names.isFree(callee)) return undefined;
  const [named] = node.arguments;
  return named === undefined || named.type === "SpreadElement" ? undefined : named;
}

/** A sequence without counters; and `(0, module.f)`, which calls an import without a receiver, is `module.f`. */
function withoutAdded(expressions: Expression[], names: Names): Expression | undefined {
  const kept = expressions.filter((each) => !isCounter(each, names));
  const [first, second] = kept;
  if (kept.length === 2 && first?.type === "Literal" && first.value === 0 && second?.type === "MemberExpression") {
    if (names.isFree(rootOf(second))) return second;
  }
  if (kept.length === 1) return first;
  if (kept.length < expressions.length) return { type: "SequenceExpression", expressions: kept };
  return undefined;
}

const emptyBlock = (): BlockStatement => ({ type: "BlockStatement", body: [] });
const asBlock = (body: Statement): Statement =>
  body.type === "BlockStatement" ? body : { type: "BlockStatement", body: [body] };

/** `else if` stays so, and is made of `else { if }`, which coverage makes of it; an empty else goes. */
function asAlternate(alternate: Statement | null | undefined): Statement | null {
  if (!alternate) return null;
  const statements = alternate.type === "BlockStatement" ? alternate.body : [alternate];
  if (statements.length === 0) return null;
  return statements.length === 1 && statements[0]?.type === "IfStatement" ? statements[0] : asBlock(alternate);
}

const identifier = (name: string): Identifier => ({ type: "Identifier", name });
const isIdentifierName = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name);
const isSameName = (key: Node, value: Node): boolean => {
  const target = value.type === "AssignmentPattern" ? value.left : value;
  return key.type === "Identifier" && target.type === "Identifier" && key.name === target.name;
};

/** `__proto__` stays as it is written: quoted, plain and computed are not one thing. */
function asKey<Key extends Node>(key: Key): Key | Identifier {
  return isText(key) && key.value !== "__proto__" && isIdentifierName(key.value) ? identifier(key.value) : key;
}

function asLiteral(node: Literal): Expression {
  if ("regex" in node) return node;
  if ("bigint" in node) return { ...node, raw: `${BigInt(node.bigint)}n`, bigint: String(BigInt(node.bigint)) };
  if (typeof node.value === "string") return literal(node.value);
  if (typeof node.value === "number") return Number.isFinite(node.value) ? literal(node.value) : identifier("Infinity");
  return node;
}

const literal = (value: string | number | boolean): Literal => ({ type: "Literal", value, raw: JSON.stringify(value) });

/** Text without holes is a string; line ends and escapes are written one way. */
function asTemplate(node: TemplateLiteral): Expression {
  const [only] = node.quasis;
  if (node.expressions.length === 0 && only !== undefined) {
    return literal(only.value.cooked ?? "");
  }
  for (const { value } of node.quasis) {
    const quoted = JSON.stringify(value.cooked).slice(1, -1).replaceAll('\\"', '"');
    value.raw = quoted.replaceAll("`", "\\`").replaceAll("${", "\\${");
  }
  return node;
}

/** What esbuild computes of a literal: `!0` is true, `void 0` undefined, `- -1` is 1, `typeof ""` is "string". */
function foldUnary(operator: string, argument: Expression): Expression | undefined {
  if (operator === "typeof" && argument.type === "Identifier" && argument.name === "undefined") {
    return literal("undefined");
  }
  if (argument.type === "UnaryExpression" && operator !== "typeof") {
    const { argument: inner } = argument;
    const negative = argument.operator === "-" && inner.type === "Literal" && typeof inner.value === "number";
    if (!negative || (operator !== "-" && operator !== "+")) return undefined;
    return operator === "+" ? argument : inner;
  }
  if (argument.type !== "Literal" || "regex" in argument) return undefined;
  const { value } = argument;
  if (operator === "typeof") return literal(typeof value);
  if (operator === "void" && typeof value === "number") return identifier("undefined");
  if (operator === "!" && (typeof value === "number" || typeof value === "boolean")) return literal(!value);
  return operator === "+" && typeof value === "number" ? argument : undefined;
}

/** `"a" + "b"` is `"ab"`, and `x + "a" + "b"` is `x + "ab"`, as esbuild writes them. */
function foldJoin({ operator, left, right }: BinaryExpression): Expression | undefined {
  if (operator !== "+" || right.type !== "Literal" || !isWritten(right)) return undefined;
  if (left.type === "Literal" && isWritten(left) && (isText(left) || isText(right))) {
    return literal(`${left.value}${right.value}`);
  }
  if (left.type !== "BinaryExpression" || left.operator !== "+" || !isText(left.right)) return undefined;
  return { ...left, right: literal(`${left.right.value}${right.value}`) };
}

const isWritten = (node: Literal): node is Literal & { value: string | number } =>
  typeof node.value === "string" || typeof node.value === "number";
