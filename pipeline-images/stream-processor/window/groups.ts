/** Groups of rows by key and window, whatever the windows are. */
import type { WireReader, WireWriter } from "../../../pipeline/protobuf/wire";
import type { AccumulationSpec } from "../../../pipeline/spec";
import type { Store } from "../checkpoint/recorded-store";
import type { StateChanges } from "../checkpoint/state-changes";
import type { PaneTiming } from "./cells";
import type { Drop, RowWindow } from "./row-window";
import type { MadeTrigger } from "./triggers/of-spec";

/** What is done with the rows of a group. */
export interface Accumulation<Row> {
  empty(): unknown[];
  /** Makes them what `empty` gives. */
  clear(accumulators: unknown[]): void;
  /** @throws Error where the row cannot be put in: then the accumulators are as they were. */
  add(accumulators: unknown[], row: Row, time: number): void;
  /**
   * What two groups come to that turn out to be one: others than both, which stay as they are.
   * @throws Error where they cannot be one.
   */
  merge(one: readonly unknown[], other: readonly unknown[]): unknown[];
  write(writer: WireWriter, accumulators: readonly unknown[]): void;
  read(reader: WireReader): unknown[];
}

/** What a group gives when its trigger fires: Beam's pane. */
export interface Pane {
  readonly key: string;
  readonly window: RowWindow;
  readonly accumulators: unknown[];
  readonly timing: PaneTiming;
  /** From 0. */
  readonly index: number;
  /** No other pane of its key and window can follow. */
  readonly last: boolean;
}

export interface GroupsOptions<Row> {
  readonly trigger: MadeTrigger;
  /** Milliseconds. */
  readonly allowedLateness: number;
  readonly mode: AccumulationSpec;
  readonly accumulation: Accumulation<Row>;
  /** Takes a pane; its accumulators may change afterwards. */
  readonly fire: (pane: Pane) => void;
}

export interface Groups<Row> {
  /** Takes a row into the windows of its time. @param drop is told of each window that does not take it */
  add(key: string, row: Row, time: number, now: number, drop: Drop<Row>): void;
  /** Takes a row into a window that it is in already. */
  addIn(window: RowWindow, key: string, row: Row, time: number, now: number, drop: Drop<Row>): void;
  /** Asks those whose triggers may fire by the elements of this batch. */
  endBatch(now: number): void;
  /** Time has passed: fires what waited for it, the earliest first. */
  advanceClock(now: number): void;
  /** The watermark has come to here: fires and closes windows, the earliest first. */
  advanceWatermark(to: number, now: number): void;
  /** How far the watermark of what comes out has come. */
  readonly outputWatermark: number;
  /** Keys in open windows. */
  readonly size: number;
  /** Windows that are open; a session is one. */
  readonly openWindows: number;
  /** Whether there is anything to write. */
  readonly changes: boolean;
  /** Writes what has changed since the last time. */
  writeChanges(changes: StateChanges): void;
  /** Takes up what was recorded, with the watermark of that moment; before anything else. */
  restore(watermark: number, store: Store): void;
}
