import type { AnyTable } from "../bigquery/table";
import type { TableProps } from "../bigquery/table-props";
import type { PartitionId } from "./replaced-partition";

/** Options of a table that is made. */
type OwnTable = Partial<
  Pick<TableProps, "partition" | "clustering" | "description" | "primaryKey" | "foreignKeys" | "maxStaleness">
>;

/** A table, and how rows come into it. */
export type TableDestination = OwnTable & {
  /** A table that is made, by name; or one of yours, which has its own options. */
  readonly table: string | AnyTable;
} & (AddedRows | ReplacedRows);

interface AddedRows {
  /**
   * "append" adds rows. "truncate" replaces all there is, once and at the end: of pipelines that end. "upsert" keeps one
   * row for each primary key, the last that was written.
   * @default "append"
   */
  readonly write?: "append" | "upsert";
  readonly partitionId?: undefined;
}

interface ReplacedRows {
  readonly write: "truncate";
  /**
   * Replaces this partition alone, as BigQuery names it behind the table's "$": "20240131", "2024013112", "202401", "2024",
   * or the number that a range begins with. "{yesterday}" is the day before that on which a run starts, in UTC, or the one
   * that an execution is told as YESTERDAY=2024-01-31; "{partition}" is what it is told as PARTITION=2024013112. A row of
   * another partition is an error row.
   * @default all of the table
   * @see https://cloud.google.com/bigquery/docs/managing-partitioned-table-data#partition_decorator
   */
  readonly partitionId?: PartitionId;
}
