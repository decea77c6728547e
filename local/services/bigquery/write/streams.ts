/** Write streams: what they are, and how rows go through them. */
import { randomUUID } from "node:crypto";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Clock } from "../../../service";
import { sqlName } from "../schema/duckdb-type";
import type { Append, Appends } from "../store/appends";
import { createTable } from "../store/tables";
import type { Catalog, TableRecord } from "../store/catalog";
import type { Database } from "../store/database";
import type { RowCounts } from "../store/row-counts";
import { storageErrors, type StorageError, type StorageErrorCode } from "./messages";
import { WriteError } from "./stream-error";
import {
  advance,
  loadStreams,
  saveStream,
  stagedRows,
  stagedUpTo,
  stagingColumns,
  stagingName,
  type StreamRecord,
} from "./stream-record";

/** A stream, and the appends to it that are not durable yet. */
export interface OpenStream {
  record: StreamRecord;
  /** Rows that were appended or are about to be. */
  next: number;
  /** Settled when all appends so far are. */
  settled: Promise<unknown>;
}

/** Streams that ended longer ago are forgotten. */
const REMEMBERED = 7 * 24 * 3600 * 1000;

export class WriteStreams {
  private readonly streams = new Map<string, OpenStream>();

  private constructor(
    private readonly database: Database,
    private readonly catalog: Catalog,
    private readonly appends: Appends,
    private readonly counts: RowCounts,
    private readonly clock: Clock,
  ) {}

  static async open(
    database: Database,
    catalog: Catalog,
    appends: Appends,
    counts: RowCounts,
    clock: Clock,
  ): Promise<WriteStreams> {
    const made = new WriteStreams(database, catalog, appends, counts, clock);
    const since = clock.now() - REMEMBERED;
    const records = await database.write((connection) =>
      loadStreams(connection, ({ dataset, table, tableUid, finalized, created }) => {
        const isThere = catalog.findTable(dataset, table)?.uid === tableUid;
        return isThere && !(finalized && created < since);
      }),
    );
    for (const record of records) made.keep(record);
    return made;
  }

  async create(parent: string, table: TableRecord, type: StreamRecord["type"]): Promise<StreamRecord> {
    const record: StreamRecord = {
      name: `${parent}/streams/${randomUUID().replaceAll("-", "")}`,
      dataset: table.dataset,
      table: table.id,
      tableUid: table.uid,
      type,
      columns: type === "COMMITTED" ? [] : table.columns,
      created: this.clock.now(),
      finalized: false,
      committed: type === "COMMITTED" ? this.clock.now() : null,
      rows: 0,
      flushed: 0,
    };
    await this.database.write(async (connection) => {
      if (type !== "COMMITTED") await connection.run(createTable(stagingName(record), stagingColumns(record)));
      await saveStream(connection, record);
    });
    this.keep(record);
    return record;
  }

  /** @throws WriteError NOT_FOUND where it is not there, or its table is not. */
  find(name: string): { readonly stream: OpenStream; readonly table: TableRecord } {
    const stream = this.streams.get(name);
    const table = stream && this.catalog.findTable(stream.record.dataset, stream.record.table);
    if (stream === undefined || table?.uid !== stream.record.tableUid) {
      throw new WriteError("NOT_FOUND", "Requested entity was not found.", name, "STREAM_NOT_FOUND");
    }
    return { stream, table };
  }

  /**
   * Appends rows at an offset, or at the end.
   * @returns where they are, once they are durable.
   * @throws WriteError ALREADY_EXISTS, OUT_OF_RANGE, INVALID_ARGUMENT where the stream has ended, or ABORTED where
   * rows that were to stand before these could not be written.
   */
  async append(
    stream: OpenStream,
    offset: number | undefined,
    { columns, rows, target }: Pick<Append, "columns" | "rows" | "target">,
  ): Promise<number> {
    const { name, type } = stream.record;
    this.refuseFinalized(stream);
    if (offset !== undefined && offset < stream.next) {
      // Only what is durable exists: a crash now must not have called rows written that are not.
      await stream.settled;
      this.refuseFinalized(stream);
    }
    if (offset !== undefined && offset !== stream.next) throw outOfPlace(name, stream.next, offset);
    const from = stream.next;
    const to = from + rows.length;
    stream.next = to;
    const seen = type === "COMMITTED";
    const staged = stagingColumns(stream.record);
    const written = this.appends.append({
      target: seen ? target : () => ({ physical: stagingName(stream.record), columns: staged }),
      columns: seen ? columns : staged,
      rows: seen ? rows : rows.map((row, at) => [...row, BigInt(from + at)]),
      alongside: async (connection) => {
        if (await advance(connection, name, from, to)) return;
        throw new WriteError("ABORTED", "Rows that stand before these were not written.", name);
      },
    });
    stream.settled = Promise.allSettled([stream.settled, written]);
    try {
      await written;
    } catch (error) {
      stream.next = stream.record.rows;
      throw error;
    }
    stream.record = { ...stream.record, rows: to };
    if (seen) this.counts.add(stream.record.dataset, stream.record.table, rows.length);
    return from;
  }

