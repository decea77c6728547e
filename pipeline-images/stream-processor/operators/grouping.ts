/** What steps have in common that put rows together by key and window: what comes in, when a group gives what it has. */
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Store } from "../checkpoint/recorded-store";
import type { StateChanges } from "../checkpoint/state-changes";
import type { Accumulation, Groups, Pane } from "../window/groups";
import { groupsOf } from "../window/groups-of-spec";
import { type Drop, lateWords } from "../window/row-window";
import { type Refuse, wordsOf } from "./error-rows";
import type { Moment, TakeRow } from "./flow";
import type { KeyCodec } from "./keys";
import type { Stage, WindowStep } from "./stage";

export interface GroupingOptions {
  readonly window: WindowStep;
  /** Its rows were grouped in these windows before. */
  readonly continued: boolean;
  readonly moment: Moment;
  readonly refuse: Refuse;
  readonly next: TakeRow;
}

export abstract class GroupingOperator implements Stage {
  protected readonly keys: KeyCodec;
  private readonly groups: Groups<AnyRow>;
  private readonly drop: Drop<AnyRow>;

  constructor(
    readonly id: string,
    private readonly grouping: GroupingOptions,
    keys: KeyCodec,
    accumulation: Accumulation<AnyRow>,
  ) {
    const { window, continued, refuse } = grouping;
    this.keys = keys;
    this.drop = (why, one, row, time) => refuse("late", lateWords(why, one), row, time);
    this.groups = groupsOf(window, continued, accumulation, (pane) => {
      grouping.moment.window = pane.window;
      // The last moment of the window, as Beam's rows have it.
      this.fire(pane, pane.window.end - 1);
      grouping.moment.window = undefined;
    });
  }

  protected put(row: AnyRow, time: number): void {
    const { now, window } = this.grouping.moment;
    try {
      if (window === undefined) this.groups.add(this.keys.of(row), row, time, now, this.drop);
      else this.groups.addIn(window, this.keys.of(row), row, time, now, this.drop);
    } catch (error) {
      this.grouping.refuse("function", wordsOf(error), row, time);
    }
  }

  endBatch(): void {
    this.groups.endBatch(this.grouping.moment.now);
  }

  advanceClock(): void {
    this.groups.advanceClock(this.grouping.moment.now);
  }

  advanceWatermark(to: number): void {
    this.groups.advanceWatermark(to, this.grouping.moment.now);
  }

  get outputWatermark(): number {
    return this.groups.outputWatermark;
  }

  /** Keys in windows that are open. */
  get size(): number {
    return this.groups.size;
  }

  get openWindows(): number {
    return this.groups.openWindows;
  }

  writeChanges(changes: StateChanges): void {
    if (!this.groups.changes) return;
    changes.store(this.id);
    this.groups.writeChanges(changes);
  }

  restore(watermark: number, store: Store): void {
    this.groups.restore(watermark, store);
  }

  /** Gives the rows of a pane, within the pane's window. */
  protected abstract fire(pane: Pane, time: number): void;
}
