/** The syntax tree of a function: the little that is done with it everywhere. Nodes are ESTree's. */
import type {
  ArrowFunctionExpression,
  Expression,
  FunctionExpression,
  Identifier,
  MemberExpression,
  Node,
  Super,
} from "estree";

/** What travels: a function without a receiver. */
export type FunctionNode = ArrowFunctionExpression | FunctionExpression;

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** The parts of a node by name, to read and to replace. */
export const partsOf = (node: Node): { [part: string]: unknown } => node as unknown as { [part: string]: unknown };

function* childrenOf(node: Node): Generator<Node> {
  for (const part of Object.values(partsOf(node))) {
    if (Array.isArray(part)) yield* part.filter(isNode);
    else if (isNode(part)) yield part;
  }
}

/** Every node from the top down, and the parent of each. */
export function parentsOf(root: Node): ReadonlyMap<Node, Node | undefined> {
  const parents = new Map<Node, Node | undefined>([[root, undefined]]);
  for (const [node] of parents) for (const child of childrenOf(node)) parents.set(child, node);
  return parents;
}

/** What a chain of members and calls begins with: `a` of `a.b[c]()?.d`. */
export function rootOf(node: Node): Node {
  if (node.type === "MemberExpression") return rootOf(node.object);
  if (node.type === "CallExpression") return rootOf(node.callee);
  if (node.type === "ChainExpression") return rootOf(node.expression);
  return node;
}

/** The name of a member that is written out: `b` of `a.b`. */
export const memberName = (node: MemberExpression): string | undefined =>
  !node.computed && node.property.type === "Identifier" ? node.property.name : undefined;

export const isNamed = (node: Node | Expression | Super, name: string): node is Identifier =>
  node.type === "Identifier" && node.name === name;

export const isText = (node: Node): node is Node & { readonly type: "Literal"; readonly value: string } =>
  node.type === "Literal" && typeof node.value === "string";
