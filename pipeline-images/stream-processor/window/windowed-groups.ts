/**
 * Groups of rows by key and window, and when each of them gives a pane. Beam's semantics: a row is dropped once the
 * watermark has passed the end of its window and the allowed lateness; a pane is fired when the trigger says so, at
 * the end of a batch, when the watermark passes the end of the window, or when a time has come; what no trigger fired
 * comes out when the window expires. A pane into which nothing came is not fired.
 */
import type { WireReader } from "../../../pipeline/protobuf/wire";
import type { Store } from "../checkpoint/recorded-store";
import type { StateChanges } from "../checkpoint/state-changes";
import { readCell, writeCell } from "./cell-codec";
import { type Cell, Flag, type OpenWindow, type PaneTiming, timings } from "./cells";
import type { Groups, GroupsOptions } from "./groups";
import type { Drop, RowWindow } from "./row-window";
import { Timers } from "./timers";
import type { Moment, TriggerState } from "./triggers/trigger";
import type { Windowing } from "./windowing";

export interface WindowedGroupsOptions<Row> extends GroupsOptions<Row> {
  readonly windowing: Windowing;
}

export class WindowedGroups<Row> implements Groups<Row> {
  private readonly windows = new Map<number, OpenWindow>();
  private readonly wakes = new Timers<Cell>();
  private readonly moment: Moment = { now: 0, ended: false };
  private asked: Cell[] = [];
  /** Windows with cells that differ from what is recorded. */
  private changed: OpenWindow[] = [];
  private dropped: number[] = [];
  /** The last window that a row went to: most rows go to the same. */
  private latest: OpenWindow | undefined;
  /** The next watermark at which something happens. */
  private due = Infinity;
  private watermark = -Infinity;
  /** How far the watermark of what comes out has come: held back by what ended windows have not fired. */
  private output = -Infinity;
  /** Cells that hold it back. */
  private held = 0;

  /** The accumulators of all that has finished. */
  private readonly nothing: unknown[];

  constructor(private readonly options: WindowedGroupsOptions<Row>) {
    this.nothing = options.accumulation.empty();
  }

  /**
   * Takes a row into its windows.
   * @param drop is told of each window that no longer takes it.
   */
  add(key: string, row: Row, time: number, now: number, drop: Drop<Row>): void {
    const { size, every } = this.options.windowing;
    const last = this.options.windowing.lastStart(time);
    for (let start = last; start > time - size; start -= every) this.addAt(start, key, row, time, now, drop);
  }

  addIn({ start }: RowWindow, key: string, row: Row, time: number, now: number, drop: Drop<Row>): void {
    this.addAt(start, key, row, time, now, drop);
  }

  private addAt(start: number, key: string, row: Row, time: number, now: number, drop: Drop<Row>): void {
    const window = this.latest?.start === start ? this.latest : this.open(start);
    if (window.expiry <= this.watermark) drop("expired", window, row, time);
    else if (!this.addTo(window, key, row, time, now)) drop("closed", window, row, time);
  }

  /** Asks those whose triggers may fire by the elements of this batch. */
  endBatch(now: number): void {
    if (this.asked.length === 0) return;
    const asked = this.asked;
    this.asked = [];
    for (const cell of asked) {
      cell.flags &= ~Flag.asked;
      this.fireIfReady(cell, now);
    }
    this.moveOutput();
  }

  /** Time has passed: fires what waited for it, the earliest first. */
  advanceClock(now: number): void {
    if (this.wakes.earliest >= now) return;
    while (this.wakes.earliest < now) {
      const time = this.wakes.earliest;
      for (const cell of this.wakes.next()) if (cell.wake === time) this.fireIfReady(cell, now);
    }
    this.moveOutput();
  }

  /** The watermark has come to here: fires and closes windows, the earliest first. */
  advanceWatermark(to: number, now: number): void {
    if (to <= this.watermark) return;
    this.watermark = to;
    if (to >= this.due) {
      for (const [, window, happens] of this.happenings(to)) {
        if (happens === "end") this.endWindow(window, now);
        else this.expire(window);
      }
      this.findDue();
    }
    this.moveOutput();
  }

