import { expressionText, isExpression, resultsIn, type Value } from "./expression";

/** A step's body, or a part of it, as steps are built: expressions in it are still values. */
export type Part = Value | undefined | Result | readonly Part[] | { readonly [name: string]: Part };

/** Where a call's answer goes: left away where no expression names it. */
export class Result {
  constructor(readonly variable: string) {}
}

/** What YAML can hold. */
export type Data = string | number | boolean | null | readonly Data[] | { readonly [name: string]: Data };

/** Steps as plain data, with expressions as text. */
export function dataOf(part: Part): Data {
  const used = new Set<object>();
  collect(part, used);
  return plain(part, used) ?? null;
}

function collect(part: Part, used: Set<object>): void {
  if (isExpression(part)) for (const result of resultsIn(part)) used.add(result);
  else if (part instanceof Result) return;
  else if (typeof part === "object" && part !== null) for (const below of Object.values(part)) collect(below, used);
}

function plain(part: Part, used: ReadonlySet<object>): Data | undefined {
  if (part === undefined || typeof part !== "object" || part === null) return part;
  if (isExpression(part)) return expressionText(part);
  if (part instanceof Result) return used.has(part) ? part.variable : undefined;
  if (Array.isArray(part)) return (part as readonly Part[]).map((item) => plain(item, used) ?? null);
  const entries = Object.entries(part as { readonly [name: string]: Part }).map(
    ([name, below]) => [name, plain(below, used)] as const,
  );
  return Object.fromEntries(entries.filter((entry): entry is [string, Data] => entry[1] !== undefined));
}
