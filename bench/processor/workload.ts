/**
 * The events that stream processors are compared on: clicks of 183 bytes in ten minutes of event time, out of order by
 * up to five seconds, 20,000 users of whom few make most. Made from a seed, and written to a file that all contestants
 * read, whatever they are written in.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Messages } from "../../pipeline-images/stream-processor/operators/flow";
import { generator } from "../random";

const USERS = 20_000;
/** Milliseconds: when the first event was published, how long they go on, how far they are out of order. */
const START = Date.UTC(2024, 0, 31, 12);
const LENGTH = 10 * 60_000;
const DISORDER = 5_000;
/** Milliseconds that a late event is later than that, at most. */
const MUCH_LATER = 60_000;

const NAMES = ["page_view", "ping", "purchase", "scroll", "click", "session_start", "search", "level_up"];
const COUNTRIES = ["DE", "FR", "US", "GB", "JP", "BR", "IN", "PL"];

export interface WorkloadOptions {
  readonly events: number;
  /** The share of events that are later than the disorder. */
  readonly late: number;
  readonly seed?: number;
  /** Only so many, the first. */
  readonly most?: number;
  /** When the first event is published, in milliseconds; a noon of the past, unless a clock is looked at. */
  readonly start?: number;
}

/** When event i of so many is published, in milliseconds. */
export const publishedAt = (i: number, events: number, start = START): number =>
  start + Math.floor((i / events) * LENGTH);

/** The events' texts, one after the other. */
export function* clicks({ events, late, seed = 7, most = events, start = START }: WorkloadOptions): Generator<string> {
  const random = generator(seed);
  for (let i = 0; i < most; i += 1) {
    const delay = Math.floor(random() * DISORDER) + (random() < late ? DISORDER + random() * MUCH_LATER : 0);
    // As by Zipf's law: as many events come of users 1 to 10 as of 10 to 100.
    const user = Math.floor(USERS ** random());
    yield JSON.stringify({
      // Longer than the ten characters up to which V8 keeps each text of JSON.parse for good: ids are long.
      event_id: `e${String(i).padStart(12, "0")}`,
      user_pseudo_id: `u${String(user).padStart(6, "0")}`,
      event_name: NAMES[Math.floor(random() * NAMES.length)],
      // Whole milliseconds, in microseconds.
      event_timestamp: (publishedAt(i, events, start) - Math.floor(delay)) * 1_000,
      value: Math.floor(random() * 10_000) / 100,
      page: `/game/${Math.floor(random() * 100)}`,
      country: COUNTRIES[Math.floor(random() * COUNTRIES.length)],
      session_id: `s${String(user).padStart(6, "0")}`,
    });
  }
}

/** Writes them, one a line. */
export const writeClicks = (file: string, options: WorkloadOptions): void => writeLines(file, clicks(options));

/** Writes a file of many lines. */
export function writeLines(file: string, texts: Iterable<string>): void {
  const to = openSync(file, "w");
  let lines: string[] = [];
  const flush = (): void => {
    writeSync(to, lines.join(""));
    lines = [];
  };
  for (const text of texts) {
    lines.push(`${text}\n`);
    if (lines.length === 10_000) flush();
  }
  flush();
  closeSync(to);
}

/** The lines of a file as messages, each published when its place says. */
export class FileMessages implements Messages {
  readonly bytes: Uint8Array;
  private readonly text: Buffer;
  private readonly starts: Int32Array;

  constructor(file: string) {
    this.text = readFileSync(file);
    this.bytes = this.text;
    this.starts = startsOf(this.text);
  }

  get count(): number {
    return this.starts.length - 1;
  }

  dataStart(i: number): number {
    return this.starts[i] as number;
  }

  dataEnd(i: number): number {
    return (this.starts[i + 1] as number) - 1;
  }

  publishedAt(i: number): number {
    return publishedAt(i, this.count);
  }

  string(i: number): string {
    return this.text.toString("utf8", this.dataStart(i), this.dataEnd(i));
  }

  id = (i: number): string => String(i);
  publishTime = (): string => "";
  attributes = (): { readonly [name: string]: string } => ({});
}

/** Where each line begins, and the end. */
function startsOf(text: Buffer): Int32Array {
  const starts = [0];
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) starts.push(at + 1);
  return Int32Array.from(starts);
}
