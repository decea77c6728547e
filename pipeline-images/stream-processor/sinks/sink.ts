/**
 * What a kind of sink is, to the processor: where rows go, how they leave with a log behind them, and how without one.
 * Each kind is a module; `kinds.ts` knows which one a binding asks for.
 */
import type { OutputBinding } from "../../../pipeline/bindings";
import type { FieldSpec, Json } from "../../../pipeline/spec";
import type { Request } from "../checkpoint/record";
import type { RecordedOutput } from "../checkpoint/recorded-output";
import type { Moment, TakeRow } from "../operators/flow";
import type { WindowStep } from "../operators/stage";
import type { SinkClients } from "./clients";
import type { LoggedOutput } from "./logged-output";
import type { OutputOptions } from "./output";

export interface SinkKind<Binding extends OutputBinding> {
  /**
   * What rows go to, and how, where that is not plain from the binding's form. It is recorded beside the rows: those
   * that were recorded for one name are never sent under another.
   * @throws Error where the binding names no such thing
   */
  name(binding: Binding): string;
  /** With a log: rows leave once they are durable, and leave again after a restart until they are confirmed. */
  logged(options: LoggedSink<Binding>): LoggedOutput;
  /** Without one: rows leave at once, and their message comes again where that fails. */
  direct(options: SinkOptions<Binding>): DirectOutput;
}

export interface SinkOptions<Binding extends OutputBinding> {
  /** The output's name in the pipeline. */
  readonly output: string;
  readonly binding: Binding;
  /** Of its rows. */
  readonly fields: readonly FieldSpec[];
  readonly clients: SinkClients;
  /** The message or window that a row which is being taken comes from. */
  readonly moment: () => Moment;
  /** A row that the sink will not take becomes an error row. */
  readonly refuse: RefuseRow;
}

export type RefuseRow = (row: Json, why: string) => void;

export interface LoggedSink<Binding extends OutputBinding> extends SinkOptions<Binding>, OutputOptions {
  /** Where the log left the output. */
  readonly recorded: RecordedOutput;
  /** The same of its parts, where it writes to many places. */
  readonly parts: ReadonlyMap<string, RecordedOutput>;
  /** Counts the owners of the log: with the request's number and the row's place in it, a row's position for good. */
  readonly term: number;
  /** When the log began, in milliseconds since the epoch: those of a log before it were smaller. */
  readonly begun: number;
  /** The windows that its rows are in; undefined where they are in none. */
  readonly rowWindow: WindowStep | undefined;
  /** How far its rows have come: milliseconds since the epoch, Infinity once there will be no more. */
  readonly watermark: () => number;
  /** What became of rows whose table's stream is gone, on somebody's word. */
  readonly assume: "written" | "lost" | undefined;
}

/** An output's rows of a batch of messages. */
export interface DirectOutput {
  readonly name: string;
  readonly take: TakeRow;
  /** Sends what was taken; resolves with the number of rows once all of them are confirmed. */
  send(): Promise<number>;
}

/** How many rows the requests of a batch had, once all of them are confirmed. */
export async function sumOf(counts: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/**
 * Sends requests one after the other, and those of a batch after those of the batch before it, which may be underway
 * still: what was sent before is there, or has failed, before the next leaves.
 * @param write resolves with the number of its rows
 */
export function inOrder(
  write: (request: Request) => Promise<number>,
): (requests: readonly Request[]) => Promise<number> {
  let before: Promise<unknown> = Promise.resolve();
  const send = async (requests: readonly Request[], earlier: Promise<unknown>): Promise<number> => {
    await earlier.catch(() => undefined);
    let rows = 0;
    for (const request of requests) rows += await write(request);
    return rows;
  };
  return (requests) => {
    const sending = send(requests, before);
    before = sending;
    return sending;
  };
}
