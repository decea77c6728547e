/**
 * BigQuery's Storage Write API over gRPC: one call of AppendRows a stream, whose answers come in the order of its
 * requests. A call that was closed, for being idle or for any other reason, is opened again by the next append.
 * @see https://cloud.google.com/bigquery/docs/reference/storage/rpc/google.cloud.bigquery.storage.v1
 */
import { bytes, int32, field, int64, message, optional, repeated, string } from "../../../pipeline/protobuf/message";
import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import type { Clock } from "../../../runtime/clock";
import type { PendingTables } from "../batch/pending-table";
import type { AppendOutcome, AppendRequest, TableClient } from "../sinks/table-client";
import { type ByteStream, type Channel, isCallError, codes } from "../../../runtime/grpc";

const SERVICE = "/google.cloud.bigquery.storage.v1.BigQueryWrite";
const COMMITTED = 1;
const PENDING = 2;
/** Calls that are open at once: Google's servers take 100 on a connection, and hold back what is more. */
const MOST_CALLS = 90;
/** Milliseconds without an answer after which a call is given up. */
const TIMEOUT = 60_000;

const WriteStream = message({ name: field(1, string), type: field(2, int32) });
const CreateWriteStreamRequest = message({ parent: field(1, string), writeStream: field(2, optional(WriteStream)) });
const FinalizeWriteStreamRequest = message({ name: field(1, string) });
const FinalizeWriteStreamResponse = message({ rowCount: field(1, int64) });

const BatchCommitWriteStreamsRequest = message({ parent: field(1, string), writeStreams: field(2, repeated(string)) });

const Any = message({ typeUrl: field(1, string), value: field(2, bytes) });
const Status = message({ code: field(1, int32), message: field(2, string), details: field(3, repeated(Any)) });
const StorageError = message({ code: field(1, int32), entity: field(2, string), errorMessage: field(3, string) });
const BatchCommitWriteStreamsResponse = message({ streamErrors: field(2, repeated(StorageError)) });
const RowError = message({ index: field(1, int64), message: field(3, string) });
const AppendRowsResponse = message({ error: field(2, optional(Status)), rowErrors: field(4, repeated(RowError)) });

/** StorageError.StorageErrorCode */
const STREAM_NOT_FOUND = 3;
const STREAM_ALREADY_COMMITTED = 2;
const INVALID_STREAM_STATE = 5;
const STREAM_FINALIZED = 6;

export class StorageWrite implements TableClient, PendingTables {
  private readonly calls = new Map<string, AppendCall>();

  constructor(
    private readonly channel: Channel,
    private readonly clock: Clock,
  ) {}

  createStream(table: string): Promise<string> {
    return this.create(table, COMMITTED);
  }

  createPending(table: string): Promise<string> {
    return this.create(table, PENDING);
  }

  async commit(table: string, streams: readonly string[]): Promise<void> {
    const request = BatchCommitWriteStreamsRequest.encode({ parent: table, writeStreams: [...streams] });
    const answer = await this.channel.unary(`${SERVICE}/BatchCommitWriteStreams`, request, { parent: table });
    const { streamErrors } = BatchCommitWriteStreamsResponse.decode(answer);
    // All of them are, or none is: what was committed before, was so by the same call.
    const [error] = streamErrors.filter(({ code }) => code !== STREAM_ALREADY_COMMITTED);
    if (error !== undefined) throw new Error(`${error.entity} cannot be committed: ${error.errorMessage}`);
  }

  append(request: AppendRequest): Promise<AppendOutcome> {
    const { stream } = request;
    const there = this.calls.get(stream);
    // The one that was used last is the last.
    this.calls.delete(stream);
    if (there === undefined) this.makeRoom();
    const call = there === undefined || there.over ? new AppendCall(this.channel, this.clock, stream) : there;
    this.calls.set(stream, call);
    return call.append(request);
  }

  /** Hangs up where nobody waits for an answer: whoever has something to append there calls again. */
  private makeRoom(): void {
    if (this.calls.size < MOST_CALLS) return;
    for (const [stream, call] of this.calls) {
      if (call.busy) continue;
      call.close();
      this.calls.delete(stream);
      return;
    }
  }

  async finalize(stream: string): Promise<number> {
    const request = FinalizeWriteStreamRequest.encode({ name: stream });
    const answer = await this.channel.unary(`${SERVICE}/FinalizeWriteStream`, request, { name: stream });
    this.calls.get(stream)?.close();
    this.calls.delete(stream);
    return FinalizeWriteStreamResponse.decode(answer).rowCount;
  }

  private async create(table: string, type: number): Promise<string> {
    const request = CreateWriteStreamRequest.encode({ parent: table, writeStream: { name: "", type } });
    const answer = await this.channel.unary(`${SERVICE}/CreateWriteStream`, request, { parent: table });
    return WriteStream.decode(answer).name;
  }
}

