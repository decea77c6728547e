/**
 * Messages on their way to the pipeline: received, leased, worked on in batches. It stops for as long as too much is
 * not recorded or not written; what has come waits here, its leases kept.
 */
import { messageName } from "../checkpoint/ledger";
import type { AckRun } from "../source/ack-run";
import { MessageBatch } from "../source/message-batch";
import type { Saying } from "./checkpointer";
import type { Source } from "./source";
import type { Work } from "./work";

/** So many messages are taken one by one before all is taken to be well. */
const ONE_BY_ONE = 200;

export interface IntakeOptions {
  readonly work: Work;
  readonly record: (saying?: Saying) => Promise<void>;
  readonly now: () => number;
  /** Something was worked on: the watermark may have moved. */
  readonly worked: () => void;
  /** Milliseconds. */
  readonly lease: number;
  readonly fail: (error: unknown) => void;
  /** Bytes that may wait for their acknowledgement, and for their sink, each. */
  readonly mostBytes: number;
  /** Bytes that may wait to be worked on. */
  readonly mostWaiting: number;
  /** Memory is short: nothing more is taken. */
  readonly memoryShort: () => boolean;
  /** Starts have failed, maybe of one message: they are taken one by one. */
  readonly wary: boolean;
}

/** Messages, and where they come from. */
interface Received {
  readonly source: Source;
  readonly batch: MessageBatch;
}

export class Intake {
  private readonly queue: Received[] = [];
  private waitingBytes = 0;
  /** What of each source was worked on since the last record was made, and since the one before. */
  private worked = new Map<Source, AckRun>();
  private recording = new Map<Source, AckRun>();
  private unrecordedSince = Infinity;
  private oneByOne: number;
  private careful: Promise<void> | undefined;
  private over = false;
  private lastCount = 0;
  lastResponse = -Infinity;

  constructor(private readonly options: IntakeOptions) {
    this.oneByOne = options.wary ? ONE_BY_ONE : 0;
  }

  receive(source: Source, response: Uint8Array): void {
    const { now, fail, mostWaiting } = this.options;
    try {
      const batch = new MessageBatch(response, this.lastCount);
      if (batch.count === 0) return;
      this.lastCount = batch.count;
      this.lastResponse = now();
      // Pub/Sub gives no more than streams may have underway, but counts only what is leased: what comes again because
      // leases could not be kept comes on top. It is left, and comes once more.
      if (this.waitingBytes > mostWaiting) return;
      this.waitingBytes += batch.bytes.length;
      source.leases.add(batch, this.lastResponse);
      this.queue.push({ source, batch });
      this.workOn();
    } catch (error) {
      fail(error);
    }
  }

  /** Messages that have come and are not worked on. */
  get waiting(): number {
    return this.queue.reduce((messages, { batch }) => messages + batch.count, 0);
  }

  /** Bytes of messages that have come and are not worked on. */
  get bytes(): number {
    return this.waitingBytes;
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
      this.work(this.next());
    }
  }

  /** What waits is given up: its leases are given back by whoever calls. */
  forget(): void {
    this.queue.length = 0;
    this.waitingBytes = 0;
    this.over = true;
  }

  /** A record is being made: what was worked on is in it. */
  cut(): void {
    this.recording = this.worked;
    this.worked = new Map();
    this.unrecordedSince = Infinity;
  }

  /** That record is durable. */
  recorded(): void {
    for (const [source, run] of this.recording) source.leases.end(run);
    this.recording = new Map();
  }

  private get full(): boolean {
    const { work, now, lease, mostBytes, memoryShort } = this.options;
    if (memoryShort()) return true;
    if (now() - this.unrecordedSince > lease / 2) return true;
    let held = 0;
    for (const { acknowledgements } of work.sources) held += acknowledgements.heldBytes;
    let unwritten = 0;
    for (const output of work.outputs.values()) unwritten += output.unwrittenBytes + output.bufferedBytes;
    return held > mostBytes || unwritten > mostBytes;
  }

  private next(): Received {
    const received = this.queue.shift() as Received;
    this.waitingBytes -= received.batch.bytes.length;
    return received;
  }

  private work(received: Received): void {
    const { source, batch } = received;
    const now = this.begin();
    // One time for all of it: a clock costs more than what is done with most messages' times.
    const running = source.connection.running(now);
    for (let place = 0; place < batch.count; place += 1) this.take(source, batch, place, now, running);
    this.end();
    this.note(received);
  }

  /** The batch is worked on: of its messages only the ids are still needed. */
  private note({ source, batch }: Received): void {
    const run = source.work.acknowledgements.current;
    source.leases.move(batch, run);
    this.worked.set(source, run);
  }

  /**
   * One message after the other, each named in a record before it is worked on: where an owner ends then, the next
   * one knows the message that ended it.
   */
  private async workCarefully(): Promise<void> {
    const { work, record } = this.options;
    while (this.oneByOne > 0 && this.queue[0] !== undefined && !this.full) {
      const received = this.next();
      const { source, batch } = received;
      for (let place = 0; place < batch.count && !this.over; place += 1) {
        if (this.oneByOne > 0 && work.isUntried(source.work, batch, place)) {
          await record({ attempting: messageName(source.work.input, batch.id(place)) });
          this.oneByOne -= 1;
        }
        const now = this.begin();
        this.take(source, batch, place, now, source.connection.running(now));
        this.end();
        await record();
      }
      if (!this.over) this.note(received);
    }
  }

  /** @returns the time of what is worked on now */
  private begin(): number {
    const now = this.options.now();
    this.options.work.engine.advanceClock(now);
    this.unrecordedSince = Math.min(this.unrecordedSince, now);
    return now;
  }

  private take(source: Source, batch: MessageBatch, place: number, now: number, running: number): void {
    // Once the condemned message is found, the others are innocent.
    if (this.options.work.take(source.work, batch, place, now, running) === "condemned") this.oneByOne = 0;
  }

  private end(): void {
    this.options.work.engine.endBatch();
    this.options.worked();
  }
}
