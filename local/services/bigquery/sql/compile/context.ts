/** What the parts of the compiler know of one another, and of the world. */
import type { Query, TablePath } from "../ast";
import { NotTranslated, SqlError } from "../sql-error";
import type { SqlType } from "../types";
import type { Scope } from "./scope";

/** A table or a view that a query names. */
export interface FoundTable {
  /** A table of DuckDB, or a query in brackets. */
  readonly sql: string;
  /** How it is called where it has no alias. */
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
  /** Columns of which a query has to filter one. */
  readonly partitionFilter?: { readonly table: string; readonly columns: readonly string[] };
}

export interface ParameterType {
  /** Undefined for one by position. */
  readonly name: string | undefined;
  readonly type: SqlType;
}

/** What a query is compiled in. */
export interface Environment {
  readonly source: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly parameters: readonly ParameterType[];
  /** @throws SqlError where it is not there, CloudError where the caller may not read it */
  table(path: TablePath): FoundTable;
}

export interface OutputColumn {
  /** "" for one that has no name. */
  readonly name: string;
  readonly type: SqlType;
  /** Its name in the SQL. */
  readonly emitted: string;
}
export interface CompiledQuery {
  /** Without brackets. */
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
}

/** Common tables by their names in small letters. */
export type CommonTables = ReadonlyMap<string, readonly OutputColumn[]>;

export interface Context {
  readonly environment: Environment;
  readonly tables: CommonTables;
  query(query: Query, context: Context, parent: Scope | undefined): CompiledQuery;
}

export const failAt = ({ environment }: Context, message: string, at: number): SqlError =>
  new SqlError(message, environment.source, at);

export const notTranslatedAt = (
  { environment }: Context,
  construct: string,
  at: number,
  instead?: string,
): NotTranslated => new NotTranslated(construct, environment.source, at, instead);
