/** How far a task has come, as a line now and then: rows, bytes of all bytes, and how long it will take at this pace. */
import type { Clock } from "../../../runtime/clock";
import type { Log } from "../../../runtime/log";
import type { BatchProgress } from "../contract";

/** Milliseconds between two lines. */
const EVERY = 5_000;

export interface ProgressOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly pipeline: string;
  readonly run: string;
  readonly task: number;
  /** Of the files that the task reads, as they are stored. */
  readonly bytesTotal: number;
}

export class Progress {
  rows = 0;
  bytes = 0;
  private readonly began: number;
  private cancel = (): void => {};

  constructor(private readonly options: ProgressOptions) {
    this.began = options.clock.now();
  }

  /** Tells, until it is stopped. */
  start(): void {
    this.cancel = this.options.clock.after(EVERY, () => {
      this.tell();
      this.start();
    });
  }

  stop(): void {
    this.cancel();
  }

  private tell(): void {
    const { log, pipeline, run, task, bytesTotal } = this.options;
    const { rows, bytes } = this;
    const secondsLeft = this.secondsLeft();
    const more: BatchProgress = {
      kind: "progress",
      pipeline,
      run,
      task,
      rows,
      bytesRead: bytes,
      bytesTotal,
      ...(secondsLeft !== undefined && { secondsLeft }),
    };
    const left = secondsLeft === undefined ? "" : `, about ${duration(secondsLeft)} left`;
    log("INFO", `${pipeline}: ${rows} rows, ${part(bytes, bytesTotal)}${left}`, { ...more });
  }

  /** At the pace so far; undefined before there is one, and where nobody knows how much there is. */
  private secondsLeft(): number | undefined {
    const { bytes } = this;
    const { bytesTotal, clock } = this.options;
    if (bytes === 0 || bytesTotal === 0) return undefined;
    const seconds = (clock.now() - this.began) / 1_000;
    return Math.max(0, Math.round((seconds * (bytesTotal - bytes)) / bytes));
  }
}

const part = (bytes: number, total: number): string =>
  total === 0 ? "of tables" : `${Math.min(100, Math.floor((100 * bytes) / total))} % of ${size(total)}`;

const units = ["B", "kB", "MB", "GB", "TB"];

function size(bytes: number): string {
  let unit = 0;
  let value = bytes;
  for (; value >= 1_000 && unit < units.length - 1; unit += 1) value /= 1_000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
