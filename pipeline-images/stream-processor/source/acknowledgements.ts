/**
 * Acknowledging messages: their ids are written into requests while they are worked on, and leave once the record with
 * them is durable. The indices of confirmed ones go into a later record.
 */
import type { Clock } from "../../../runtime/clock";
import type { Range } from "../checkpoint/record";
import { persistently, type Trouble } from "../../../runtime/retry";
import { type AckRequest, AckRun, SpareBuffers } from "./ack-run";
import type { MessageBatch } from "./message-batch";
import { NotAcknowledged, type Subscriber } from "./subscriber";

/** Requests at once. Where they are not answered, more of them would only fill the memory, and keep Pub/Sub busy. */
const AT_ONCE = 16;

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
  private readonly buffers = new SpareBuffers(AT_ONCE);
  private run: AckRun;
  private confirmed: Range[] = [];
  private waiting = 0;
  private held = 0;
  /** Durable, and not asked for yet. */
  private readonly due: AckRequest[] = [];
  private underway = 0;

  constructor(
    private readonly options: AcknowledgementsOptions,
    next: number,
  ) {
    this.run = this.runFrom(next);
  }

  /** Of the messages that are not recorded. */
  get current(): AckRun {
    return this.run;
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
    return this.run.count;
  }

  /** Memory of ids whose acknowledgement is not confirmed, recorded or not. */
  get heldBytes(): number {
    return this.held + this.run.bytes;
  }

  /** Cuts the run of a record. It is handed back when the record is durable. */
  cut(): AckRun {
    const { run } = this;
    this.run = this.runFrom(run.end);
    this.waiting += run.count;
    this.held += run.bytes;
    return run;
  }

  /** The messages of a durable record are acknowledged. */
  release({ requests }: AckRun): void {
    for (const request of requests) this.due.push(request);
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

  private runFrom(first: number): AckRun {
    return new AckRun(this.options.subscription, first, this.buffers);
  }

  private ask(): void {
    while (this.underway < AT_ONCE) {
      const due = this.due.shift();
      if (due === undefined) return;
      this.underway += 1;
      void this.acknowledge(due);
    }
  }

  private async acknowledge(request: AckRequest): Promise<void> {
    const { subscriber, clock, trouble, mayLeave, progress } = this.options;
    const { first, end, bytes } = request;
    const content = request.content();
    let attempts = 0;
    const acknowledged = await persistently(clock, trouble, async () => {
      if (!mayLeave()) return false;
      attempts += 1;
      return subscriber.acknowledge(content).then(
        () => true,
        (error: unknown) => {
          if (error instanceof NotAcknowledged) return false;
          throw error;
        },
      );
    });
    this.waiting -= end - first;
    this.held -= bytes;
    if (acknowledged) this.confirmed.push({ from: first, to: end });
    // One that was answered at once has been read. Of others somebody may still have the bytes in hand, and is to find
    // no other's ids in them.
    if (acknowledged && attempts === 1) this.buffers.give(request);
    this.underway -= 1;
    this.ask();
    progress();
  }
}
