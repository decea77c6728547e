/**
 * A user's function made portable: read, cleaned of what tools add, checked to be self-contained, and printed in
 * one form, whatever compiled it. Where it cannot travel, every reason is told at once.
 */
import type { Node } from "estree";
import type { FunctionSpec } from "../spec";
import { changeProblems } from "./changes";
import { checkFunction, type Obstacle } from "./check";
import { carryConstants } from "./constants";
import { formProblems } from "./form";
import { outsideProblems } from "./outside";
import { parseFunction, type ParsedFunction } from "./parse";
import { print, sameSyntax } from "./print";
import type { FunctionProblem, FunctionRole } from "./problem";
import { readsOf } from "./reads";
import { unsteadyProblems } from "./steady";

export type AnyFunction = (...parameters: never) => unknown;

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
  const checked = checkFunction(fn, of, (parsed, parents) => problemsOf(parsed, parents, role));
  if ("obstacles" in checked) return checked;
  const { parsed, parents } = checked;
  const source = print(parsed.node);
  const again = parseFunction(source);
  if ("what" in again || !sameSyntax(again.node, parsed.node)) {
    return { obstacles: [{ what: `${of} cannot be printed as it is`, wayOut: "write it in plainer syntax" }] };
  }
  const row = role.data.indexOf("row");
  return { source, reads: row < 0 ? [] : readsOf(parsed, parents, row) };
}

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