  /** How far the watermark of what comes out has come. */
  get outputWatermark(): number {
    return this.output;
  }

  get openWindows(): number {
    return this.windows.size;
  }

  get size(): number {
    let cells = 0;
    for (const window of this.windows.values()) cells += window.cells.size;
    return cells;
  }

  get changes(): boolean {
    return this.dropped.length > 0 || this.changed.length > 0;
  }

  /** Windows that are gone, then cells; a window is a group of the store. */
  writeChanges(changes: StateChanges): void {
    const { accumulation } = this.options;
    for (const start of this.dropped) changes.gone(String(start));
    for (const window of this.changed) {
      const start = String(window.start);
      for (const cell of window.changed) {
        cell.flags &= ~Flag.changed;
        changes.put(start, cell.key, (writer) => writeCell(writer, cell, accumulation));
      }
      window.changed = [];
    }
    this.dropped = [];
    this.changed = [];
  }

  restore(watermark: number, store: Store): void {
    this.watermark = watermark;
    let group: string | undefined;
    let window: OpenWindow | undefined;
    store.each((start, key, value) => {
      if (window === undefined || start !== group) {
        window = this.open(Number(start));
        window.ended = window.end <= watermark;
        group = start;
      }
      this.restoreCell(window, key, value);
    });
    this.findDue();
    this.moveOutput();
  }

  private addTo(window: OpenWindow, key: string, row: Row, time: number, now: number): boolean {
    const { trigger } = this.options.trigger;
    const known = window.cells.get(key);
    if (known !== undefined && trigger.isFinished(known.trigger)) return false;
    const cell = known ?? this.newCell(window, key, this.options.accumulation.empty());
    this.options.accumulation.add(cell.accumulators, row, time);
    // Only now: where the row cannot be put in, nothing has changed.
    if (known === undefined) window.cells.set(key, cell);
    cell.flags |= Flag.fresh;
    if (trigger.seesElements) {
      cell.trigger = this.options.trigger.own(cell.trigger);
      trigger.onElements(cell.trigger, 1, this.at(window, now));
      this.setWake(cell);
    }
    if ((cell.flags & Flag.changed) === 0) this.markChanged(cell);
    if ((cell.flags & Flag.asked) === 0 && (trigger.byElements || window.ended)) {
      cell.flags |= Flag.asked;
      this.asked.push(cell);
    }
    return true;
  }

  private restoreCell(window: OpenWindow, key: string, value: WireReader): void {
    const { initial, trigger } = this.options.trigger;
    const recorded = readCell(value, this.options.accumulation);
    const cell = this.newCell(window, key, recorded.accumulators);
    cell.flags = recorded.flags;
    cell.panes = recorded.panes;
    // What cells share while they live, they share again.
    if (!sameState(recorded.trigger, initial)) cell.trigger = recorded.trigger;
    if (trigger.isFinished(cell.trigger)) cell.accumulators = this.nothing;
    window.cells.set(key, cell);
    if ((cell.flags & Flag.held) !== 0) {
      window.held += 1;
      this.held += 1;
    }
    this.setWake(cell);
  }

  /** Made here alone: what is of one shape is fast. */
  private newCell(window: OpenWindow, key: string, accumulators: unknown[]): Cell {
    return {
      key,
      window,
      accumulators,
      trigger: this.options.trigger.initial,
      panes: 0,
      flags: 0,
      wake: undefined,
    };
  }

  private open(start: number): OpenWindow {
    let window = this.windows.get(start);
    if (window === undefined) {
      const end = this.options.windowing.end(start);
      const expiry = end + this.options.allowedLateness;
      window = { start, end, expiry, cells: new Map(), changed: [], ended: end <= this.watermark, held: 0 };
      // One that has expired takes nothing, so it is not kept.
      if (expiry <= this.watermark) return window;
      this.windows.set(start, window);
      this.due = Math.min(this.due, window.ended ? expiry : end);
    }
    this.latest = window;
    return window;
  }

