/** A function read, cleaned of what tools add, and held against what is asked of it. */
import type { Node } from "estree";
import { clean } from "./clean";
import { parseFunction, type ParsedFunction } from "./parse";
import { print } from "./print";
import type { FunctionProblem } from "./problem";
import { parentsOf } from "./syntax";

/** Why a function cannot travel, in the words that are shown. */
export interface Obstacle {
  /** Goes on from what the function is and where, "filter at pipeline.ts:14": ` uses "MINIMUM", which is defined outside of it`. */
  readonly what: string;
  /** The line of the function that has it. */
  readonly excerpt?: string;
  readonly wayOut: string;
}

type Parents = ReadonlyMap<Node, Node | undefined>;

type Checked =
  | { readonly parsed: ParsedFunction; readonly parents: Parents }
  | { readonly obstacles: readonly Obstacle[] };

/**
 * @param of what of the function this is, for messages: nothing of the function itself, ": constants.round" of a constant
 * @param problemsOf what is wrong with it
 */
export function checkFunction(
  fn: Function,
  of: string,
  problemsOf: (parsed: ParsedFunction, parents: Parents) => readonly FunctionProblem[],
): Checked {
  const parsed = parseFunction(Function.prototype.toString.call(fn));
  if ("what" in parsed) return { obstacles: [{ what: `${of} ${parsed.what}`, wayOut: parsed.wayOut }] };
  clean(parsed.node, parsed.names);
  const parents = parentsOf(parsed.node);
  const problems = problemsOf(parsed, parents);
  if (problems.length === 0) return { parsed, parents };
  return {
    obstacles: problems
      .toSorted((a, b) => startOf(a.node) - startOf(b.node))
      .map(({ what, wayOut, node }) => ({
        what: `${of} ${what}`,
        excerpt: excerptOf(node, parents),
        wayOut,
      })),
  };
}

const startOf = (node: Node): number => ("start" in node ? Number(node.start) : 0);

const LONGEST_EXCERPT = 110;

/** The line that has the problem, of the statement around it or of the whole function where that is one expression. */
function excerptOf(node: Node, parents: Parents): string {
  let shown = node;
  for (let at: Node | undefined = node; at !== undefined; at = parents.get(at)) {
    shown = at;
    if (at.type.endsWith("Statement") || at.type === "VariableDeclaration") break;
  }
  const [sought = ""] = print(node).split("\n");
  const lines = print(shown).split("\n");
  const line = (lines.find((each) => each.includes(sought)) ?? lines[0] ?? "").trim();
  return line.length > LONGEST_EXCERPT ? `${line.slice(0, LONGEST_EXCERPT)}...` : line;
}
