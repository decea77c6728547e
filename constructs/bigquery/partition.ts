import type { BigqueryTableConfig } from "@cdktf/provider-google/lib/bigquery-table";
import { milliseconds, type Duration } from "../../pipeline/duration";
import type { FieldType } from "../../pipeline/spec";
import { notADuration } from "../core/limits";
import type { Rules } from "../core/rules";
import { list } from "../core/text";
import { columnsOf, type TableColumns } from "./table-schema";

/**
 * How a table is divided, so that a query reads a part of it. It can never be changed.
 * @see https://cloud.google.com/bigquery/docs/partitioned-tables
 */
export type TablePartition = TimePartition | RangePartition;

interface AnyPartition {
  /** Refuses queries that would read all partitions. @default false */
  readonly requireFilter?: boolean;
}

/** By time. */
export interface TimePartition extends AnyPartition {
  /** A TIMESTAMP, DATE or DATETIME. @default the time at which a row arrives */
  readonly column?: string;
  /** @default "day": a table has at most 10,000 partitions */
  readonly every?: "hour" | "day" | "month" | "year";
  /** Rows are deleted when their partition is so old. @default never, or as the dataset says */
  readonly expiration?: Duration;
  readonly range?: undefined;
}

/** By a whole number. */
export interface RangePartition extends AnyPartition {
  /** An INTEGER. */
  readonly column: string;
  /** From `start` to below `end`, each `interval` wide. What lies outside is one partition together. */
  readonly range: { readonly start: number; readonly end: number; readonly interval: number };
  readonly every?: undefined;
  readonly expiration?: undefined;
}

interface Partitioned {
  readonly columns: TableColumns;
  readonly partition?: TablePartition;
}

const page = "https://cloud.google.com/bigquery/docs/partitioned-tables";
const MOST_PARTITIONS = 10_000;
const byTime: readonly FieldType[] = ["TIMESTAMP", "DATE", "DATETIME"];
const byNumber: readonly FieldType[] = ["INTEGER"];

export const partitionRules: Rules<Partitioned> = [
  {
    id: "partition-column",
    reads: ["partition"],
    page,
    broken({ columns, partition }) {
      if (partition?.column === undefined) return undefined;
      const types = partition.range === undefined ? byTime : byNumber;
      const column = columnsOf(columns).find(({ name }) => name === partition.column);
      if (column === undefined) return `partition.column is "${partition.column}": ${among(columns, types)}`;
      if (!types.includes(column.type) || column.mode === "REPEATED") {
        return `partition.column is "${column.name}", a ${column.mode} ${column.type}: BigQuery partitions by ${list(types)}`;
      }
      if (column.type === "DATE" && partition.every === "hour") {
        return `partition.every is "hour": "${column.name}" is a DATE, which has none`;
      }
      return undefined;
    },
  },
  {
    id: "partition-range",
    reads: ["partition"],
    page: `${page}#integer_range`,
    broken({ partition }) {
      if (partition?.range === undefined) return undefined;
      const { start, end, interval } = partition.range;
      if (![start, end, interval].every(Number.isInteger) || interval < 1) {
        return `partition.range is ${start} to ${end} by ${interval}: BigQuery takes whole numbers, and an interval from 1`;
      }
      if (start >= end) return `partition.range is ${start} to ${end}: it ends where it starts, or before`;
      const count = Math.ceil((end - start) / interval);
      return count > MOST_PARTITIONS
        ? `partition.range makes ${count} partitions: BigQuery takes at most ${MOST_PARTITIONS}`
        : undefined;
    },
  },
  {
    id: "partition-expiration",
    reads: ["partition"],
    ofTokens: true,
    page: `${page}#expiration`,
    broken({ partition }) {
      const sentence = partition?.expiration && notADuration(partition.expiration, "1h", "36500d");
      return sentence && `partition.expiration ${sentence("BigQuery")}`;
    },
  },
];

/** What there is to choose from. */
export function among(columns: TableColumns, types: readonly FieldType[]): string {
  const fitting = columnsOf(columns).filter(({ type, mode }) => types.includes(type) && mode !== "REPEATED");
  if (fitting.length === 0) return `no column is a ${types.join(", ")}`;
  return `the table has ${list(fitting.map(({ name }) => name))} for that`;
}

export function partitioning(
  partition: TablePartition | undefined,
): Pick<BigqueryTableConfig, "timePartitioning" | "rangePartitioning" | "requirePartitionFilter"> {
  if (partition === undefined) return {};
  const { requireFilter: requirePartitionFilter } = partition;
  if (partition.range !== undefined) {
    const { column: field, range } = partition;
    return { rangePartitioning: { field, range }, requirePartitionFilter };
  }
  const { column: field, every = "day", expiration } = partition;
  const expirationMs = expiration && milliseconds(expiration);
  return { timePartitioning: { type: every.toUpperCase(), field, expirationMs }, requirePartitionFilter };
}

type Block = { readonly [argument: string]: unknown };

/**
 * The partitions in words, as they are and as they were written once: by them, a change is seen.
 * @param written the table's arguments, under Terraform's names
 */
export function partitionWords(written: Block): string {
  const time = block(written["time_partitioning"] ?? written["timePartitioning"]);
  if (time) return `by ${word(time["field"], "the time of arrival")}, each ${word(time["type"])}`;
  const range = block(written["range_partitioning"] ?? written["rangePartitioning"]);
  if (!range) return "none";
  const { start, end, interval } = block(range["range"]) ?? {};
  return `by ${word(range["field"])}, from ${word(start)} to ${word(end)} by ${word(interval)}`;
}

const word = (value: unknown, otherwise = "?"): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : otherwise;

/** A block stands alone, or in a list of one. */
function block(value: unknown): Block | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === "object" && one !== null ? { ...one } : undefined;
}
