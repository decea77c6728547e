/** Which fields of a row a function reads, so that an engine decodes no others. */
import type { Node, Pattern } from "estree";
import type { ParsedFunction } from "./parse";
import { memberName } from "./syntax";

type Reads = ReadonlySet<string> | "all";

/**
 * Fields are told from `row.a`, from `{ a }` as the parameter and from `const { a } = row`; a row that is used in
 * any other way, `{ ...row }`, `row[name]`, `f(row)`, is read whole.
 * @param index which parameter is the row
 */
export function readsOf(
  { node, names }: ParsedFunction,
  parents: ReadonlyMap<Node, Node | undefined>,
  index: number,
): readonly string[] | "all" {
  if (node.params.slice(0, index + 1).some((parameter) => parameter.type === "RestElement")) return "all";
  const parameter = node.params[index];
  const pattern = parameter?.type === "AssignmentPattern" ? parameter.left : parameter;
  if (pattern === undefined) return [];
  if (pattern.type !== "Identifier") return asList(ofPattern(pattern));
  const [row] = names.declaredBy(new Set([pattern]));
  const fields = new Set<string>();
  for (const [use, parent] of parents) {
    if (names.variableOf(use) !== row || use === pattern) continue;
    const read = ofUse(use, parent);
    if (read === "all") return "all";
    for (const field of read) fields.add(field);
  }
  return asList(fields);
}

function ofUse(use: Node, parent: Node | undefined): Reads {
  if (parent?.type === "MemberExpression" && parent.object === use) {
    const name = memberName(parent);
    return name === undefined ? "all" : new Set([name]);
  }
  return parent?.type === "VariableDeclarator" && parent.init === use ? ofPattern(parent.id) : "all";
}

function ofPattern(pattern: Pattern): Reads {
  if (pattern.type !== "ObjectPattern") return "all";
  const fields = new Set<string>();
  for (const property of pattern.properties) {
    if (property.type !== "Property" || property.computed) return "all";
    if (property.key.type === "Identifier") fields.add(property.key.name);
    else if (property.key.type === "Literal") fields.add(String(property.key.value));
    else return "all";
  }
  return fields;
}

const asList = (reads: Reads): readonly string[] | "all" => (reads === "all" ? "all" : [...reads].toSorted());
