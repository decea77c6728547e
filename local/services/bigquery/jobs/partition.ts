/**
 * One partition of a table, as a decorator names it: table$20240131. Rows are not divided in DuckDB; which ones are in the
 * partition follows from the column.
 * @see https://cloud.google.com/bigquery/docs/managing-partitioned-table-data
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import { RestError } from "../../../routes";
import { quoted, quotedText, sqlName } from "../schema/duckdb-type";
import { tableKey, type TableRecord } from "../store/catalog";

/** A table's id and the partition behind it, where there is one. */
export function decorated(tableId: string): { readonly id: string; readonly partition: string | undefined } {
  const at = tableId.indexOf("$");
  return at < 0
    ? { id: tableId, partition: undefined }
    : { id: tableId.slice(0, at), partition: tableId.slice(at + 1) };
}

const formats = {
  HOUR: ["%Y%m%d%H", "YYYYMMDDHH"],
  DAY: ["%Y%m%d", "YYYYMMDD"],
  MONTH: ["%Y%m", "YYYYMM"],
  YEAR: ["%Y", "YYYY"],
} as const;

interface Partitioned {
  readonly timePartitioning?: { readonly type?: string; readonly field?: string };
  readonly rangePartitioning?: {
    readonly field: string;
    readonly range: { readonly start: unknown; readonly end: unknown; readonly interval: unknown };
  };
}

/**
 * The condition that the rows of a partition meet, in DuckDB's SQL.
 * @throws CloudError where the table has no such partition
 */
export function inPartition(table: TableRecord, partition: string): string {
  const { timePartitioning, rangePartitioning } = table.settings as Partitioned;
  const key = `${tableKey(table)}$${partition}`;
  const refused = (why: string): CloudError => new CloudError("INVALID_ARGUMENT", `Invalid table ID ${key}: ${why}`);
  if (rangePartitioning !== undefined) {
    const { field, range } = rangePartitioning;
    const [start, end, interval] = [Number(range.start), Number(range.end), Number(range.interval)];
    const from = Number(partition);
    if (!/^-?\d+$/.test(partition) || from < start || from >= end || (from - start) % interval !== 0) {
      throw refused(`a partition is ${start}, ${start + interval} and so on to below ${end}.`);
    }
    return `(${quoted(field)} >= ${from} AND ${quoted(field)} < ${Math.min(from + interval, end)})`;
  }
  if (timePartitioning === undefined)
    throw refused("Cannot use a partition decorator with a table that is not partitioned.");
  const type = (timePartitioning.type ?? "DAY") as keyof typeof formats;
  const [format, form] = formats[type];
  if (!/^\d+$/.test(partition) || partition.length !== form.length) {
    throw refused(`Incorrect partition id: the table is partitioned by ${type}, and an id is ${form}.`);
  }
  if (timePartitioning.field === undefined) {
    throw new CloudError(
      "UNIMPLEMENTED",
      `${key}: by when rows arrived they are not divided here. A table that is partitioned by a column is`,
    );
  }
  return `(strftime(${quoted(timePartitioning.field)}, '${format}') = ${quotedText(partition)})`;
}

/**
 * Writes rows into one partition, within a transaction: what it had before may go first, and rows of other partitions are
 * refused, all together.
 */
export async function writePartition(
  connection: DuckDBConnection,
  table: TableRecord,
  partition: string,
  disposition: string,
  write: () => Promise<number>,
): Promise<number> {
  const condition = inPartition(table, partition);
  const count = async (where: string): Promise<number> => {
    const result = await connection.runAndReadAll(`SELECT COUNT(*) FROM ${sqlName(table.physical)} WHERE ${where}`);
    return Number(result.getRows()[0]?.[0]);
  };
  if (disposition.startsWith("WRITE_TRUNCATE")) {
    await connection.run(`DELETE FROM ${sqlName(table.physical)} WHERE ${condition}`);
  } else if (disposition === "WRITE_EMPTY" && (await count(condition)) > 0) {
    throw new RestError("ALREADY_EXISTS", `Already Exists: Table ${tableKey(table)}$${partition}`, "duplicate");
  }
  const elsewhere = `(${condition}) IS NOT TRUE`;
  const before = await count(elsewhere);
  const rows = await write();
  if ((await count(elsewhere)) !== before) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      `Some rows belong to different partitions rather than destination partition ${partition}`,
    );
  }
  return rows;
}
