import type { Node } from "estree";

/** Why a function cannot travel, where in it, and what to do instead. */
export interface FunctionProblem {
  readonly what: string;
  readonly wayOut: string;
  readonly node: Node;
}

/** What a function is for: how its problems are worded, and what its parameters are. */
export interface FunctionRole {
  /** What its parameters hold; after them comes the context, with the constants. */
  readonly data: readonly DataParameter[];
  /** How a user hands it a constant: `.filter((click, { constants }) => ... constants.X, { constants: { X } })`. */
  readonly handIn: (parameters: string, use: string, name: string) => string;
}

type DataParameter = "row" | "state" | "accumulator";
