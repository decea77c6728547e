/**
 * Rows that are written as changes: each takes the place of the row with its primary key, or takes that away, unless a
 * change of a later sequence number has come before. Which numbers came last is kept beside the rows, also of rows that
 * are gone, and changes with them in one transaction.
 * @see https://cloud.google.com/bigquery/docs/change-data-capture
 */
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import { columnNamed, type Column } from "../schema/column";
import { quoted, sqlName, type PhysicalName } from "../schema/duckdb-type";
import { primaryKeyOf } from "../schema/primary-key";
import { appendRows } from "./appends";
import { tableKey, type TableRecord } from "./catalog";

export interface Change {
  readonly type: "UPSERT" | "DELETE";
  /** Comparable as text: see sequenceOf. */
  readonly sequence: string;
  /** All columns; of a DELETE, those of the key are asked for only. */
  readonly values: readonly DuckDBValue[];
}

const SECTIONS = 4;
const DIGITS = 16;
const SEQUENCE = /^[0-9a-f]{1,16}(?:\/[0-9a-f]{1,16}){0,3}$/i;

/**
 * A _CHANGE_SEQUENCE_NUMBER such that texts compare as its sections do as numbers: a section that is missing is 0.
 * A change without a number has the least: of several such the one that came last counts, as it does among equal ones.
 * @returns undefined where it is none
 */
export function sequenceOf(number = "0"): string | undefined {
  if (!SEQUENCE.test(number)) return undefined;
  const sections = number.toLowerCase().split("/");
  return Array.from({ length: SECTIONS }, (_, i) => (sections[i] ?? "").padStart(DIGITS, "0")).join("");
}

/** What came last, of a table: it lies beside the table, under a name that no table of BigQuery can have. */
export const changesName = ({ schema, table }: PhysicalName): PhysicalName => ({ schema, table: `${table}~changes` });

/** No column of BigQuery can have these names. */
const KEY = "~key";
const SEQUENCE_COLUMN = "~sequence";
const DELETED = "~deleted";
const incoming: PhysicalName = { schema: "_staging", table: "~changes" };

const text = (name: string): Column => ({ name, type: "STRING", mode: "NULLABLE" });

/**
 * Applies changes, within a transaction.
 * @returns by how many rows the table has grown
 */
export async function applyChanges(
  connection: DuckDBConnection,
  table: TableRecord,
  changes: readonly Change[],
): Promise<number> {
  const { columns } = table;
  const places = keyPlaces(table);
  const columnsThere: readonly Column[] = [
    ...columns.map((column): Column => (column.mode === "REQUIRED" ? { ...column, mode: "NULLABLE" } : column)),
    text(KEY),
    text(SEQUENCE_COLUMN),
    { name: DELETED, type: "BOOLEAN", mode: "NULLABLE" },
  ];
  const rows = [...lastOfEach(places, changes)].map(([name, change]) => [
    ...change.values,
    name,
    change.sequence,
    change.type === "DELETE",
  ]);
  const from = sqlName(incoming);
  const [key, sequence, deleted] = [KEY, SEQUENCE_COLUMN, DELETED].map(quoted);
  const target = sqlName(table.physical);
  const known = sqlName(changesName(table.physical));
  const run = async (sql: string): Promise<number> => (await connection.run(sql)).rowsChanged;

  await run(`CREATE TABLE IF NOT EXISTS ${known} (${key} VARCHAR, ${sequence} VARCHAR)`);
  await run(
    `CREATE OR REPLACE TABLE ${from} AS SELECT *, '' AS ${key}, '' AS ${sequence}, false AS ${deleted} FROM ${target} LIMIT 0`,
  );
  await appendRows(connection, { physical: incoming, columns: columnsThere }, rows);
  await run(
    `DELETE FROM ${from} AS new USING ${known} AS old WHERE old.${key} = new.${key} AND old.${sequence} > new.${sequence}`,
  );
  const isSame = places
    .map((place) => quoted((columns[place] as Column).name))
    .map((name) => `old.${name} = new.${name}`);
  const gone = await run(`DELETE FROM ${target} AS old USING ${from} AS new WHERE ${isSame.join(" AND ")}`);
  const list = columns.map(({ name }) => quoted(name)).join(", ");
  const come = await run(
    `INSERT INTO ${target} (${list}) SELECT ${list} FROM ${from} WHERE NOT ${deleted} ORDER BY rowid`,
  );
  await run(`DELETE FROM ${known} AS old USING ${from} AS new WHERE old.${key} = new.${key}`);
  await run(`INSERT INTO ${known} SELECT ${key}, ${sequence} FROM ${from}`);
  await run(`DROP TABLE ${from}`);
  return come - gone;
}

/**
 * A table that is written by changes takes no statement that changes single rows. When BigQuery stops to see it so is
 * not said: here, when it is made anew.
 * @throws CloudError INVALID_ARGUMENT
 */
export async function refuseWhereChanged(connection: DuckDBConnection, table: TableRecord): Promise<void> {
  const { schema, table: name } = changesName(table.physical);
  const found = await connection.runAndReadAll(
    "SELECT 1 FROM duckdb_tables() WHERE schema_name = $1 AND table_name = $2",
    [schema, name],
  );
  if (found.getRows().length === 0) return;
  throw new CloudError(
    "INVALID_ARGUMENT",
    `UPDATE, DELETE and MERGE are not supported over table ${tableKey(table)}: it is active with change data capture.`,
  );
}

/** The places of the primary key's columns among all. */
export function keyPlaces({ columns, settings }: Pick<TableRecord, "columns" | "settings">): readonly number[] {
  return primaryKeyOf(settings).map((name) => columns.indexOf(columnNamed(columns, name) as Column));
}

/** Of each key the change that counts, in the order in which they came. */
function lastOfEach(places: readonly number[], changes: readonly Change[]): ReadonlyMap<string, Change> {
  const last = new Map<string, Change>();
  for (const change of changes) {
    const key = JSON.stringify(places.map((place) => String(change.values[place])));
    const before = last.get(key);
    if (before !== undefined && before.sequence > change.sequence) continue;
    last.delete(key);
    last.set(key, change);
  }
  return last;
}
