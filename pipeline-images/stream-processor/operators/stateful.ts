/** A user's function that remembers something of each key, and may be called again at an event time that it names. */
import { milliseconds } from "../../../pipeline/duration";
import type { AnyRow } from "../../../pipeline/schema/row";
import { timestampOfMilliseconds } from "../../../pipeline/schema/timestamp";
import type { FieldSpec, Json, StepSpec } from "../../../pipeline/spec";
import { compileFunction } from "../../../pipeline/udf/compile";
import type { Store } from "../checkpoint/recorded-store";
import type { StateChanges } from "../checkpoint/state-changes";
import { windowingOf } from "../window/of-spec";
import { lateWords, type RowWindow } from "../window/row-window";
import { Timers } from "../window/timers";
import { eachWindow } from "../window/windowing";
import { type Refuse, wordsOf } from "./error-rows";
import type { Moment, TakeRow } from "./flow";
import { type KeyCodec, keyCodec } from "./keys";
import { type Kept, KeyedState } from "./keyed-state";
import type { Stage, WindowStep } from "./stage";
import { type Answer, answerReader } from "./stateful-answer";

type StatefulStep = Extract<StepSpec, { readonly kind: "stateful" }>;

export interface StatefulOptions {
  readonly step: StatefulStep;
  readonly window: WindowStep | undefined;
  /** Of the rows that come in. */
  readonly fields: readonly FieldSpec[];
  readonly moment: Moment;
  readonly refuse: Refuse;
  readonly next: TakeRow;
}

export class StatefulOperator implements Stage {
  readonly id: string;
  private readonly keys: KeyCodec;
  private readonly process;
  private readonly onTimer;
  private readonly answer;
  private readonly windowing;
  private readonly lateness: number;
  private readonly timeToLive: number;
  private readonly kept = new KeyedState();
  /** By the event time that they named. Those that were replaced stay until they are met. */
  private readonly timers = new Timers<Kept>();
  private watermark = -Infinity;

  constructor(private readonly options: StatefulOptions) {
    const { step, window, fields } = options;
    this.id = step.id;
    this.keys = keyCodec(step.keys, fields);
    this.process = compileFunction(step.process);
    this.onTimer = step.onTimer && compileFunction(step.onTimer);
    this.answer = answerReader(step);
    this.windowing = window && windowingOf(window.windowing);
    this.lateness = milliseconds(window?.allowedLateness ?? "0s");
    this.timeToLive = step.timeToLive === "unlimited" ? Infinity : milliseconds(step.timeToLive);
  }

  readonly take: TakeRow = (row, time) => {
    const { windowing } = this;
    const { window } = this.options.moment;
    if (windowing === undefined) return this.takeInto(undefined, row, time);
    if (window !== undefined) return this.takeInto(window, row, time);
    eachWindow(windowing, time, (one) => this.takeInto(one, row, time));
  };

  endBatch(): void {
    // After the end of all times nothing fires: what the last timers set would be due for ever.
    if (this.watermark !== Infinity) this.fireTimers(this.watermark);
  }

  advanceClock(): void {}

  advanceWatermark(to: number): void {
    // At the end of all times each timer fires once more: one that sets the next would never come to an end.
    if (to === Infinity) this.fireAll();
    else this.fireTimers(to);
    this.watermark = to;
    this.kept.forget(to);
  }

  /** What a timer will give has the timer's time, so what comes out has not come further. */
  get outputWatermark(): number {
    while (
      this.timers.isDue(Infinity) &&
      this.timers.peek().every((one) => one.gone || one.timer !== this.timers.earliest)
    ) {
      this.timers.next();
    }
    return Math.min(this.watermark, this.timers.earliest - 1);
  }

  get size(): number {
    return this.kept.size;
  }

  get openWindows(): number {
    return this.kept.windows;
  }

  writeChanges(changes: StateChanges): void {
    if (this.kept.changes) {
      changes.store(this.id);
      this.kept.writeChanges(changes);
    }
  }

  restore(watermark: number, store: Store): void {
    this.watermark = watermark;
    for (const one of this.kept.restore(
      store,
      (start) => this.windowing && { start, end: this.windowing.end(start) },
    )) {
      this.keep(one);
      if (one.timer !== undefined) this.timers.set(one.timer, one);
    }
  }

  private takeInto(window: RowWindow | undefined, row: AnyRow, time: number): void {
    const { refuse, step } = this.options;
    if (window !== undefined && window.end + this.lateness <= this.watermark) {
      return refuse("late", lateWords("expired", window), row, time);
    }
    const key = this.keys.of(row);
    const known = this.kept.find(window, key);
    let answer: Answer | string;
    try {
      answer = this.answer(this.process.call(row, known?.state ?? step.initial, this.process.context), false);
    } catch (error) {
      answer = wordsOf(error);
    }
    if (typeof answer === "string") return refuse("function", answer, row, time);
    const one = known ?? this.kept.add(window, key, step.initial);
    this.obey(one, answer);
    one.newest = Math.max(one.newest, time);
    this.keep(one);
    this.give(answer.output, window, time);
  }

  /** Those that are due, the earliest first: one may set the next. */
  private fireTimers(to: number): void {
    while (this.timers.isDue(to)) {
      const time = this.timers.earliest;
      for (const one of this.timers.next()) if (one.timer === time) this.fire(one, time);
    }
  }

  private fireAll(): void {
    const due: [time: number, one: Kept][] = [];
    while (this.timers.isDue(Infinity)) {
      const time = this.timers.earliest;
      for (const one of this.timers.next()) if (one.timer === time) due.push([time, one]);
    }
    for (const [time, one] of due) if (one.timer === time) this.fire(one, time);
  }

  private fire(one: Kept, time: number): void {
    const { refuse, step } = this.options;
    if (one.gone || time >= one.until || this.onTimer === undefined) return;
    one.timer = undefined;
    this.kept.change(one);
    const values = this.keys.values(one.key);
    const key = Object.fromEntries(step.keys.map((name, i) => [name, values[i] as Json]));
    const context = { ...this.onTimer.context, time: timestampOfMilliseconds(time), key };
    let answer: Answer | string;
    try {
      answer = this.answer(this.onTimer.call(one.state, context), true);
    } catch (error) {
      answer = wordsOf(error);
    }
    // It would be due at once, and again, without an end.
    if (typeof answer !== "string" && typeof answer.timer === "number" && answer.timer <= time) {
      answer = `timer is ${timestampOfMilliseconds(answer.timer)}, and must be after the time it was called for`;
    }
    if (typeof answer === "string") return refuse("function", answer, key, time);
    if (answer.state === null) this.kept.remove(one);
    else this.obey(one, answer);
    this.give(answer.output, one.window, time);
  }

  private obey(one: Kept, { state, timer }: Answer): void {
    if (state !== null) one.state = state;
    if (timer !== undefined && timer !== one.timer) {
      one.timer = timer ?? undefined;
      if (timer !== null) this.timers.set(timer, one);
    }
    this.kept.change(one);
  }

  private keep(one: Kept): void {
    const lives = one.newest + this.timeToLive;
    this.kept.until(one, one.window === undefined ? lives : Math.min(lives, one.window.end + this.lateness));
  }

  private give(rows: readonly AnyRow[], window: RowWindow | undefined, time: number): void {
    const { moment, next } = this.options;
    const around = moment.window;
    moment.window = window;
    for (const row of rows) next(row, time);
    moment.window = around;
  }
}
