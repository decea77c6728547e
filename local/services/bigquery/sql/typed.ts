/** SQL of DuckDB with the type that GoogleSQL gives it. */
import type { SqlType } from "./types";

export interface Typed {
  /** Binds tighter than any operator: a name, a call, or in brackets. */
  readonly sql: string;
  readonly type: SqlType;
  /** Of a literal of a STRING or a FLOAT64: its text. */
  readonly text?: string;
  /** A literal or a parameter: a STRING becomes a DATE where one is wanted. */
  readonly adapts?: boolean;
}

/**
 * SQL that ends the query with a message, where it is evaluated. DuckDB's own error() is no use: TRY does not catch it.
 * @param message SQL of a text
 * @param duckdb the type that the expression would have
 */
export const raise = (message: string, duckdb: string): string => `CAST(raise(${message}) AS ${duckdb})`;

export const typed = (sql: string, type: SqlType): Typed => ({ sql, type });
