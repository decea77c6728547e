/** An expression of Workflows' language, read: what stands between "${" and "}". */
export type ExpressionTree =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "member"; readonly of: ExpressionTree; readonly name: string }
  | { readonly kind: "index"; readonly of: ExpressionTree; readonly at: ExpressionTree }
  | { readonly kind: "call"; readonly callee: ExpressionTree; readonly given: readonly ExpressionTree[] }
  | { readonly kind: "operation"; readonly operator: string; readonly operands: readonly ExpressionTree[] }
  | { readonly kind: "list"; readonly items: readonly ExpressionTree[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [key: ExpressionTree, value: ExpressionTree])[] };

/** "text.split" of a call of it; undefined of what is no dotted name. */
export function dottedName(tree: ExpressionTree): string | undefined {
  if (tree.kind === "name") return tree.name;
  if (tree.kind !== "member") return undefined;
  const of = dottedName(tree.of);
  return of === undefined ? undefined : `${of}.${tree.name}`;
}

/** What an expression is made of, one level down. */
export function partsOf(tree: ExpressionTree): readonly ExpressionTree[] {
  switch (tree.kind) {
    case "literal":
    case "name":
      return [];
    case "member":
      return [tree.of];
    case "index":
      return [tree.of, tree.at];
    case "call":
      return [tree.callee, ...tree.given];
    case "operation":
      return tree.operands;
    case "list":
      return tree.items;
    case "map":
      return tree.entries.flat();
  }
}