interface Waiting {
  resolve(outcome: AppendOutcome): void;
  reject(error: Error): void;
}

/** One call of AppendRows. */
class AppendCall {
  private readonly call: ByteStream;
  private readonly waiting: Waiting[] = [];
  private sent: Uint8Array | undefined;
  over = false;

  /** Somebody waits for an answer. */
  get busy(): boolean {
    return this.waiting.length > 0;
  }

  constructor(
    channel: Channel,
    private readonly clock: Clock,
    private readonly stream: string,
  ) {
    this.call = channel.stream(`${SERVICE}/AppendRows`, { write_stream: stream });
    this.call.on("data", (answer: Buffer) => this.receive(answer));
    this.call.on("error", (error: Error) => this.end(error));
    this.call.on("end", () => this.end(new Error(`the connection to ${stream} has ended`)));
  }

  append(request: AppendRequest): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      const late = new Error(`no answer from ${this.stream} in ${TIMEOUT / 1_000} s`);
      const cancel = this.clock.after(TIMEOUT, () => this.close(late));
      this.waiting.push({
        resolve: (outcome) => {
          cancel();
          resolve(outcome);
        },
        reject: (error) => {
          cancel();
          reject(error);
        },
      });
      this.call.write(this.encode(request));
    });
  }

  close(why = new Error(`the connection to ${this.stream} is closed`)): void {
    this.end(why);
    this.call.cancel();
  }

  /**
   * AppendRowsRequest: write_stream = 1, offset = 2, proto_rows = 4 (writer_schema = 1, rows = 2). The schema goes with
   * the first request of a call, and with the first of another schema.
   */
  private encode({ stream, offset, descriptor, rows }: AppendRequest): Uint8Array {
    const isNew = this.sent === undefined || !Buffer.from(descriptor).equals(this.sent);
    const writer = new WireWriter(rows.length + descriptor.length + 512);
    writer.tag(1, WireType.bytes).string(stream);
    if (offset !== undefined) {
      writer.tag(2, WireType.bytes).message((value) => value.tag(1, WireType.varint).safeInt64(offset));
    }
    writer.tag(4, WireType.bytes).message((data) => {
      if (isNew) data.tag(1, WireType.bytes).message((schema) => schema.tag(1, WireType.bytes).delimited(descriptor));
      data.tag(2, WireType.bytes).delimited(rows);
    });
    this.sent = descriptor;
    return writer.finish();
  }

  private receive(answer: Buffer): void {
    const waiting = this.waiting.shift();
    if (waiting === undefined) return;
    const { error, rowErrors } = AppendRowsResponse.decode(answer);
    if (rowErrors.length > 0) {
      waiting.resolve({ kind: "refused", rows: new Map(rowErrors.map(({ index, message: why }) => [index, why])) });
    } else if (error === undefined) waiting.resolve({ kind: "written" });
    else settle(waiting, outcomeOf(error.code, error.details), new Error(`${error.code}: ${error.message}`));
  }

  /** The first that waits gets the status of the call, if it means something for an append; the others know nothing. */
  private end(error: Error): void {
    this.over = true;
    const waiting = this.waiting.splice(0);
    const first = waiting.shift();
    if (first !== undefined)
      settle(first, isCallError(error) ? outcomeOf(error.code, detailsOf(error)) : undefined, error);
    for (const one of waiting) one.reject(error);
  }
}

function settle(waiting: Waiting, outcome: AppendOutcome | undefined, error: Error): void {
  if (outcome === undefined) waiting.reject(error);
  else waiting.resolve(outcome);
}

type Details = readonly { readonly typeUrl: string; readonly value: Uint8Array }[];

/** What an error means for an append; undefined where it may be tried again. */
function outcomeOf(code: number, details: Details): AppendOutcome | undefined {
  const found = details.find(({ typeUrl }) => typeUrl.endsWith(".StorageError"));
  const storageCode = found && StorageError.decode(found.value).code;
  if (storageCode === STREAM_FINALIZED || storageCode === INVALID_STREAM_STATE) return { kind: "ended" };
  if (code === codes.ALREADY_EXISTS) return { kind: "exists" };
  if (code === codes.OUT_OF_RANGE) return { kind: "gap" };
  return code === codes.NOT_FOUND && storageCode === STREAM_NOT_FOUND ? { kind: "missing" } : undefined;
}

function detailsOf({ metadata }: { readonly metadata: { get(key: string): (string | Buffer)[] } }): Details {
  const [found] = metadata.get("grpc-status-details-bin");
  return found instanceof Buffer ? Status.decode(found).details : [];
}
