/**
 * Where an output's rows go. Rows are buffered until a record takes them, leave once it is durable, in the order of
 * their requests, and stay in the log until their sink has confirmed them.
 */
import type { OutputChange, Refused, Request } from "../checkpoint/record";
import { type RecordedOutput, rowsToWrite, type UnwrittenRequest } from "../checkpoint/recorded-output";
import { pause, type Clock } from "../../../runtime/clock";
import { spreadPause, type Trouble } from "../../../runtime/retry";
import type { TakeRow } from "../operators/flow";
import { Signal } from "../signal";
import type { LoggedOutput } from "./logged-output";
import type { RequestBuffer } from "./row-buffer";

export interface OutputOptions {
  readonly clock: Clock;
  readonly trouble: Trouble;
  /** False from the moment that nothing may leave any more. */
  readonly mayLeave: () => boolean;
  /** There is something to be recorded soon: the sink waits for it. */
  readonly record: () => void;
  /** Something was confirmed. */
  readonly progress: () => void;
  /** A number from 0 to 1: those who were refused together do not come back together. */
  readonly random?: (() => number) | undefined;
  /** Every call of the sink goes through this: somebody measures it. */
  readonly watched?: (<T>(output: string, call: () => Promise<T>) => Promise<T>) | undefined;
  /** The sink is in a state that only a person can judge. */
  readonly fail: (problem: Error) => void;
}

export abstract class Output implements LoggedOutput {
  /** Durable and not confirmed, in order. */
  protected queue: UnwrittenRequest[];
  protected readonly more: Signal;
  private confirmed: number;
  private confirmedRecorded: number;
  private readonly refused: Refused[] = [];
  /** Confirmed by the sink since the process began. */
  written = 0;

  constructor(
    readonly name: string,
    protected readonly buffer: RequestBuffer,
    protected readonly options: OutputOptions,
    recorded: RecordedOutput,
  ) {
    this.queue = recorded.requests;
    this.confirmed = this.queue[0]?.number ?? recorded.next;
    this.confirmedRecorded = this.confirmed;
    this.more = new Signal(options.clock);
  }

  readonly take: TakeRow = (row, time) => this.buffer.add(row, time);

  /** Rows that are not recorded yet. */
  get buffered(): number {
    return this.buffer.count;
  }

  get bufferedBytes(): number {
    return this.buffer.bytes;
  }

  /** Rows that are recorded and not confirmed. */
  get unwritten(): number {
    return this.queue.reduce((rows, request) => rows + rowsToWrite(request), 0);
  }

  get unwrittenBytes(): number {
    return this.queue.reduce((bytes, request) => bytes + request.payload.length, 0);
  }

  /** Whether a record has something new to say of it. */
  get changed(): boolean {
    return this.buffered > 0 || this.refused.length > 0 || this.confirmed !== this.confirmedRecorded;
  }

  /** What is new of it, for the record that is being made. */
  takeChange(): OutputChange {
    this.confirmedRecorded = this.confirmed;
    return {
      output: this.name,
      confirmed: this.confirmed,
      refused: this.refused.splice(0),
      stream: undefined,
      requests: this.buffer.take(),
      latest: this.latest,
    };
  }

  takeChanges(): readonly OutputChange[] {
    return [this.takeChange()];
  }

  /** The latest time that rows carry, where they carry one: the log keeps it for whoever writes after this process. */
  protected get latest(): number {
    return 0;
  }

  /** The record with this change is durable: what is in it may leave. */
  release(change: OutputChange): void {
    for (const { number, rows } of change.refused) {
      this.queue = this.queue.map((one) =>
        one.number === number ? { ...one, refused: [...one.refused, ...rows] } : one,
      );
    }
    this.queue.push(...change.requests.map((request: Request) => ({ ...request, refused: [] })));
    this.more.call();
  }

  /** Sends what may leave, for as long as anything may. */
  async run(): Promise<void> {
    const { clock, trouble, mayLeave, random = half, watched = (_, call) => call() } = this.options;
    let failures = 0;
    while (mayLeave()) {
      if (!this.ready) {
        await this.more.wait();
        continue;
      }
      const failure = await watched(this.name, () => this.sendSome());
      if (failure !== undefined) {
        failures += 1;
        trouble(failure, failures);
        await pause(clock, spreadPause(failures, failure, random));
      } else if (failures > 0) {
        trouble(undefined, failures);
        failures = 0;
      }
    }
  }

  /** Whether there is something to send that may be sent. */
  protected abstract get ready(): boolean;

  /** @returns why the sink has to be given time, where it has. */
  protected abstract sendSome(): Promise<Error | undefined>;

  /** The oldest request is confirmed. */
  protected confirmFirst(): void {
    const request = this.queue.shift();
    if (request === undefined) return;
    this.confirmed = request.number + 1;
    this.written += rowsToWrite(request);
    this.options.progress();
  }

  /** Rows that the sink will not take: a record says so before the rest of their request is sent again. */
  protected refuse(number: number, rows: readonly number[]): void {
    this.refused.push({ number, rows: [...rows] });
    this.options.record();
  }
}

const half = (): number => 0.5;
