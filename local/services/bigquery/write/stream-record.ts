/** What is durable of a write stream, in one row of DuckDB beside the rows that came through it. */
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Column } from "../schema/column";
import { sqlName, type PhysicalName } from "../schema/duckdb-type";

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

/** The streams that are known, after those that are of no use any more were forgotten, and the rows that waited in them. */
export async function loadStreams(
  connection: DuckDBConnection,
  isOfUse: (record: StreamRecord) => boolean,
): Promise<readonly StreamRecord[]> {
  await connection.run("CREATE TABLE IF NOT EXISTS _catalog.streams (name VARCHAR, rows BIGINT, record VARCHAR)");
  const result = await connection.runAndReadAll("SELECT record, rows FROM _catalog.streams");
  const all = result
    .getRows()
    .map(([record, rows]) => ({ ...(JSON.parse(record as string) as StreamRecord), rows: Number(rows) }));
  const kept = all.filter(isOfUse);
  for (const { name } of all.filter((record) => !kept.includes(record))) {
    await connection.run("DELETE FROM _catalog.streams WHERE name = $1", [name]);
  }
  const staged = new Set(kept.map((record) => stagingName(record).table));
  const tables = await connection.runAndReadAll(
    "SELECT table_name FROM duckdb_tables() WHERE schema_name = '_staging'",
  );
  for (const [table] of tables.getRows()) {
    if (staged.has(table as string)) continue;
    await connection.run(`DROP TABLE ${sqlName({ schema: "_staging", table: table as string })}`);
  }
  return kept;
}

export async function saveStream(connection: DuckDBConnection, record: StreamRecord): Promise<void> {
  await connection.run("DELETE FROM _catalog.streams WHERE name = $1", [record.name]);
  await connection.run("INSERT INTO _catalog.streams VALUES ($1, $2, $3)", [
    record.name,
    BigInt(record.rows),
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
