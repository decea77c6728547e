import type { DuckDBMaterializedResult, DuckDBValue } from "@duckdb/node-api";
import type { Column } from "../schema/column";
import type { CompiledQuery } from "../sql/compile/context";
import { SqlError } from "../sql/sql-error";
import { columnOfType } from "../sql/types";

/** Rows of a query; they stay where DuckDB has them until a page is asked for. */
export class QueryResult {
  constructor(
    readonly columns: readonly Column[],
    private readonly result: DuckDBMaterializedResult | undefined,
  ) {}

  get rowCount(): number {
    return this.result?.rowCount ?? 0;
  }

  rows(from: number, count: number): readonly (readonly DuckDBValue[])[] {
    const { result } = this;
    const rows: DuckDBValue[][] = [];
    if (result === undefined) return rows;
    let start = 0;
    for (let at = 0; at < result.chunkCount && rows.length < count; at++) {
      const chunk = result.getChunk(at);
      const end = start + chunk.rowCount;
      for (let row = Math.max(from, start); row < end && rows.length < count; row++) {
        rows.push(chunk.getRowValues(row - start));
      }
      start = end;
    }
    return rows;
  }
}

/** A query's columns under their final names: f0_ for what has none. @throws SqlError for two of one name */
export function finalColumns({ sql, columns }: CompiledQuery): {
  readonly sql: string;
  readonly columns: readonly Column[];
} {
  let unnamed = 0;
  const final = columns.map(({ name, type }) => columnOfType(name === "" ? `f${unnamed++}_` : name, type));
  const seen = new Set<string>();
  const again = final.find(({ name }) => seen.size === seen.add(name.toLowerCase()).size);
  if (again !== undefined) {
    throw new SqlError(`Duplicate column names in the result are not supported. Found duplicate(s): ${again.name}`);
  }
  return { sql, columns: final };
}
