/** The first row of each key. A key is recorded once, when it comes, and leaves with all others of its time. */
import { milliseconds } from "../../../pipeline/duration";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec, StepSpec } from "../../../pipeline/spec";
import type { Store } from "../checkpoint/recorded-store";
import type { StateChanges } from "../checkpoint/state-changes";
import { windowingOf } from "../window/of-spec";
import { lateWords, type RowWindow } from "../window/row-window";
import { Timers } from "../window/timers";
import { eachWindow } from "../window/windowing";
import type { Refuse } from "./error-rows";
import type { Moment, TakeRow } from "./flow";
import { type KeyCodec, keyCodec } from "./keys";
import type { Stage, WindowStep } from "./stage";

type DistinctStep = Extract<StepSpec, { readonly kind: "distinct" }>;

export interface DistinctOptions {
  readonly step: DistinctStep;
  /** Of the rows that come in. */
  readonly fields: readonly FieldSpec[];
  readonly moment: Moment;
  readonly refuse: Refuse;
  readonly next: TakeRow;
}

export const distinct = (options: DistinctOptions, window: WindowStep | undefined): Stage & { take: TakeRow } =>
  window === undefined ? new EndlessDistinct(options) : new WindowedDistinct(options, window);

abstract class DistinctOperator implements Stage {
  readonly id: string;
  protected readonly keys: KeyCodec;
  protected watermark = -Infinity;
  /** Keys that are not recorded yet, each after its group. */
  protected changed: (readonly [group: number, key: string, until: number])[] = [];
  protected gone: number[] = [];

  abstract readonly take: TakeRow;
  abstract readonly size: number;
  abstract readonly openWindows: number;

  constructor(protected readonly options: DistinctOptions) {
    const { step, fields } = options;
    this.id = step.id;
    this.keys = keyCodec(step.keys, fields);
  }

  get outputWatermark(): number {
    return this.watermark;
  }

  endBatch(): void {}
  advanceClock(): void {}

  advanceWatermark(to: number): void {
    this.watermark = to;
    this.forget(to);
  }

  writeChanges(changes: StateChanges): void {
    if (this.gone.length === 0 && this.changed.length === 0) return;
    changes.store(this.id);
    for (const group of this.gone) changes.gone(String(group));
    const gone = new Set(this.gone);
    for (const [group, key, until] of this.changed) {
      if (!gone.has(group)) changes.put(String(group), key, (writer) => void writer.double(until));
    }
    this.gone = [];
    this.changed = [];
  }

  restore(watermark: number, store: Store): void {
    this.watermark = watermark;
    store.each((group, key, value) => this.remember(Number(group), key, value.double()));
  }

  /** Keys whose time is over are gone, as far as that can be done for all of a group. */
  protected abstract forget(watermark: number): void;
  protected abstract remember(group: number, key: string, until: number): void;
}

/** A period is cut into so many groups of keys, which leave together. */
const GROUPS = 64;

/** Without windows a key is forgotten when the watermark has come `within` past the time of its first row. */
class EndlessDistinct extends DistinctOperator {
  private readonly within: number;
  /** Milliseconds of a group. */
  private readonly width: number;
  /** Until when each key is remembered: it may have been over for a moment, until its group leaves. */
  private readonly until = new Map<string, number>();
  private readonly groups = new Map<number, string[]>();
  private readonly ends = new Timers<number>();

  constructor(options: DistinctOptions) {
    super(options);
    this.within = milliseconds(options.step.within ?? "0s");
    this.width = Math.max(1, Math.ceil(this.within / GROUPS));
  }

  get size(): number {
    return this.until.size;
  }

  readonly openWindows = 0;

  readonly take: TakeRow = (row, time) => {
    const key = this.keys.of(row);
    const known = this.until.get(key);
    if (known !== undefined && known > this.watermark) return;
    const until = time + this.within;
    if (until > this.watermark) {
      const group = Math.floor(until / this.width);
      this.remember(group, key, until);
      this.changed.push([group, key, until]);
    }
    this.options.next(row, time);
  };

  protected remember(group: number, key: string, until: number): void {
    if (until > (this.until.get(key) ?? -Infinity)) this.until.set(key, until);
    const there = this.groups.get(group);
    if (there !== undefined) there.push(key);
    else {
      this.groups.set(group, [key]);
      this.ends.set((group + 1) * this.width, group);
    }
  }

  protected forget(watermark: number): void {
    while (this.ends.isDue(watermark)) {
      for (const group of this.ends.next()) {
        // A key may have come again since, and be in another group now.
        for (const key of this.groups.get(group) ?? []) {
          if ((this.until.get(key) ?? Infinity) <= watermark) this.until.delete(key);
        }
        this.groups.delete(group);
        this.gone.push(group);
      }
    }
  }
}

/** In each of its windows a row is compared with those before it. */
class WindowedDistinct extends DistinctOperator {
  private readonly windowing;
  private readonly lateness: number;
  private readonly windows = new Map<number, Set<string>>();
  private readonly expiries = new Timers<number>();

  constructor(options: DistinctOptions, window: WindowStep) {
    super(options);
    this.windowing = windowingOf(window.windowing);
    this.lateness = milliseconds(window.allowedLateness);
  }

  get openWindows(): number {
    return this.windows.size;
  }

  get size(): number {
    let keys = 0;
    for (const window of this.windows.values()) keys += window.size;
    return keys;
  }

  readonly take: TakeRow = (row, time) => {
    const key = this.keys.of(row);
    const { window } = this.options.moment;
    if (window !== undefined) return this.takeInto(window, key, row, time);
    eachWindow(this.windowing, time, (one) => this.takeInto(one, key, row, time));
  };

  private takeInto(window: RowWindow, key: string, row: AnyRow, time: number): void {
    const { moment, next, refuse } = this.options;
    const expiry = window.end + this.lateness;
    if (expiry <= this.watermark) return refuse("late", lateWords("expired", window), row, time);
    if (this.windows.get(window.start)?.has(key)) return;
    this.remember(window.start, key, expiry);
    this.changed.push([window.start, key, expiry]);
    const around = moment.window;
    moment.window = window;
    next(row, time);
    moment.window = around;
  }

  protected remember(start: number, key: string, expiry: number): void {
    const there = this.windows.get(start);
    if (there !== undefined) there.add(key);
    else {
      this.windows.set(start, new Set([key]));
      this.expiries.set(expiry, start);
    }
  }

  protected forget(watermark: number): void {
    while (this.expiries.isDue(watermark)) {
      for (const start of this.expiries.next()) {
        this.windows.delete(start);
        this.gone.push(start);
      }
    }
  }
}
