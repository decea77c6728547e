/**
 * Rows that are added to a table: each attempt has a PENDING stream, whose rows nobody sees. Those of the attempts that
 * claimed their tasks are committed together: all or none of them, and once.
 * @see https://cloud.google.com/bigquery/docs/write-api-batch
 */
import { compileRowEncoder, storageWriteDescriptor } from "../../../pipeline/schema/storage-write";
import type { FieldSpec, Json } from "../../../pipeline/spec";
import type { Request } from "../checkpoint/record";
import { ROW, splitRows, withoutRows } from "../sinks/proto-rows";
import { readableRow } from "../sinks/readable-row";
import { RowBuffer } from "../sinks/row-buffer";
import type { TableClient } from "../sinks/table-client";
import type { BatchOutput, BatchSink, Staged } from "./batch-output";
import { Sending } from "./sending";
import { Hopeless, type Tries } from "./tries";

const MOST_ROWS = 10_000;

/** What it asks of the Storage Write API. */
export interface PendingTables extends Pick<TableClient, "append" | "finalize"> {
  /** Makes a PENDING stream of a table. @returns its name */
  createPending(table: string): Promise<string>;
  /**
   * Commits streams of one table, all or none of them. Those that are committed already are.
   * @throws Error where they are not
   */
  commit(table: string, streams: readonly string[]): Promise<void>;
}

export interface PendingTableOptions {
  readonly client: PendingTables;
  /** projects/P/datasets/D/tables/T */
  readonly table: string;
  /** Of its rows. */
  readonly fields: readonly FieldSpec[];
  readonly tries: Tries;
  readonly refuse: (row: Json, why: string) => void;
}

export class PendingTable implements BatchSink {
  constructor(private readonly options: PendingTableOptions) {}

  open(): BatchOutput {
    return new PendingRows(this.options);
  }

  async publish(staged: readonly Staged[]): Promise<void> {
    const { client, table, tries } = this.options;
    const streams = staged.flatMap(({ parts }) => parts as readonly string[]);
    if (streams.length > 0) await tries(table, () => client.commit(table, streams));
  }

  /** Nothing is left of a stream that is committed, and the others are forgotten by themselves. */
  async clear(): Promise<void> {}
}

/** One stream, and its rows in order. */
export class PendingRows implements BatchOutput {
  private readonly buffer: RowBuffer;
  private readonly sending: Sending<Request>;
  private stream: string | undefined;
  /** Rows in the stream. */
  private offset = 0;

  constructor(private readonly options: PendingTableOptions) {
    const { fields } = options;
    this.buffer = new RowBuffer(ROW, storageWriteDescriptor(fields), compileRowEncoder(fields), MOST_ROWS, 0);
    this.sending = new Sending((request) => this.send(request));
  }

  take(row: Parameters<BatchOutput["take"]>[0]): void {
    this.buffer.add(row);
  }

  flush(): Promise<void> {
    if (this.buffer.bytes < ENOUGH) return this.sending.room();
    return this.put();
  }

  async finish(): Promise<Staged> {
    await this.put();
    await this.sending.done();
    const { stream, offset } = this;
    if (stream === undefined) return { rows: 0, parts: [] };
    const { client, table, tries } = this.options;
    const rows = await tries(table, () => client.finalize(stream));
    if (rows !== offset) throw new Error(`${stream} has ${rows} rows, and ${offset} were written: run it again`);
    return { rows, parts: [stream] };
  }

  /** A stream that nobody commits is forgotten, and its rows with it. */
  async abort(): Promise<void> {
    this.sending.stop();
  }

  private put(): Promise<void> {
    for (const request of this.buffer.take()) this.sending.add(request, request.payload.length);
    return this.sending.room();
  }

  private async send(request: Request): Promise<void> {
    const { client, table, tries } = this.options;
    this.stream ??= await tries(table, () => client.createPending(table));
    const { stream, offset } = this;
    const { descriptor, payload: rows } = request;
    const outcome = await tries(table, () => client.append({ stream, offset, descriptor, rows }));
    switch (outcome.kind) {
      case "written":
      case "exists":
        this.offset += request.rows;
        return;
      case "refused":
        return this.sendRest(request, outcome.rows);
      default:
        throw new Hopeless(`${stream} takes no more rows, it is ${outcome.kind}: run it again`);
    }
  }

  private sendRest(request: Request, refused: ReadonlyMap<number, string>): Promise<void> {
    const { descriptor, payload } = request;
    const all = splitRows(payload);
    for (const [place, why] of refused) this.options.refuse(readableRow(all[place] as Uint8Array, descriptor), why);
    const rows = request.rows - refused.size;
    if (rows === 0) return Promise.resolve();
    return this.send({ ...request, rows, payload: withoutRows(payload, [...refused.keys()]) });
  }
}

/** Bytes that are worth a request. */
const ENOUGH = 500_000;
