/**
 * In which order a processor worked: what came after its duplicates were told, the clock, the watermarks of its source.
 * It is written a record at a time, before the record is asked for. So what was never recorded can be told from the rest
 * by its place, and is left out: the next process worked on it in another order.
 */
import { appendFileSync, readFileSync } from "node:fs";
import type { Position } from "../../pipeline-images/stream-processor/log/position";

/** The file that a process writes to. */
export const VARIABLE = "CHAOS_RECORDING";

/** Times are milliseconds; null is before all times. */
export type Happened =
  | readonly ["clock", number]
  /** A message was worked on: its input, its id, when it was published. */
  | readonly ["message", string, string, number]
  /** A message was refused unseen. */
  | readonly ["refused", string, string]
  /** The messages so far came together. */
  | readonly ["together"]
  /** An input has come so far: its time, whether it is quiet, its last message. */
  | readonly ["watermark", string, number | null, boolean, number | null]
  | readonly ["end"];

/** All between two records, and where the second of them stands if it became one. */
interface Segment {
  readonly at: Position;
  readonly happened: readonly Happened[];
}

/** What one process worked on. */
export class Recording {
  private happened: Happened[] = [];
  private cut: readonly Happened[] | undefined;

  constructor(private readonly file: string) {}

  readonly add = (happened: Happened): void => void this.happened.push(happened);

  /** A record is made of what happened so far. */
  makeRecord(): void {
    // One that was not asked for is part of the next.
    this.cut = [...(this.cut ?? []), ...this.happened];
    this.happened = [];
  }

  /** That record is about to be asked for, for the first time. */
  ask(at: Position): void {
    if (this.cut === undefined) return;
    const segment: Segment = { at, happened: this.cut };
    this.cut = undefined;
    appendFileSync(this.file, `${JSON.stringify(segment)}\n`);
  }
}

/** What processes have recorded, in the order of the log. @param counts whether the log has a record there */
export function readRecordings(files: readonly string[], counts: (at: Position) => boolean): readonly Happened[] {
  const segments = files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      // A line that was cut off with its process was never asked for.
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Segment),
  );
  return segments
    .filter(({ at }) => counts(at))
    .toSorted((a, b) => a.at.term - b.at.term || a.at.seq - b.at.seq)
    .flatMap(({ happened }) => happened);
}