  /** @returns the rows of the stream. Asked again, it answers the same. */
  async finalize(stream: OpenStream): Promise<number> {
    const before = stream.record;
    // From here on nothing more comes in; what is on its way is waited for.
    stream.record = { ...before, finalized: true };
    await stream.settled;
    const finalized = { ...stream.record, finalized: true };
    await this.database.write((connection) => saveStream(connection, finalized));
    stream.record = finalized;
    return finalized.rows;
  }

  /** Shows the rows of a BUFFERED stream up to an offset, it included. */
  async flush(stream: OpenStream, table: TableRecord, offset: number): Promise<void> {
    const { name, type } = stream.record;
    if (type !== "BUFFERED") {
      throw new WriteError(
        "INVALID_ARGUMENT",
        `FlushRows is for BUFFERED streams, this is ${type}.`,
        name,
        "INVALID_STREAM_TYPE",
      );
    }
    await stream.settled;
    const { rows } = stream.record;
    if (offset >= rows) {
      throw new WriteError(
        "OUT_OF_RANGE",
        `Offset ${offset} is beyond the end of the stream, which has ${rows} rows.`,
        name,
        "OFFSET_OUT_OF_RANGE",
      );
    }
    if (offset < stream.record.flushed) return;
    const flushed = { ...stream.record, flushed: offset + 1 };
    const shown = await this.database.write(async (connection) => {
      const count = await show(connection, flushed, table, BigInt(offset));
      await connection.run(`DELETE FROM ${sqlName(stagingName(flushed))} WHERE ${stagedUpTo}`, [BigInt(offset)]);
      await saveStream(connection, flushed);
      return count;
    });
    stream.record = { ...stream.record, flushed: flushed.flushed };
    this.counts.add(table.dataset, table.id, shown);
  }

  /**
   * Shows the rows of PENDING streams of one table, of all of them or of none.
   * @returns when that was, or why it was not.
   */
  async commit(table: TableRecord, names: readonly string[]): Promise<number | readonly StorageError[]> {
    const streams = names.map((name) => ({ name, stream: this.streams.get(name) }));
    const errors = streams.flatMap(({ name, stream }) => {
      const problem = whyNotCommitted(stream?.record, table);
      return problem === undefined ? [] : [storageError(problem[0], name, problem[1])];
    });
    if (errors.length > 0) return errors;
    const now = this.clock.now();
    const done = streams.map(({ stream }) => ({ ...(stream as OpenStream).record, committed: now }));
    const shown = await this.database.write(async (connection) => {
      let count = 0;
      for (const record of done) {
        count += await show(connection, record, table, BigInt(record.rows));
        await connection.run(`DROP TABLE ${sqlName(stagingName(record))}`);
        await saveStream(connection, record);
      }
      return count;
    });
    for (const record of done) (this.streams.get(record.name) as OpenStream).record = record;
    this.counts.add(table.dataset, table.id, shown);
    return now;
  }

  private keep(record: StreamRecord): void {
    this.streams.set(record.name, { record, next: record.rows, settled: Promise.resolve() });
  }

  private refuseFinalized({ record }: OpenStream): void {
    if (!record.finalized) return;
    const what = "Stream has been finalized and cannot be appended.";
    throw new WriteError("INVALID_ARGUMENT", what, record.name, "STREAM_FINALIZED");
  }
}

/** Staged rows become the table's, by name: the table may have gained columns meanwhile. */
async function show(
  connection: DuckDBConnection,
  record: StreamRecord,
  table: TableRecord,
  upTo: bigint,
): Promise<number> {
  const result = await connection.run(
    `INSERT INTO ${sqlName(table.physical)} BY NAME SELECT ${stagedRows} FROM ${sqlName(stagingName(record))} WHERE ${stagedUpTo} ORDER BY _offset`,
    [upTo],
  );
  return result.rowsChanged;
}

function outOfPlace(name: string, next: number, offset: number): WriteError {
  const places = `expected offset ${next}, received ${offset}`;
  return offset < next
    ? new WriteError("ALREADY_EXISTS", `The offset is within stream, ${places}`, name, "OFFSET_ALREADY_EXISTS")
    : new WriteError("OUT_OF_RANGE", `The offset is beyond stream, ${places}`, name, "OFFSET_OUT_OF_RANGE");
}

function whyNotCommitted(
  record: StreamRecord | undefined,
  table: TableRecord,
): readonly [StorageErrorCode, string] | undefined {
  if (record === undefined || record.tableUid !== table.uid) return ["STREAM_NOT_FOUND", "Stream is not found."];
  if (record.type !== "PENDING") {
    return ["INVALID_STREAM_TYPE", `Stream must be created in pending mode, actual: ${record.type}`];
  }
  if (record.committed !== null) return ["STREAM_ALREADY_COMMITTED", "Stream is already committed."];
  return record.finalized ? undefined : ["INVALID_STREAM_STATE", "Stream is not finalized."];
}

const storageError = (code: StorageErrorCode, entity: string, errorMessage: string): StorageError => ({
  code: storageErrors[code],
  entity,
  errorMessage,
});
