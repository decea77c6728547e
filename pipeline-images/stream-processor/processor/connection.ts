/** The streams that messages come on: opened again calmly, and how long the source has been listened to. */
import type { Clock } from "../../../runtime/clock";
import { pauseAfter, type Trouble } from "../../../runtime/retry";
import type { MessageStream, Subscriber } from "../source/subscriber";

/** Pub/Sub gives a stream some 10 MB/s. @see https://cloud.google.com/pubsub/quotas#quotas */
const STREAMS = 4;

/** Milliseconds after which a stream that was connected has been accepted. */
const LASTS = 5_000;

export interface ConnectionOptions {
  readonly subscriber: Subscriber;
  readonly clock: Clock;
  readonly trouble: Trouble;
  /** Milliseconds. */
  readonly lease: number;
  /** Connected running time so far. */
  readonly running: number;
  readonly response: (bytes: Uint8Array) => void;
  /** All streams stand, again. */
  readonly connected: () => void;
}

export class Connection {
  private readonly streams: (MessageStream | undefined)[] = [];
  private readonly up = new Set<number>();
  private closed = false;
  private before: number;
  private since: number | undefined;

  constructor(private readonly options: ConnectionOptions) {
    this.before = options.running;
  }

  open(): void {
    for (let i = 0; i < STREAMS; i += 1) this.openOne(i, 0);
  }

  close(): void {
    this.closed = true;
    this.disconnect();
    for (const stream of this.streams) stream?.close();
  }

  /** Every stream stands: what there is will come. */
  get connected(): boolean {
    return this.since !== undefined;
  }

  /** When it came to stand. */
  get connectedSince(): number | undefined {
    return this.since;
  }

  /** Until one lease after a start or a broken stream: what a dead instance or the stream held is still to come. */
  stands(now: number): boolean {
    return this.since === undefined || now < this.since + this.options.lease;
  }

  /** Milliseconds of connected running time. */
  running(now: number): number {
    return this.before + (this.since === undefined ? 0 : now - this.since);
  }

  private openOne(i: number, failures: number): void {
    if (this.closed) return;
    const { subscriber, clock, trouble } = this.options;
    let over = false;
    let lasted = false;
    // Connected is not yet accepted: who may not read is told so a moment later.
    const last = (): void => {
      if (lasted || over) return;
      lasted = true;
      if (failures > 0) trouble(undefined, failures);
    };
    this.streams[i] = subscriber.open({
      connected: () => {
        if (over || this.closed) return;
        this.connect(i);
        clock.after(LASTS, last);
      },
      response: (bytes) => {
        last();
        if (!over && !this.closed) this.options.response(bytes);
      },
      ended: (error) => {
        if (over || this.closed) return;
        over = true;
        this.up.delete(i);
        this.disconnect();
        // One that lasted was cut as they are now and then; only one that does not come to last is a trouble.
        const more = lasted ? 1 : failures + 1;
        if (!lasted) trouble(error, more);
        clock.after(pauseAfter(more), () => this.openOne(i, lasted ? 0 : more));
      },
    });
  }

  private connect(i: number): void {
    this.up.add(i);
    if (this.up.size < STREAMS || this.since !== undefined) return;
    this.since = this.options.clock.now();
    this.options.connected();
  }

  private disconnect(): void {
    if (this.since === undefined) return;
    this.before += this.options.clock.now() - this.since;
    this.since = undefined;
  }
}
