import type { OutputChange } from "../checkpoint/record";
import type { TakeRow } from "../operators/flow";

/** An output with a log behind it, as an owner of the log knows it. */
export interface LoggedOutput {
  readonly name: string;
  readonly take: TakeRow;
  /** Rows that are not recorded yet. */
  readonly buffered: number;
  readonly bufferedBytes: number;
  /** Rows that are recorded and not confirmed. */
  readonly unwritten: number;
  readonly unwrittenBytes: number;
  /** Confirmed by the sink since the process began. */
  readonly written: number;
  /** Whether a record has something new to say of it. */
  readonly changed: boolean;
  /** What is new of it, for the record that is being made. */
  takeChanges(): readonly OutputChange[];
  /** The record with this change is durable: what is in it may leave. */
  release(change: OutputChange): void;
  /** Sends what may leave, for as long as anything may. */
  run(): Promise<void>;
}