  private fireIfReady(cell: Cell, now: number): void {
    const { window } = cell;
    if (this.windows.get(window.start) !== window) return;
    const { trigger } = this.options.trigger;
    const moment = this.at(window, now);
    if (trigger.isFinished(cell.trigger) || !trigger.shouldFire(cell.trigger, moment)) return;
    cell.trigger = this.options.trigger.own(cell.trigger);
    trigger.onFire(cell.trigger, moment);
    const finished = trigger.isFinished(cell.trigger);
    this.givePane(cell, finished);
    // Nothing is added to what has finished: it needs none of its own.
    if (finished) cell.accumulators = this.nothing;
    else if (this.options.mode === "discarding") cell.accumulators = this.options.accumulation.empty();
    this.setWake(cell);
    if ((cell.flags & Flag.changed) === 0) this.markChanged(cell);
  }

  /** @param last no other pane can follow */
  private givePane(cell: Cell, last: boolean): void {
    const { key, window, accumulators } = cell;
    if ((cell.flags & Flag.held) !== 0) {
      cell.flags &= ~Flag.held;
      window.held -= 1;
      this.held -= 1;
    }
    if ((cell.flags & Flag.fresh) === 0) return;
    const timing = this.timing(cell);
    cell.flags = (cell.flags & ~(Flag.fresh | Flag.timing)) | timings.indexOf(timing);
    this.options.fire({ key, window, accumulators, timing, index: cell.panes++, last });
  }

  private timing({ window, flags }: Cell): PaneTiming {
    const timing = timings[flags & Flag.timing];
    if (window.end <= this.output || timing === "ON_TIME" || timing === "LATE") return "LATE";
    return this.watermark < window.end ? "EARLY" : "ON_TIME";
  }

  private endWindow(window: OpenWindow, now: number): void {
    window.ended = true;
    for (const cell of window.cells.values()) {
      this.fireIfReady(cell, now);
      if ((cell.flags & (Flag.fresh | Flag.held)) !== Flag.fresh) continue;
      cell.flags |= Flag.held;
      window.held += 1;
      this.held += 1;
      if ((cell.flags & Flag.changed) === 0) this.markChanged(cell);
    }
  }

  private expire(window: OpenWindow): void {
    const { trigger } = this.options.trigger;
    for (const cell of window.cells.values()) if (!trigger.isFinished(cell.trigger)) this.givePane(cell, true);
    this.windows.delete(window.start);
    this.dropped.push(window.start);
    window.changed = [];
    if (this.latest === window) this.latest = undefined;
  }

  /** What happens to windows up to a watermark, in the order of its time. */
  private happenings(to: number): [at: number, window: OpenWindow, happens: "end" | "expiry"][] {
    const found: [number, OpenWindow, "end" | "expiry"][] = [];
    for (const window of this.windows.values()) {
      if (!window.ended && window.end <= to) found.push([window.end, window, "end"]);
      if (window.expiry <= to) found.push([window.expiry, window, "expiry"]);
    }
    return found.toSorted(([a, x], [b, y]) => a - b || x.start - y.start);
  }

  private findDue(): void {
    this.due = Infinity;
    for (const { ended, end, expiry } of this.windows.values()) this.due = Math.min(this.due, ended ? expiry : end);
  }

  private moveOutput(): void {
    let output = this.watermark;
    if (this.held > 0)
      for (const { held, end } of this.windows.values()) if (held > 0) output = Math.min(output, end - 1);
    this.output = Math.max(this.output, output);
  }

  private setWake(cell: Cell): void {
    const wake = this.options.trigger.trigger.wakeAt(cell.trigger);
    if (wake === (cell.wake ?? Infinity)) return;
    cell.wake = wake === Infinity ? undefined : wake;
    if (cell.wake !== undefined) this.wakes.set(wake, cell);
  }

  private markChanged(cell: Cell): void {
    cell.flags |= Flag.changed;
    if (cell.window.changed.push(cell) === 1) this.changed.push(cell.window);
  }

  private at(window: OpenWindow, now: number): Moment {
    this.moment.now = now;
    this.moment.ended = window.ended;
    return this.moment;
  }
}

const sameState = (one: TriggerState, other: TriggerState): boolean =>
  one.length === other.length && one.every((value, i) => value === other[i]);
