/**
 * Rows for a sink that may be told the same ones twice: what is sent again changes nothing, for each row says itself
 * what it replaces. Requests leave one after the other, so that an older row never comes after a newer one of its key.
 */
import type { OutputBinding } from "../../../pipeline/bindings";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Json } from "../../../pipeline/spec";
import type { Request } from "../checkpoint/record";
import { type RecordedOutput, rowsToWrite } from "../checkpoint/recorded-output";
import type { TakeRow } from "../operators/flow";
import { Output } from "./output";
import { ROW, splitRows, withoutRows } from "./proto-rows";
import { type EncodeInRequest, RowBuffer } from "./row-buffer";
import { type DirectOutput, inOrder, type LoggedSink, type SinkOptions } from "./sink";

/** What a kind of sink says of itself, to be sent rows in this way. */
export interface IdempotentSink {
  /** Most rows of a request. */
  readonly mostRows: number;
  /** Writes what the sink will be sent of a row; told the number of its request and its place there. */
  readonly encode: EncodeInRequest;
  /** How rows are encoded, where the sink is told: recorded beside them. */
  readonly descriptor?: Uint8Array;
  /** Why a row cannot be sent at all; undefined where it can. */
  unfit?(row: AnyRow): string | undefined;
  /**
   * Sends rows as they were encoded.
   * @returns those that the sink will not take, by their place, and why. None where all of them are written.
   * @throws Error where it is not known what became of them: they are sent again
   */
  send(rows: readonly Uint8Array[], request: Request): Promise<ReadonlyMap<number, string>>;
  /** The latest time that a row was given, where rows carry one: the log keeps it for later owners. */
  latest?(): number;
  /** An encoded row as JSON, for its error row. */
  readable(row: Uint8Array, request: Request): Json;
}

const bufferOf = ({ descriptor = new Uint8Array(0), encode, mostRows }: IdempotentSink, next: number): RowBuffer =>
  new RowBuffer(ROW, descriptor, encode, mostRows, next);

export class IdempotentOutput extends Output {
  /** A record is underway that says what the sink refused. */
  private waits = false;

  constructor(
    private readonly sink: IdempotentSink,
    private readonly of: LoggedSink<OutputBinding>,
    recorded: RecordedOutput,
  ) {
    super(of.output, bufferOf(sink, recorded.next), of, recorded);
  }

  override readonly take: TakeRow = (row, time) => {
    const why = this.sink.unfit?.(row);
    if (why === undefined) this.buffer.add(row, time);
    else this.of.refuse(row, why);
  };

  override release(change: Parameters<Output["release"]>[0]): void {
    if (change.refused.length > 0) this.waits = false;
    super.release(change);
  }

  protected override get latest(): number {
    return this.sink.latest?.() ?? 0;
  }

  protected get ready(): boolean {
    return !this.waits && this.queue.length > 0;
  }

  protected async sendSome(): Promise<Error | undefined> {
    const [request] = this.queue;
    if (request === undefined) return undefined;
    if (rowsToWrite(request) > 0) {
      const rows = splitRows(withoutRows(request.payload, request.refused));
      const refused = await this.sink.send(rows, request).catch(asError);
      if (refused instanceof Error) return refused;
      if (refused.size > 0) {
        const sent = splitRows(request.payload)
          .map((_, i) => i)
          .filter((i) => !request.refused.includes(i));
        for (const [place, why] of refused) this.of.refuse(this.sink.readable(rows[place] as Uint8Array, request), why);
        this.waits = true;
        this.refuse(
          request.number,
          [...refused.keys()].map((place) => sent[place] as number),
        );
        return undefined;
      }
    }
    this.confirmFirst();
    return undefined;
  }
}

/** The same without a log: what a sink refuses is an error row, and the rest of the request is sent again. */
export function directIdempotent(sink: IdempotentSink, { output, refuse }: SinkOptions<OutputBinding>): DirectOutput {
  const buffer = bufferOf(sink, 0);
  const take: TakeRow = (row) => {
    const why = sink.unfit?.(row);
    if (why === undefined) buffer.add(row);
    else refuse(row, why);
  };
  const write = async (request: Request, rows: readonly Uint8Array[]): Promise<number> => {
    if (rows.length === 0) return 0;
    const refused = await sink.send(rows, request);
    if (refused.size === 0) return rows.length;
    for (const [place, why] of refused) refuse(sink.readable(rows[place] as Uint8Array, request), why);
    return write(
      request,
      rows.filter((_, place) => !refused.has(place)),
    );
  };
  const send = inOrder((request) => write(request, splitRows(request.payload)));
  return { name: output, take, send: () => send(buffer.take()) };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
