/**
 * A user's function made portable: read, cleaned of what tools add, checked to be self-contained, and printed in
 * one form, whatever compiled it. Where it cannot travel, every reason is told at once.
 */
import type { Node } from "estree";
import type { FunctionSpec } from "../spec";
import { changeProblems } from "./changes";
import { clean } from "./clean";
import { carryConstants } from "./constants";
import { formProblems } from "./form";
import { outsideProblems } from "./outside";
import { parseFunction, type ParsedFunction } from "./parse";
import { print, sameSyntax } from "./print";
import type { FunctionProblem, FunctionRole } from "./problem";
import { readsOf } from "./reads";
import { parentsOf } from "./syntax";
import { unsteadyProblems } from "./steady";

export type AnyFunction = (...parameters: never) => unknown;

/** Why a function cannot travel, in the words that are shown. */
export interface Obstacle {
  /** Goes on from what the function is and where, "filter at pipeline.ts:14": ` uses "MINIMUM", which is defined outside of it`. */
  readonly what: string;
  /** The line of the function that has it. */
  readonly excerpt?: string;
  readonly wayOut: string;
}

export type Portable = { readonly spec: FunctionSpec } | { readonly obstacles: readonly Obstacle[] };

/** @param constants what the function finds as `constants` in its last parameter */
export function portable(
  fn: AnyFunction,
  role: FunctionRole,
  constants: { readonly [name: string]: unknown } | undefined,
): Portable {
  const obstacles: Obstacle[] = [];
  const carried = carryConstants(constants ?? {}, (helper, path) => {
    const made = printFunction(helper, helperRole, `: ${path}`);
    if ("source" in made) return made.source;
    obstacles.push(...made.obstacles);
    return undefined;
  });
  obstacles.push(...carried.problems.map((problem) => ({ what: `: ${problem}`, wayOut: constantsAre })));
  const made = printFunction(fn, role, "");
  if ("obstacles" in made) obstacles.push(...made.obstacles);
  if (obstacles.length > 0 || "obstacles" in made) return { obstacles };
  return {
    spec: {
      source: made.source,
      reads: made.reads,
      ...(constants !== undefined && { constants: carried.constants }),
      ...(Object.keys(carried.helpers).length > 0 && { helpers: carried.helpers }),
    },
  };
}

const constantsAre = "hand in text, numbers, booleans, null, lists and plain objects of them, or functions";

/** Functions among the constants: they have parameters of their own, and nothing else. */
const helperRole: FunctionRole = {
  data: [],
  handIn: (_parameters, _use, name) => `give the function "${name}" as a parameter`,
};

type Printed =
  | { readonly source: string; readonly reads: readonly string[] | "all" }
  | { readonly obstacles: readonly Obstacle[] };

/** @param of what of the function this is, for messages: nothing of the function itself, ": constants.round" of a constant */
function printFunction(fn: Function, role: FunctionRole, of: string): Printed {
  const parsed = parseFunction(Function.prototype.toString.call(fn));
  if ("what" in parsed) return { obstacles: [{ what: `${of} ${parsed.what}`, wayOut: parsed.wayOut }] };
  clean(parsed.node, parsed.names);
  const parents = parentsOf(parsed.node);
  const problems = problemsOf(parsed, parents, role);
  if (problems.length > 0) {
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
  const source = print(parsed.node);
  const again = parseFunction(source);
  if ("what" in again || !sameSyntax(again.node, parsed.node)) {
    return { obstacles: [{ what: `${of} cannot be printed as it is`, wayOut: "write it in plainer syntax" }] };
  }
  const row = role.data.indexOf("row");
  return { source, reads: row < 0 ? [] : readsOf(parsed, parents, row) };
}

const startOf = (node: Node): number => ("start" in node ? Number(node.start) : 0);

const problemsOf = (
  parsed: ParsedFunction,
  parents: ReadonlyMap<Node, Node | undefined>,
  role: FunctionRole,
): readonly FunctionProblem[] => [
  ...formProblems(parsed.node, parsed.names, parents),
  ...outsideProblems(parsed, parents, role),
  ...unsteadyProblems(parsed.names, parents),
  ...changeProblems(parsed, parents, role),
];

const LONGEST_EXCERPT = 110;

/** The line that has the problem, of the statement around it or of the whole function where that is one expression. */
function excerptOf(node: Node, parents: ReadonlyMap<Node, Node | undefined>): string {
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
