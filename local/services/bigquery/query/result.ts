import type { DuckDBMaterializedResult, DuckDBValue } from "@duckdb/node-api";
import type { Column } from "../schema/column";

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
