/** What is durable of a write stream, in one row of DuckDB beside the rows that came through it. */
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Column } from "../schema/column";
import type { PhysicalName } from "../schema/duckdb-type";

export interface StreamRecord {
  /** projects/P/datasets/D/tables/T/streams/S */
  readonly name: string;
  readonly dataset: string;
  readonly table: string;
  /** Of the table that it was made for: one made later under that name is another. */
  readonly tableUid: string;
  readonly type: "COMMITTED" | "PENDING" | "BUFFERED";
  /** Of rows that wait out of sight: the table's columns when the stream was made. */
  readonly columns: readonly Column[];
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly finalized: boolean;
  readonly committed: number | null;
  /** Rows that were appended: the next offset. */
  readonly rows: number;
  /** Rows of a BUFFERED stream that can be seen. */
  readonly flushed: number;
}

const OFFSET = "_offset";

/** Where a PENDING or BUFFERED stream's rows wait. */
export const stagingName = ({ name }: StreamRecord): PhysicalName => ({
  schema: "_staging",
  table: name.slice(name.lastIndexOf("/") + 1),
});

export const stagingColumns = ({ columns }: StreamRecord): readonly Column[] => [
  ...columns,
  { name: OFFSET, type: "INTEGER", mode: "REQUIRED" },
];

/** The columns of a staging table that are the table's. */
export const stagedRows = `* EXCLUDE (${OFFSET})`;
export const stagedUpTo = `${OFFSET} <= $1`;

export async function loadStreams(
  connection: DuckDBConnection,
  forgetBefore: number,
): Promise<readonly StreamRecord[]> {
  await connection.run(
    "CREATE TABLE IF NOT EXISTS _catalog.streams (name VARCHAR, rows BIGINT, finalized BOOLEAN, record VARCHAR)",
  );
  await connection.run("DELETE FROM _catalog.streams WHERE finalized AND (record->>'$.created')::BIGINT < $1", [
    BigInt(forgetBefore),
  ]);
  const result = await connection.runAndReadAll("SELECT record, rows FROM _catalog.streams");
  return result
    .getRows()
    .map(([record, rows]) => ({ ...(JSON.parse(record as string) as StreamRecord), rows: Number(rows) }));
}

export async function saveStream(connection: DuckDBConnection, record: StreamRecord): Promise<void> {
  await connection.run("DELETE FROM _catalog.streams WHERE name = $1", [record.name]);
  await connection.run("INSERT INTO _catalog.streams VALUES ($1, $2, $3, $4)", [
    record.name,
    BigInt(record.rows),
    record.finalized,
    JSON.stringify(record),
  ]);
}

/**
 * In the transaction that writes the rows.
 * @returns false where the stream does not stand at `from`: what was appended before is not there.
 */
export async function advance(connection: DuckDBConnection, name: string, from: number, to: number): Promise<boolean> {
  const result = await connection.run("UPDATE _catalog.streams SET rows = $1 WHERE name = $2 AND rows = $3", [
    BigInt(to),
    name,
    BigInt(from),
  ]);
  return result.rowsChanged === 1;
}
