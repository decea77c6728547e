/** The compiler of expressions, as its parts know it. */
import type { Expression } from "../ast";
import type { Typed } from "../typed";
import type { SqlType } from "../types";
import type { Context } from "./context";
import type { Scope } from "./scope";

export interface Inner {
  readonly context: Context;
  readonly scope: Scope;
  compile(expression: Expression): Typed;
  /** @throws SqlError where it does not become that type by itself */
  as(expression: Expression, type: SqlType): Typed;
  /** SQL of a BOOL. @param clause what is said to want one */
  boolean(expression: Expression, clause: string): string;
  fail(message: string, at: number): Error;
}
