import type { Catalog } from "./catalog";
import type { Database } from "./database";
import { sqlName } from "../schema/duckdb-type";

/** How many rows a table has, counted as they come; DuckDB is asked at the start and after statements that change rows. */
export class RowCounts {
  private readonly rows = new Map<string, number>();
  private readonly appended = new Map<string, number>();
  private readonly refused = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly catalog: Catalog,
  ) {}

  async countAll(): Promise<void> {
    for (const { dataset, id } of this.catalog.tables()) await this.recount(dataset, id);
  }

  async recount(dataset: string, id: string): Promise<void> {
    const table = this.catalog.findTable(dataset, id);
    if (table === undefined || table.view !== undefined) return;
    // In a writer's turn: what is appended before is counted and added already, what comes after is in neither.
    const result = await this.database.write((connection) =>
      connection.runAndReadAll(`SELECT count(*) FROM ${sqlName(table.physical)}`),
    );
    this.rows.set(table.uid, Number(result.getRows()[0]?.[0]));
  }

  /** Rows that were appended, durable. @param grown by how many the table has grown: changes take the place of others */
  add(dataset: string, id: string, rows: number, grown = rows): void {
    const key = this.key(dataset, id);
    this.rows.set(key, (this.rows.get(key) ?? 0) + grown);
    this.appended.set(key, (this.appended.get(key) ?? 0) + rows);
  }

  /** Rows that were not taken. */
  refuse(dataset: string, id: string, rows: number): void {
    const key = this.key(dataset, id);
    this.refused.set(key, (this.refused.get(key) ?? 0) + rows);
  }

  /** `rows` now; `appended` and `refused` since the start. */
  of(dataset: string, id: string): { readonly rows: number; readonly appended: number; readonly refused: number } {
    const key = this.key(dataset, id);
    return {
      rows: this.rows.get(key) ?? 0,
      appended: this.appended.get(key) ?? 0,
      refused: this.refused.get(key) ?? 0,
    };
  }

  /** A table that is made anew under its name is another. */
  private key(dataset: string, id: string): string {
    return this.catalog.findTable(dataset, id)?.uid ?? `${dataset}.${id}`;
  }
}
