/**
 * Rows of a table, exactly once: a COMMITTED stream whose name is durable before its first append, requests whose cut
 * is durable before they are sent, and offsets that follow from both. Whatever is sent again stands at the same offset.
 * @see https://cloud.google.com/bigquery/docs/write-api-streaming#exactly-once
 */
import { compileRowEncoder, type EncodeRow, storageWriteDescriptor } from "../../../pipeline/schema/storage-write";
import type { FieldSpec } from "../../../pipeline/spec";
import type { OutputChange } from "../checkpoint/record";
import { type RecordedOutput, rowsToWrite, type UnwrittenRequest } from "../checkpoint/recorded-output";
import { persistently } from "../../../runtime/retry";
import { Output, type OutputOptions } from "./output";
import { ROW, splitRows, withoutRows } from "./proto-rows";
import { readableRow } from "./readable-row";
import { RowBuffer } from "./row-buffer";
import type { RefuseRow } from "./sink";
import type { AppendOutcome, TableClient } from "./table-client";

/** Of a request. */
export const MOST_ROWS = 10_000;

/** How rows of some fields are written. */
export interface RowEncoding {
  readonly encode: EncodeRow;
  readonly descriptor: Uint8Array;
}

export const encodingOf = (fields: readonly FieldSpec[]): RowEncoding => ({
  encode: compileRowEncoder(fields),
  descriptor: storageWriteDescriptor(fields),
});

export interface TableOutputOptions extends OutputOptions {
  readonly client: TableClient;
  /** projects/P/datasets/D/tables/T */
  readonly table: string;
  readonly encoding: RowEncoding;
  /** What became of rows whose stream is gone, on somebody's word. */
  readonly assume?: "written" | "lost" | undefined;
  /** Rows that the table does not take become error rows of the same record. */
  readonly refused: RefuseRow;
}

export class TableOutput extends Output {
  /** The stream that is durable, and the offset in it of the oldest request. */
  private stream: string | undefined;
  private offset: number;
  /** Made, and not durable yet. */
  private made: string | undefined;
  /** A record is underway that the sending waits for. */
  private waits = false;
  private gaps = 0;

  constructor(
    name: string,
    protected override readonly options: TableOutputOptions,
    recorded: RecordedOutput,
  ) {
    const { encode, descriptor } = options.encoding;
    super(name, new RowBuffer(ROW, descriptor, encode, MOST_ROWS, recorded.next), options, recorded);
    this.stream = recorded.stream;
    this.offset = recorded.offset;
  }

  override get changed(): boolean {
    return super.changed || this.made !== undefined;
  }

  /** Its stream, where all that it was given is written, and recorded as written. */
  get settledStream(): string | undefined {
    return this.waits || this.changed || this.queue.length > 0 ? undefined : this.stream;
  }

  override takeChange(): OutputChange {
    const change = { ...super.takeChange(), stream: this.made };
    this.made = undefined;
    return change;
  }

  override release(change: OutputChange): void {
    if (change.stream !== undefined) {
      this.stream = change.stream;
      this.offset = 0;
    }
    if (change.stream !== undefined || change.refused.length > 0) this.waits = false;
    super.release(change);
  }

  protected get ready(): boolean {
    return !this.waits && (this.stream === undefined || this.queue.length > 0);
  }

  protected async sendSome(): Promise<Error | undefined> {
    if (this.stream !== undefined) return this.append(this.stream);
    await this.makeStream();
    return undefined;
  }

  private async makeStream(): Promise<void> {
    const { client, table, clock, trouble, record } = this.options;
    this.made = await persistently(clock, trouble, () => client.createStream(table));
    this.waits = true;
    record();
  }

  /**
   * Sends the oldest request. The next one waits for its answer: if a row of this one is refused, all later offsets
   * move, and a request that was underway at an old offset, from here or from an owner before, could be taken there.
   */
  private async append(stream: string): Promise<Error | undefined> {
    const [request] = this.queue;
    if (request === undefined) return undefined;
    const outcome = await settled(this.appendOne(stream, request));
    if (outcome instanceof Error) return outcome;
    switch (outcome.kind) {
      case "written":
      case "exists":
        this.confirm(request);
        break;
      case "gap":
        this.missRows(stream);
        break;
      case "refused":
        this.refuseRows(request, outcome.rows);
        break;
      case "ended":
        await this.replaceStream(stream);
        break;
      case "missing":
        this.missStream(stream);
        break;
    }
    return undefined;
  }

  private appendOne(stream: string, request: UnwrittenRequest): Promise<AppendOutcome> {
    if (rowsToWrite(request) === 0) return Promise.resolve({ kind: "written" });
    const { descriptor } = request;
    return this.options.client.append({
      stream,
      offset: this.offset,
      descriptor,
      rows: withoutRows(request.payload, request.refused),
    });
  }

  private confirm(request: UnwrittenRequest): void {
    this.gaps = 0;
    this.offset += rowsToWrite(request);
    this.confirmFirst();
  }

  /** Once is a hiccup: it is sent again. Twice, and somebody has to look. */
  private missRows(stream: string): void {
    this.gaps += 1;
    if (this.gaps > 1) this.giveUp(`rows before offset ${this.offset} of ${stream} are missing`);
  }

  private refuseRows(request: UnwrittenRequest, refused: ReadonlyMap<number, string>): void {
    const { descriptor } = request;
    const rows = splitRows(request.payload);
    const sent = rows.map((_, i) => i).filter((i) => !request.refused.includes(i));
    const places = [...refused.keys()].map((place) => sent[place] as number);
    for (const [place, why] of refused) {
      this.options.refused(readableRow(rows[sent[place] as number] as Uint8Array, descriptor), why);
    }
    this.waits = true;
    this.refuse(request.number, places);
  }

  /** A stream ends after some idle days, or with its table: its row count tells what it has. */
  private async replaceStream(stream: string): Promise<void> {
    const { client, clock, trouble } = this.options;
    const rows = await persistently(clock, trouble, () => client.finalize(stream));
    for (let first = this.queue[0]; first && this.offset + rowsToWrite(first) <= rows; first = this.queue[0])
      this.confirm(first);
    this.stream = undefined;
  }

  private missStream(stream: string): void {
    const { assume } = this.options;
    if (assume === undefined) {
      return this.giveUp(
        `${stream} is gone, and with it the knowledge whether ${this.unwritten} rows were written. ` +
          "Look into the table, then start with --assume-written or --assume-lost",
      );
    }
    if (assume === "written") while (this.queue[0] !== undefined) this.confirm(this.queue[0]);
    this.stream = undefined;
  }

  private giveUp(problem: string): void {
    this.waits = true;
    this.options.fail(new Error(`output ${this.name}: ${problem}`));
  }
}

const settled = (outcome: Promise<AppendOutcome>): Promise<AppendOutcome | Error> =>
  outcome.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
