import type { BigqueryTableConfig } from "@cdktf/provider-google/lib/bigquery-table";
import type { TerraformResource } from "cdktf";
import type { Duration } from "../../pipeline/duration";
import type { Encrypted } from "../core/encryption";
import type { Overridable } from "../core/overridable";
import type { AnyDataset } from "./dataset";
import type { TablePartition } from "./partition";
import type { RelationProps } from "./relation";
import type { OptionsOfColumns, TableColumns } from "./table-schema";

/**
 * What `overrides` is for: tables of open formats (Iceberg over a connection), of open source catalogues, and replicas of
 * materialized views elsewhere.
 */
export interface TableProps extends RelationProps, Encrypted, Overridable<BigqueryTableConfig> {
  /**
   * In this order. Columns can be added, NULLABLE; whatever else changes in a table that holds data is refused by
   * BigQuery, or replaces the table. It is held against what the app's last synthesis wrote, where there is one: an error
   * where the stage keeps its data, else a warning.
   * @see https://cloud.google.com/bigquery/docs/managing-table-schemas
   */
  readonly columns: TableColumns;
  /** What else there is to say of columns, by name. @default nothing */
  readonly columnOptions?: OptionsOfColumns;
  /**
   * Columns that together name a row. BigQuery does not look whether they do; joins are faster by it, and rows that are
   * written as changes (upserts) are found by it.
   * @default none
   * @see https://cloud.google.com/bigquery/docs/primary-foreign-keys
   */
  readonly primaryKey?: readonly string[];
  /** Columns that name rows of other tables. BigQuery does not look whether they do. @default none */
  readonly foreignKeys?: readonly ForeignKey[];
  /** @default none: a table is read as a whole */
  readonly partition?: TablePartition;
  /** At most 4 columns whose values lie together. @default none */
  readonly clustering?: readonly string[];
  /** When the whole table is deleted: "2030-01-01T00:00:00Z". @default never, or as the dataset says */
  readonly expiresAt?: string;
  /**
   * How old what is read may be, in a table whose rows are written as changes: BigQuery then need not apply all of them
   * before each query.
   * @default "0s"
   * @see https://cloud.google.com/bigquery/docs/change-data-capture#manage_table_staleness
   */
  readonly maxStaleness?: Duration;
}

/** A column that names a row of another table by that one's primary key. */
export interface ForeignKey {
  readonly column: string;
  readonly table: ReferencedTable;
  /** The column of the other's primary key. */
  readonly references: string;
  /** @default BigQuery's choice */
  readonly name?: string;
}

/** Any table. */
interface ReferencedTable {
  readonly name: string;
  readonly dataset: AnyDataset;
  readonly columns: readonly { readonly name: string; readonly type: string }[] | undefined;
  readonly primaryKey?: readonly string[];
  /** Where this app makes it. */
  readonly resource?: TerraformResource;
}
