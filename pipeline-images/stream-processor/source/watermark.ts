/**
 * How far the event time has come: a source's watermark is the smaller of the largest event time and the largest
 * publish time less the observed disorder, less `maxDelay`. Where nothing comes, it follows the processing time.
 * Never backward, and never stuck because of one event of the future or a filter that lets nothing through.
 */
import { WireReader, type WireWriter } from "../../../pipeline/protobuf/wire";

/** Milliseconds without a message, or a row, after which there are none. */
const QUIET = 5_000;
/** An event that is later than its publication by more than this is a mistake. */
export const FUTURE = 300_000;

const BUCKET = 60_000;
const BUCKETS = 10;

export interface Published {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Nothing has come for a while, and there is nothing. */
  readonly quiet: boolean;
  readonly lastMessage: number;
}

/** What the messages of a source tell: when they were published, and how far out of order they come. */
export class SourceProgress {
  private newest = -Infinity;
  private lastMessage = -Infinity;
  /** How much older than the newest publish time the oldest arrival of a minute was, for the last ten minutes. */
  private readonly behind: number[] = Array.from({ length: BUCKETS }, () => 0);
  private bucket = 0;

  /**
   * A message has come.
   * @param running the connected running time: a disorder is not forgotten because the processor was down
   */
  observe(published: number, now: number, running: number): void {
    this.turnTo(running);
    this.lastMessage = now;
    if (published > this.newest) this.newest = published;
    const behind = this.newest - published;
    const slot = this.bucket % BUCKETS;
    if (behind > (this.behind[slot] as number)) this.behind[slot] = behind;
  }

  /** Up to here everything has been published and has come, as far as the order of messages can be trusted. */
  published(now: number, running: number, empty: boolean): Published {
    this.turnTo(running);
    const disorder = Math.max(...this.behind);
    const quiet = empty && now - this.lastMessage >= QUIET;
    // What was published until then would have come by now.
    const time = (quiet ? Math.max(this.newest, now - QUIET) : this.newest) - disorder;
    return { time, quiet, lastMessage: this.lastMessage };
  }

  /** The source began to listen now: silence counts from here. */
  listen(now: number): void {
    this.lastMessage = now;
  }

  write(writer: WireWriter): void {
    writer.double(this.newest);
    writer.safeInt64(this.bucket);
    for (const behind of this.behind) writer.double(behind);
  }

  read(content: Uint8Array): void {
    const reader = new WireReader(content);
    this.newest = reader.double();
    this.bucket = reader.safeInt64();
    for (let i = 0; i < BUCKETS; i += 1) this.behind[i] = reader.double();
  }

  private turnTo(running: number): void {
    const bucket = Math.floor(running / BUCKET);
    for (let passed = 0; this.bucket < bucket && passed < BUCKETS; passed += 1) {
      this.bucket = Math.max(this.bucket + 1, bucket - BUCKETS);
      this.behind[this.bucket % BUCKETS] = 0;
    }
    this.bucket = Math.max(this.bucket, bucket);
  }
}

/** The watermark of rows whose time is a field of theirs. */
export class EventTimeProgress {
  private largest = -Infinity;
  private lastRow = -Infinity;

  observe(time: number, now: number): void {
    this.lastRow = now;
    if (time > this.largest) this.largest = time;
  }

  /** Where messages come and no row is made of them, their publish times have to do. */
  watermark({ time, quiet, lastMessage }: Published, maxDelay: number): number {
    const noRows = lastMessage - this.lastRow >= QUIET;
    return (quiet || noRows ? time : Math.min(this.largest, time)) - maxDelay;
  }

  write(writer: WireWriter): void {
    writer.double(this.largest).double(this.lastRow);
  }

  read(content: Uint8Array): void {
    const reader = new WireReader(content);
    this.largest = reader.double();
    // Else the first look after a restart would find that no rows come.
    this.lastRow = reader.double();
  }
}
