/**
 * Which files an output writes to, and since when: what follows from rows and time alone, and is recorded with the rows.
 * A file is of a window, or of a stretch of time where rows have no windows; what comes after it was closed goes into
 * another one, of the next pane.
 */
import type { RowWindow } from "../../window/row-window";

/** A file that rows go to, or a window whose next file would be this. */
export interface OpenFile extends RowWindow {
  /** How many files of the window were before it. A window that comes again after it was forgotten counts on. */
  pane: number;
  /** Parts that are recorded. */
  parts: number;
  /** Rows in them, and in the next one. */
  rows: number;
  /** When its first row came, where its window was over by then: in milliseconds since the epoch. */
  late: number | undefined;
}

/** All of it, as it is recorded. */
interface Recorded {
  /** Unlike that of any other output, and of the same one in another log. */
  readonly id: string;
  readonly forgotten: number | null;
  readonly files: readonly (readonly [
    start: number,
    end: number,
    pane: number,
    parts: number,
    rows: number,
    late: number | null,
  ])[];
}

export interface OpenFilesOptions {
  /** Milliseconds after a window's end until which rows may come. */
  readonly lateness: number;
  /** How long a file is written to that is closed by no window, in milliseconds. */
  readonly every: number;
}

export class OpenFiles {
  readonly id: string;
  private readonly files = new Map<number, OpenFile[]>();
  /** Windows that expired until then are not remembered. */
  private forgotten: number;
  private last: OpenFile | undefined;
  private changed = false;

  /** @param newId of an output that has not written yet */
  constructor(
    private readonly options: OpenFilesOptions,
    recorded: string | undefined,
    newId: string,
  ) {
    const known = recorded === undefined ? undefined : (JSON.parse(recorded) as Recorded);
    this.id = known?.id ?? newId;
    this.forgotten = known?.forgotten ?? -Infinity;
    for (const [start, end, pane, parts, rows, late] of known?.files ?? []) {
      this.put({ start, end, pane, parts, rows, late: late ?? undefined });
    }
    this.changed = known === undefined;
  }

  /**
   * The file that a row of a window goes to.
   * @param nextPane a number that no file of the window has had
   */
  of(window: RowWindow, watermark: number, now: number, nextPane: number): OpenFile {
    const file = this.find(window) ?? this.open(window, nextPane);
    if (file.rows === 0 && file.end <= watermark) file.late ??= now;
    return file;
  }

  /** Files that nothing more goes to: their windows are over, or they were long enough written to. */
  due(watermark: number, now: number): OpenFile[] {
    const { every, lateness } = this.options;
    const due: OpenFile[] = [];
    for (const files of this.files.values()) {
      for (const file of files) {
        if (file.rows === 0) continue;
        const end = file.late === undefined ? watermark >= file.end : now >= file.late + every;
        if (end || watermark >= file.end + lateness) due.push(file);
      }
    }
    return due.toSorted((one, other) => one.start - other.start || one.end - other.end);
  }

  /** A part with these rows is recorded. */
  wrote(file: OpenFile): void {
    file.parts += 1;
    this.changed = true;
  }

  /** The file is closed: what comes now is of the next pane. */
  closed(file: OpenFile): void {
    file.pane += 1;
    file.parts = 0;
    file.rows = 0;
    file.late = undefined;
    this.changed = true;
  }

  /** Forgets windows that no row comes of any more. After a drain time begins anew, and so they are remembered. */
  forget(watermark: number): void {
    if (watermark === Infinity) return;
    for (const [start, files] of this.files) {
      const kept = files.filter(({ rows, end }) => rows > 0 || end + this.options.lateness > watermark);
      if (kept.length === files.length) continue;
      for (const file of files) if (!kept.includes(file)) this.forgotten = Math.max(this.forgotten, file.end);
      if (kept.length === 0) this.files.delete(start);
      else this.files.set(start, kept);
      this.last = undefined;
      this.changed = true;
    }
  }

  /** What is to be recorded, where it has changed since the last time. */
  takeChange(): string | undefined {
    if (!this.changed) return undefined;
    this.changed = false;
    const files = [...this.files.values()].flat();
    const recorded: Recorded = {
      id: this.id,
      forgotten: Number.isFinite(this.forgotten) ? this.forgotten : null,
      files: files.map(({ start, end, pane, parts, rows, late = null }) => [start, end, pane, parts, rows, late]),
    };
    return JSON.stringify(recorded);
  }

  private find({ start, end }: RowWindow): OpenFile | undefined {
    const { last } = this;
    if (last !== undefined && last.start === start && last.end === end) return last;
    this.last = this.files.get(start)?.find((file) => file.end === end);
    return this.last;
  }

  private open({ start, end }: RowWindow, nextPane: number): OpenFile {
    const file = { start, end, pane: end <= this.forgotten ? nextPane : 0, parts: 0, rows: 0, late: undefined };
    this.put(file);
    this.last = file;
    return file;
  }

  private put(file: OpenFile): void {
    const there = this.files.get(file.start);
    if (there === undefined) this.files.set(file.start, [file]);
    else there.push(file);
  }
}
