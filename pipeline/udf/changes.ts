/** A function changes nothing that others see: not its row, its state or its constants, not what all functions share. */
import type { Variable } from "eslint-scope";
import type { Identifier, Node, Pattern } from "estree";
import { languageGlobals } from "./language";
import type { ParsedFunction } from "./parse";
import type { FunctionProblem, FunctionRole } from "./problem";
import { isNamed, memberName } from "./syntax";

type Held = FunctionRole["data"][number] | "constants";

export function changeProblems(
  { node: top, names }: ParsedFunction,
  parents: ReadonlyMap<Node, Node | undefined>,
  role: FunctionRole,
): FunctionProblem[] {
  const held = new Map<Variable, Held>();
  const hold = (pattern: Pattern, what: Held): boolean => {
    const before = held.size;
    for (const variable of names.declaredBy(boundBy(pattern))) held.set(variable, what);
    return held.size > before;
  };
  const heldAt = (node: Node): Held | undefined => {
    const root = pathRoot(node);
    const variable = root === undefined ? undefined : names.variableOf(root);
    return variable === undefined ? undefined : held.get(variable);
  };

  top.params.forEach((parameter, index) => hold(parameter, role.data[index] ?? "constants"));
  // A name for a part of the row, `const { items } = row`, is the row still; such names may follow from each other.
  for (let more = true; more;) {
    more = false;
    for (const node of parents.keys()) {
      const [pattern, from] = named(node);
      const what = from === undefined ? undefined : heldAt(from);
      if (pattern !== undefined && what !== undefined && hold(pattern, what)) more = true;
    }
  }

  const problems: FunctionProblem[] = [];
  for (const node of parents.keys()) {
    for (const changed of changedBy(node)) {
      const what = heldAt(changed);
      const root = pathRoot(changed);
      if (what !== undefined) problems.push({ ...ofHeld(what, changed, root), node });
      else if (root !== undefined && names.isFree(root) && languageGlobals.has(root.name)) {
        problems.push({
          what: `changes ${root.name}, which all functions share`,
          wayOut: "write a function that takes the value",
          node,
        });
      }
    }
  }
  return problems;
}

function ofHeld(what: Held, changed: Node, root: Identifier | undefined): Omit<FunctionProblem, "node"> {
  if (what === "constants") {
    return {
      what: "changes its constants, which every call shares",
      wayOut: "keep what changes: .groupBy(...).stateful({ ... })",
    };
  }
  const member =
    changed.type === "MemberExpression" && changed.object === root ? (memberName(changed) ?? "...") : "...";
  const others = what === "row" ? "other steps see" : "is given again if the call fails";
  return { what: `changes its ${what}, which ${others}`, wayOut: `return { ...${root?.name ?? what}, ${member} }` };
}

/** `a` of `a`, `a.b` and `a?.b[c]`; nothing of `a.b()`, whose result is new. */
function pathRoot(node: Node): Identifier | undefined {
  if (node.type === "Identifier") return node;
  if (node.type === "MemberExpression") return pathRoot(node.object);
  return node.type === "ChainExpression" ? pathRoot(node.expression) : undefined;
}

/** What a node gives a name to, and of what it is a part. */
function named(node: Node): readonly [Pattern | undefined, Node | undefined] {
  if (node.type === "VariableDeclarator") return [node.id, node.init ?? undefined];
  if (node.type === "ForOfStatement" && node.left.type === "VariableDeclaration") {
    return [node.left.declarations[0]?.id, node.right];
  }
  return [undefined, undefined];
}

/** What a node changes: the targets of assignments, what is deleted, what a method changes in place. */
function changedBy(node: Node): readonly Node[] {
  switch (node.type) {
    case "AssignmentExpression":
      return membersOf(node.left);
    case "ForOfStatement":
    case "ForInStatement":
      return node.left.type === "VariableDeclaration" ? [] : membersOf(node.left);
    case "UpdateExpression":
      return membersOf(node.argument);
    case "UnaryExpression":
      return node.operator === "delete" ? [node.argument] : [];
    case "CallExpression": {
      const { callee } = node;
      const method = callee.type === "MemberExpression" ? memberName(callee) : undefined;
      if (callee.type !== "MemberExpression" || method === undefined) return [];
      const [first] = node.arguments;
      if (isNamed(callee.object, "Object") && changesFirst.has(method) && first !== undefined) return [first];
      return changesReceiver.has(method) ? [callee.object] : [];
    }
    default:
      return [];
  }
}

const changesFirst = new Set(["assign", "defineProperty", "defineProperties", "freeze", "seal", "preventExtensions"]);
const changesReceiver = new Set(["push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "copyWithin"]);

/** The members among the targets of an assignment; a name that gets another value changes nothing that others see. */
function membersOf(target: Node): readonly Node[] {
  switch (target.type) {
    case "MemberExpression":
      return [target];
    case "ArrayPattern":
      return target.elements.flatMap((element) => (element === null ? [] : membersOf(element)));
    case "ObjectPattern":
      return target.properties.flatMap((property) =>
        membersOf(property.type === "Property" ? property.value : property.argument),
      );
    case "AssignmentPattern":
      return membersOf(target.left);
    case "RestElement":
      return membersOf(target.argument);
    default:
      return [];
  }
}

/** The identifiers that a pattern makes. */
function boundBy(pattern: Pattern): Set<Node> {
  switch (pattern.type) {
    case "Identifier":
      return new Set([pattern]);
    case "ArrayPattern":
      return union(pattern.elements.map((element) => (element === null ? new Set() : boundBy(element))));
    case "ObjectPattern":
      return union(
        pattern.properties.map((property) =>
          boundBy(property.type === "Property" ? property.value : property.argument),
        ),
      );
    case "AssignmentPattern":
      return boundBy(pattern.left);
    case "RestElement":
      return boundBy(pattern.argument);
    default:
      return new Set();
  }
}

const union = (sets: readonly Set<Node>[]): Set<Node> => new Set(sets.flatMap((set) => [...set]));
