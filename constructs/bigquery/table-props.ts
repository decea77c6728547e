import type { Duration } from "../../pipeline/duration";
import { bigQuerySchema, type BigQueryColumn } from "../../pipeline/schema/bigquery-schema";
import type { Columns } from "../../pipeline/schema/field-spec";
import type { Fields } from "../../pipeline/schema/field";
import { Schema } from "../../pipeline/schema/schema";
import type { FieldType } from "../../pipeline/spec";
import { limits, notADuration } from "../core/limits";
import type { Rules } from "../core/rules";
import { list } from "../core/text";
import type { AnyDataset } from "./dataset";

/** A schema, its fields, or fields as a pipeline's spec carries them. */
export type TableColumns = Schema<Fields, Fields> | Columns;

export interface TableProps {
  readonly dataset: AnyDataset;
  /** @default the construct's id, with "_" for what a name may not have */
  readonly name?: string;
  /**
   * In this order. Columns can be added at the end, NULLABLE; whatever else changes in a table that holds data is
   * refused by BigQuery, or replaces the table.
   * @see https://cloud.google.com/bigquery/docs/managing-table-schemas
   */
  readonly columns: TableColumns;
  /** @default none */
  readonly description?: string;
  /** @default none: a table is read as a whole */
  readonly partition?: TablePartition;
  /** At most 4 columns whose values lie together. @default none */
  readonly clustering?: readonly string[];
  /** @default the stack's labels */
  readonly labels?: { readonly [name: string]: string };
}

export interface TablePartition {
  /** A TIMESTAMP, DATE or DATETIME. @default the time at which a row arrives */
  readonly column?: string;
  /** @default "day": a table has at most 10,000 partitions */
  readonly every?: "hour" | "day" | "month" | "year";
  /** Rows are deleted when their partition is so old. @default never */
  readonly expiration?: Duration;
  /** Refuses queries that would read all partitions. @default false */
  readonly requireFilter?: boolean;
}

/** The columns as BigQuery writes them: any other form of the same schema is a difference on every plan. */
export function columnsOf(columns: TableColumns): readonly BigQueryColumn[] {
  return bigQuerySchema(columns instanceof Schema ? columns.fields : columns);
}

/** Of tables and views. */
export const tableName = limits("BigQuery").matches(
  "name",
  /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]{1,1024}$/u,
  'takes letters, digits, "_", "-" and spaces',
  "https://cloud.google.com/bigquery/docs/tables#table_naming",
);

const partitions = "https://cloud.google.com/bigquery/docs/partitioned-tables";
const clusters = "https://cloud.google.com/bigquery/docs/clustered-tables";
const CLUSTERING_COLUMNS = 4;
const partitionable: readonly FieldType[] = ["TIMESTAMP", "DATE", "DATETIME"];
const clusterable: readonly FieldType[] = ["STRING", "INTEGER", "NUMERIC", "BOOLEAN", "TIMESTAMP", "DATE", "DATETIME"];

export const tableRules: Rules<TableProps> = [
  tableName,
  {
    id: "partition-column",
    reads: ["partition"],
    page: partitions,
    broken({ columns, partition }) {
      if (partition?.column === undefined) return undefined;
      const column = columnsOf(columns).find(({ name }) => name === partition.column);
      if (column === undefined) return `partition.column is "${partition.column}": ${among(columns, partitionable)}`;
      if (!partitionable.includes(column.type) || column.mode === "REPEATED") {
        return `partition.column is "${column.name}", a ${column.mode} ${column.type}: BigQuery partitions by ${list(partitionable)}`;
      }
      if (column.type === "DATE" && partition.every === "hour") {
        return `partition.every is "hour": "${column.name}" is a DATE, which has none`;
      }
      return undefined;
    },
  },
  {
    id: "partition-expiration",
    reads: ["partition"],
    ofTokens: true,
    page: `${partitions}#expiration`,
    broken({ partition }) {
      const expiration = partition?.expiration;
      const sentence = expiration && notADuration(expiration, "1h", "36500d");
      return sentence && `partition.expiration ${sentence("BigQuery")}`;
    },
  },
  {
    id: "clustering",
    reads: ["clustering"],
    page: clusters,
    broken({ columns, clustering = [] }) {
      if (clustering.length > CLUSTERING_COLUMNS) {
        return `clustering has ${clustering.length} columns: BigQuery takes at most ${CLUSTERING_COLUMNS}`;
      }
      const known = new Map(columnsOf(columns).map((column) => [column.name, column]));
      const wrong = clustering.find((name) => {
        const column = known.get(name);
        return column === undefined || !clusterable.includes(column.type) || column.mode === "REPEATED";
      });
      return wrong === undefined ? undefined : `clustering has "${wrong}": ${among(columns, clusterable)}`;
    },
  },
];

function among(columns: TableColumns, types: readonly FieldType[]): string {
  const fitting = columnsOf(columns).filter(({ type, mode }) => types.includes(type) && mode !== "REPEATED");
  if (fitting.length === 0) return `no column is a ${types.join(", ")}`;
  return `the table has ${list(fitting.map(({ name }) => name))} for that`;
}
