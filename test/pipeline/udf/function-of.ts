import type { AnyFunction } from "../../../pipeline/udf/portable";
import type { FunctionRole } from "../../../pipeline/udf/problem";
import { portable } from "../../../pipeline/udf/portable";

/** The function of a text, as no tool of this test run has touched it. */
export function functionOf(text: string): AnyFunction {
  // oxlint-disable-next-line typescript/no-implied-eval -- the tests are about the text of functions, so they write it
  return new Function(`return (${text}\n)`)() as AnyFunction;
}

export const rowRole: FunctionRole = {
  data: ["row"],
  handIn: (parameters, use, name) => `.filter((${parameters}) => ... ${use}, { constants: { ${name} } })`,
};

const carry = (
  fn: AnyFunction | string,
  constants?: { readonly [name: string]: unknown },
  role: FunctionRole = rowRole,
): ReturnType<typeof portable> => portable(typeof fn === "string" ? functionOf(fn) : fn, role, constants);

/** The text that a function travels as. */
export function sourceOf(fn: AnyFunction | string, role?: FunctionRole): string {
  const carried = carry(fn, undefined, role);
  if ("obstacles" in carried) throw new Error(carried.obstacles.map(({ what }) => what).join("\n"));
  return carried.spec.source;
}

export function readsOf(fn: AnyFunction | string, role?: FunctionRole): readonly string[] | "all" {
  const carried = carry(fn, undefined, role);
  if ("obstacles" in carried) throw new Error(carried.obstacles.map(({ what }) => what).join("\n"));
  return carried.spec.reads;
}

/** Why it does not travel: "what: way out", as the language's table has it. */
export function obstaclesOf(
  fn: AnyFunction | string,
  constants?: { readonly [name: string]: unknown },
  role?: FunctionRole,
): readonly string[] {
  const carried = carry(fn, constants, role);
  return "obstacles" in carried ? carried.obstacles.map(({ what, wayOut }) => `filter${what}: ${wayOut}`) : [];
}

/** As {@link obstaclesOf}, without the ways out. */
export const whatOf = (fn: AnyFunction | string, role?: FunctionRole): readonly string[] => {
  const carried = carry(fn, undefined, role);
  return "obstacles" in carried ? carried.obstacles.map(({ what }) => what.replace(/^:? /, "")) : [];
};
