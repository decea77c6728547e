/**
 * Acknowledging messages: their ids are collected while they are worked on, and leave once the record with them is
 * durable. The indices of confirmed ones go into a later record.
 */
import type { Clock } from "../../../runtime/clock";
import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import type { Range } from "../checkpoint/record";
import { persistently, type Trouble } from "../../../runtime/retry";
import type { MessageBatch } from "./message-batch";
import { NotAcknowledged, type Subscriber } from "./subscriber";

/** A request may have 512 KiB; an id has some 200 bytes. */
const IDS_A_REQUEST = 2_000;
/** Requests at once. Where they are not answered, more of them would only fill the memory, and keep Pub/Sub busy. */
const AT_ONCE = 16;
const SUBSCRIPTION = 1;
const ACK_IDS = 2;

/** The acknowledgement ids of the messages of one record, by index. */
export class AckRun {
  private readonly batches: MessageBatch[] = [];
  private readonly places: number[] = [];
  /** Of the messages, which stay in memory with their ids. */
  bytes = 0;

  constructor(readonly first: number) {}

  get end(): number {
    return this.first + this.places.length;
  }

  add(batch: MessageBatch, place: number): void {
    this.batches.push(batch);
    this.places.push(place);
    this.bytes += batch.bytes.length / batch.count;
  }

  /** The message came again before it was recorded: only its newer id is good. */
  replace(index: number, batch: MessageBatch, place: number): void {
    this.batches[index - this.first] = batch;
    this.places[index - this.first] = place;
  }

  /** AcknowledgeRequest of the indices from `from` to before `to`. */
  request(subscription: string, from: number, to: number): Uint8Array {
    const writer = new WireWriter(256 * (to - from));
    writer.tag(SUBSCRIPTION, WireType.bytes).string(subscription);
    for (let i = from - this.first; i < to - this.first; i += 1) {
      (this.batches[i] as MessageBatch).writeAckId(this.places[i] as number, writer, ACK_IDS);
    }
    return writer.finish();
  }
}

/** The messages of one request. */
interface Due extends Range {
  readonly run: AckRun;
}

export interface AcknowledgementsOptions {
  readonly subscription: string;
  readonly subscriber: Subscriber;
  readonly clock: Clock;
  readonly trouble: Trouble;
  /** False from the moment that nothing may leave any more. */
  readonly mayLeave: () => boolean;
  /** Something was confirmed. */
  readonly progress: () => void;
}

export class Acknowledgements {
  private run: AckRun;
  private confirmed: Range[] = [];
  private waiting = 0;
  private held = 0;
  /** Durable, and not asked for yet. */
  private readonly due: Due[] = [];
  private underway = 0;

  constructor(
    private readonly options: AcknowledgementsOptions,
    next: number,
  ) {
    this.run = new AckRun(next);
  }

  /** The message of the next index. */
  add(batch: MessageBatch, place: number): void {
    this.run.add(batch, place);
  }

  /** @returns whether the index is not recorded yet, so that the message is still to be acknowledged by its run. */
  replace(index: number, batch: MessageBatch, place: number): boolean {
    if (index < this.run.first) return false;
    this.run.replace(index, batch, place);
    return true;
  }

  /** Messages that are ours, recorded or not, and not confirmed to be acknowledged. */
  get unacknowledged(): number {
    return this.waiting + this.unrecorded;
  }

  get unrecorded(): number {
    return this.run.end - this.run.first;
  }

  /** Memory of recorded messages whose acknowledgement is not confirmed. */
  get heldBytes(): number {
    return this.held;
  }

  /** Cuts the run of a record. It is handed back when the record is durable. */
  cut(): AckRun {
    const { run } = this;
    this.run = new AckRun(run.end);
    this.waiting += run.end - run.first;
    this.held += run.bytes;
    return run;
  }

  /** The messages of a durable record are acknowledged. */
  release(run: AckRun): void {
    for (let from = run.first; from < run.end; from += IDS_A_REQUEST) {
      this.due.push({ run, from, to: Math.min(run.end, from + IDS_A_REQUEST) });
    }
    this.ask();
  }

  /** What was confirmed since the last time, for the next record. */
  takeConfirmed(): Range[] {
    const confirmed = this.confirmed.toSorted((a, b) => a.from - b.from);
    this.confirmed = [];
    return confirmed;
  }

  /** A message has come again under a new index: the old one is done with. */
  supersede(index: number): void {
    this.confirmed.push({ from: index, to: index + 1 });
  }

  private ask(): void {
    while (this.underway < AT_ONCE) {
      const due = this.due.shift();
      if (due === undefined) return;
      this.underway += 1;
      void this.acknowledge(due);
    }
  }

  private async acknowledge({ run, from, to }: Due): Promise<void> {
    const { subscription, subscriber, clock, trouble, mayLeave, progress } = this.options;
    const request = run.request(subscription, from, to);
    const acknowledged = await persistently(clock, trouble, async () => {
      if (!mayLeave()) return false;
      return subscriber.acknowledge(request).then(
        () => true,
        (error: unknown) => {
          if (error instanceof NotAcknowledged) return false;
          throw error;
        },
      );
    });
    this.waiting -= to - from;
    this.held = this.waiting === 0 ? 0 : this.held - (run.bytes * (to - from)) / (run.end - run.first);
    if (acknowledged) this.confirmed.push({ from, to });
    this.underway -= 1;
    this.ask();
    progress();
  }
}
