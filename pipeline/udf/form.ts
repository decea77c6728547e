/** What a function must be like to travel: it answers at once, from its parameters alone. */
import type { Node } from "estree";
import type { Names } from "./parse";
import type { FunctionProblem } from "./problem";
import { memberName, type FunctionNode } from "./syntax";

type Reason = Omit<FunctionProblem, "node">;

export function formProblems(
  top: FunctionNode,
  names: Names,
  parents: ReadonlyMap<Node, Node | undefined>,
): FunctionProblem[] {
  const problems: FunctionProblem[] = [];
  for (const node of parents.keys()) {
    const reason = formReason(node, top, names, parents);
    if (reason !== undefined) problems.push({ ...reason, node });
  }
  return problems;
}

const isAsync: Reason = { what: "is async", wayOut: "what it waits for is a side input: .enrich(...)" };

function formReason(
  node: Node,
  top: FunctionNode,
  names: Names,
  parents: ReadonlyMap<Node, Node | undefined>,
): Reason | undefined {
  switch (node.type) {
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "FunctionDeclaration":
      if (node.async) return isAsync;
      if (node !== top || !node.generator) return undefined;
      return { what: "is a generator", wayOut: "return an array: .flatMap(...)" };
    case "AwaitExpression":
      // Outside of an async function acorn reads `await` as a name; inside of one the function itself is the problem.
      return undefined;
    case "ForOfStatement":
      return node.await ? isAsync : undefined;
    case "ThisExpression":
      return hasReceiver(node, top, parents)
        ? undefined
        : { what: 'uses "this"', wayOut: "hand in what it needs: { constants: { ... } }" };
    case "Identifier":
      if (node.name !== "arguments" || !names.isReference(node)) return undefined;
      return { what: 'uses "arguments"', wayOut: "name the parameters" };
    case "ImportExpression":
      return { what: "imports a module", wayOut: "write what it needs in the function, or hand it in as a constant" };
    case "MetaProperty":
      return { what: `uses ${node.meta.name}.${node.property.name}`, wayOut: "hand the value in as a constant" };
    case "MemberExpression":
      return reachReason(memberName(node));
    case "Property":
      if (node.computed || node.key.type !== "Identifier") return undefined;
      return parents.get(node)?.type === "ObjectPattern" ? reachReason(node.key.name) : undefined;
    default:
      return undefined;
  }
}

/** `f.constructor("...")()` is eval by another name. */
function reachReason(member: string | undefined): Reason | undefined {
  if (member !== "constructor" && member !== "__proto__") return undefined;
  return { what: `reaches for ${member}`, wayOut: "name the class: Array, Object, Map" };
}

/** Is this `this` one of a function, a method or a class that lies within? */
function hasReceiver(node: Node, top: FunctionNode, parents: ReadonlyMap<Node, Node | undefined>): boolean {
  for (let at = parents.get(node); at !== undefined && at !== top; at = parents.get(at)) {
    if (at.type === "FunctionExpression" || at.type === "FunctionDeclaration" || at.type === "ClassBody") return true;
  }
  return false;
}
