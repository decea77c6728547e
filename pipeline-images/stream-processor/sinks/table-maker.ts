import type { FieldSpec } from "../../../pipeline/spec";

/** What an output asks of BigQuery whose tables are made when they are needed. */
export interface TableMaker {
  /** Makes a table where there is none. */
  make(
    table: readonly [project: string, dataset: string, table: string],
    fields: readonly FieldSpec[],
  ): Promise<"made" | "exists">;
}
