/**
 * Rows on their way into tables. Requests that wait while a transaction is written go into the next one together:
 * one sync of the disk then serves them all, and each still is all there or not at all.
 */
import { DuckDBDataChunk, type DuckDBAppender, type DuckDBConnection, type DuckDBValue } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import type { Column } from "../schema/column";
import { duckdbType, sqlName, type PhysicalName } from "../schema/duckdb-type";
import type { Database } from "./database";

/** Where rows go: a table of DuckDB and its columns. */
export interface Target {
  readonly physical: PhysicalName;
  readonly columns: readonly Column[];
}

export interface Append {
  /** Where the rows go, asked when they are written. */
  readonly target: () => Target;
  /** The columns that the rows were read for, their values in this order. */
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly DuckDBValue[])[];
  /** What else becomes true in the same transaction. */
  readonly alongside?: (connection: DuckDBConnection) => Promise<void>;
}

/** A table has got other columns between the reading and the writing of rows. They can be read again. */
export class TableChanged extends CloudError {
  constructor({ physical }: Target) {
    super("ABORTED", `${sqlName(physical)} has changed while rows were written to it: send them again`);
  }
}

interface Waiting {
  readonly append: Append;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** DuckDB's own size of a chunk. */
const CHUNK = 2048;
/** Requests of one transaction. */
const MOST_TOGETHER = 256;

export class Appends {
  private waiting: Waiting[] = [];
  private running = false;

  constructor(private readonly database: Database) {}

  /** Resolves when the rows are durable. */
  append(append: Append): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ append, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.running || this.waiting.length === 0) return;
    this.running = true;
    void this.run().finally(() => {
      this.running = false;
      this.schedule();
    });
  }

  private async run(): Promise<void> {
    let taken: readonly Waiting[] = [];
    try {
      await this.database.write(async (connection) => {
        // What has come until the turn came.
        taken = this.waiting.splice(0, MOST_TOGETHER);
        await writeAll(connection, taken);
      });
      for (const { resolve } of taken) resolve();
    } catch (error) {
      if (taken.length === 0) taken = this.waiting.splice(0);
      if (taken.length === 1) taken[0]?.reject(error);
      else await this.alone(taken);
    }
  }

  /** One of several cannot be written: each for itself, so that the others are. */
  private async alone(taken: readonly Waiting[]): Promise<void> {
    for (const { append, resolve, reject } of taken) {
      try {
        await this.database.write((connection) => writeAll(connection, [{ append }]));
        resolve();
      } catch (error) {
        reject(error);
      }
    }
  }
}

async function writeAll(connection: DuckDBConnection, taken: readonly Pick<Waiting, "append">[]): Promise<void> {
  const byTable = new Map<string, { readonly target: Target; readonly rows: (readonly DuckDBValue[])[] }>();
  for (const { append } of taken) {
    const target = append.target();
    if (target.columns !== append.columns) throw new TableChanged(target);
    const name = sqlName(target.physical);
    const there = byTable.get(name);
    if (there === undefined) byTable.set(name, { target, rows: [...append.rows] });
    else for (const row of append.rows) there.rows.push(row);
  }
  for (const { target, rows } of byTable.values()) await appendRows(connection, target, rows);
  for (const { append } of taken) await append.alongside?.(connection);
}

/** Within a transaction. */
export async function appendRows(
  connection: DuckDBConnection,
  target: Target,
  rows: readonly (readonly DuckDBValue[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const { physical, columns } = target;
  const types = columns.map(duckdbType);
  const appender = await connection.createAppender(physical.table, physical.schema);
  try {
    // A chunk that does not fit its table ends the process, not the call.
    if (appender.columnCount !== columns.length) throw new TableChanged(target);
    for (let from = 0; from < rows.length; from += CHUNK) {
      const some = rows.slice(from, from + CHUNK);
      const chunk = DuckDBDataChunk.create(types, some.length);
      chunk.setColumns(columns.map((_, at) => some.map((row) => row[at] as DuckDBValue)));
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } catch (error) {
    close(appender);
    throw error;
  }
  appender.closeSync();
}

/** After an error: closing tries to flush what is left, and fails once more. */
function close(appender: DuckDBAppender): void {
  try {
    appender.closeSync();
  } catch {
    // The first error tells what was wrong.
  }
}
