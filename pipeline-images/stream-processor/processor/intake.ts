/**
 * Messages on their way to the pipeline: received, leased, worked on in batches. It stops for as long as too much is
 * not recorded or not written; what has come waits here, its leases kept.
 */
import type { Leases } from "../source/leases";
import { MessageBatch } from "../source/message-batch";
import type { Saying } from "./checkpointer";
import type { Work } from "./work";

/** So many messages are taken one by one before all is taken to be well. */
const ONE_BY_ONE = 200;

export interface IntakeOptions {
  readonly work: Work;
  readonly leases: Leases;
  readonly record: (saying?: Saying) => Promise<void>;
  readonly now: () => number;
  /** Connected running time, in milliseconds. */
  readonly running: () => number;
  /** Something was worked on: the watermark may have moved. */
  readonly worked: () => void;
  /** Milliseconds. */
  readonly lease: number;
  readonly fail: (error: unknown) => void;
  /** Bytes that may wait for a record, and bytes that may wait for their sink. */
  readonly mostBytes: number;
  /** Starts have failed, maybe of one message: they are taken one by one. */
  readonly wary: boolean;
}

export class Intake {
  private readonly queue: MessageBatch[] = [];
  /** Worked on since the last record was made, and since the one before. */
  private worked: MessageBatch[] = [];
  private recording: MessageBatch[] = [];
  private unrecordedBytes = 0;
  private unrecordedSince = Infinity;
  private oneByOne: number;
  private careful: Promise<void> | undefined;
  private over = false;
  lastResponse = -Infinity;

  constructor(private readonly options: IntakeOptions) {
    this.oneByOne = options.wary ? ONE_BY_ONE : 0;
  }

  receive(response: Uint8Array): void {
    const { leases, now, fail } = this.options;
    try {
      const batch = new MessageBatch(response);
      if (batch.count === 0) return;
      this.lastResponse = now();
      leases.add(batch, this.lastResponse);
      this.queue.push(batch);
      this.workOn();
    } catch (error) {
      fail(error);
    }
  }

  /** Messages that have come and are not worked on. */
  get waiting(): number {
    return this.queue.reduce((messages, batch) => messages + batch.count, 0);
  }

  get isEmpty(): boolean {
    return this.queue.length === 0 && this.careful === undefined;
  }

  /** Works on what waits, as far as it may. */
  workOn(): void {
    if (this.careful !== undefined) return;
    while (this.queue.length > 0 && !this.full) {
      if (this.oneByOne > 0) {
        this.careful = this.workCarefully()
          .catch(this.options.fail)
          .finally(() => (this.careful = undefined));
        return;
      }
      this.work(this.queue.shift() as MessageBatch);
    }
  }

  /** What waits is given up: its leases are given back by whoever calls. */
  forget(): void {
    this.queue.length = 0;
    this.over = true;
  }

  /** A record is being made: what was worked on is in it. */
  cut(): void {
    this.recording = this.worked;
    this.worked = [];
    this.unrecordedBytes = 0;
    this.unrecordedSince = Infinity;
  }

  /** That record is durable. */
  recorded(): void {
    for (const batch of this.recording) this.options.leases.end(batch);
    this.recording = [];
  }

  private get full(): boolean {
    const { work, now, lease, mostBytes } = this.options;
    if (this.unrecordedBytes > mostBytes || now() - this.unrecordedSince > lease / 2) return true;
    let unwritten = 0;
    for (const output of work.outputs.values()) unwritten += output.unwrittenBytes + output.bufferedBytes;
    return unwritten > mostBytes;
  }

  private work(batch: MessageBatch): void {
    this.begin(batch.bytes.length);
    for (let place = 0; place < batch.count; place += 1) this.take(batch, place);
    this.end();
    this.worked.push(batch);
  }

  /**
   * One message after the other, each named in a record before it is worked on: where an owner ends then, the next
   * one knows the message that ended it.
   */
  private async workCarefully(): Promise<void> {
    const { work, record } = this.options;
    while (this.oneByOne > 0 && this.queue[0] !== undefined && !this.full) {
      const batch = this.queue.shift() as MessageBatch;
      for (let place = 0; place < batch.count && !this.over; place += 1) {
        if (this.oneByOne > 0 && work.isUntried(batch, place)) {
          await record({ attempting: batch.id(place) });
          this.oneByOne -= 1;
        }
        this.begin(0);
        this.take(batch, place);
        this.end();
        await record();
      }
      if (!this.over) this.worked.push(batch);
    }
  }

  private begin(bytes: number): void {
    const now = this.options.now();
    this.options.work.engine.advanceClock(now);
    this.unrecordedBytes += bytes;
    this.unrecordedSince = Math.min(this.unrecordedSince, now);
  }

  private take(batch: MessageBatch, place: number): void {
    const { work, now, running } = this.options;
    // Once the condemned message is found, the others are innocent.
    if (work.take(batch, place, now(), running()) === "condemned") this.oneByOne = 0;
  }

  private end(): void {
    this.options.work.engine.endBatch();
    this.options.worked();
  }
}
