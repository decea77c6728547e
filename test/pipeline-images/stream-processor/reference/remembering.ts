/** Steps that remember something of each key: distinct and stateful; and enrich, which looks it up. */
import { milliseconds } from "../../../../pipeline/duration";
import type { AnyRow } from "../../../../pipeline/schema/row";
import { millisecondsOf, normalTimestamp, timestampOfMilliseconds } from "../../../../pipeline/schema/timestamp";
import type { FieldSpec, FunctionSpec, StepSpec } from "../../../../pipeline/spec";
import { bound } from "./aggregates";
import { call, checked } from "./compiled";
import { type Element, keyOf, pick, wordsOf } from "./element";
import { absent } from "./grouping";
import type { Around, Stage } from "./stage";
import type { Window } from "./windows";

type StepOf<Kind> = Extract<StepSpec, { readonly kind: Kind }>;

/** What is remembered of a key, in a window or in none, until the watermark comes to `until`. */
interface Remembered {
  readonly key: string;
  readonly values: AnyRow;
  readonly window: Window | undefined;
  until: number;
  state: AnyRow;
  /** Largest event time of its rows. */
  newest: number;
  timer: number | undefined;
}

abstract class Remembering implements Stage {
  protected watermark = -Infinity;
  protected remembered: Remembered[] = [];

  constructor(protected readonly around: Around) {}

  take(element: Element): void {
    for (const window of element.windows ?? [undefined]) {
      if (window !== undefined && this.expiry(window) <= this.watermark) {
        const error = `it came after the window from ${bound(window.start)} to ${bound(window.end)} and its allowed lateness had passed`;
        this.around.refuse({ reason: "late", error, row: element.row, time: element.time });
      } else this.takeIn(element, window);
    }
  }

  settle(): void {}

  advanceWatermark(to: number): void {
    this.watermark = Math.max(to, this.watermark);
    this.remembered = this.remembered.filter(({ until }) => until > this.watermark);
  }

  get outputWatermark(): number {
    return this.watermark;
  }

  protected abstract takeIn(element: Element, window: Window | undefined): void;

  protected find(key: string, window: Window | undefined): Remembered | undefined {
    return this.remembered.find((one) => one.key === key && one.window?.start === window?.start);
  }

  protected expiry(window: Window): number {
    return window.end + milliseconds(this.around.strategy?.allowedLateness ?? "0s");
  }
}

/** The first row of each key; a key is remembered until the watermark has come `within` past its first row's time. */
export class Distinct extends Remembering {
  constructor(
    private readonly step: StepOf<"distinct">,
    around: Around,
  ) {
    super(around);
  }

  protected takeIn(element: Element, window: Window | undefined): void {
    const key = keyOf(element.row, this.step.keys);
    if (this.find(key, window) !== undefined) return;
    const until = window === undefined ? element.time + milliseconds(this.step.within ?? "0s") : this.expiry(window);
    const values = pick(element.row, this.step.keys);
    if (until > this.watermark) {
      this.remembered.push({ key, values, window, until, state: {}, newest: element.time, timer: undefined });
    }
    this.around.emit(window === undefined ? element : { ...element, windows: [window] });
  }
}

interface Answer {
  readonly state: AnyRow | null;
  readonly output: readonly unknown[];
  readonly timer?: string | null;
}

/** A function that remembers; its timers are of event time, and fire when the watermark has come to them. */
export class Stateful extends Remembering {
  constructor(
    private readonly step: StepOf<"stateful">,
    around: Around,
  ) {
    super(around);
  }

  override settle(): void {
    this.fireTimers(this.watermark);
  }

  override advanceWatermark(to: number): void {
    // At the end of all times each timer fires once more: one that sets the next would never come to an end.
    if (to === Infinity) for (const one of this.due(to)) this.fire(one);
    else this.fireTimers(to);
    super.advanceWatermark(to);
  }

  /** What a timer will give has the timer's time, so what comes out has not come further. */
  override get outputWatermark(): number {
    return Math.min(this.watermark, ...this.remembered.map(({ timer = Infinity }) => timer - 1));
  }

  protected takeIn(element: Element, window: Window | undefined): void {
    const { step, around } = this;
    const { row, time } = element;
    const key = keyOf(row, step.keys);
    const known = this.find(key, window);
    const values = pick(row, step.keys);
    const fresh = { key, values, window, until: 0, state: step.initial, newest: -Infinity, timer: undefined };
    const one: Remembered = known ?? fresh;
    try {
      const answer = call(step.process, [row, one.state]) as Answer;
      const rows = this.obey(one, answer);
      if (known === undefined) this.remembered.push(one);
      one.newest = Math.max(one.newest, time);
      this.keep(one);
      for (const made of rows) around.emit({ ...element, row: made, ...(window && { windows: [window] }) });
    } catch (error) {
      around.refuse({ reason: "function", error: wordsOf(error), row, time });
    }
  }

  /** Those due, the earliest first, one after the other: a timer may set the next. */
  private fireTimers(to: number): void {
    for (let [next] = this.due(to); next !== undefined; [next] = this.due(to)) this.fire(next);
  }

  private due(to: number): readonly Remembered[] {
    if (this.step.onTimer === undefined) return [];
    return this.remembered
      .filter(({ timer = Infinity, until }) => timer <= to && timer < until)
      .toSorted((a, b) => (a.timer as number) - (b.timer as number));
  }

  private fire(one: Remembered): void {
    const time = one.timer as number;
    one.timer = undefined;
    const context = { time: timestampOfMilliseconds(time), key: one.values };
    try {
      const answer = call(this.step.onTimer as FunctionSpec, [one.state], context) as Answer;
      const { timer } = answer;
      const next = typeof timer === "string" ? millisecondsOf(normalTimestamp(timer) as string) : Infinity;
      if (next <= time) {
        throw new Error(`timer is ${timestampOfMilliseconds(next)}, and must be after the time it was called for`);
      }
      const rows = this.obey(one, answer);
      if (answer.state === null) this.remembered = this.remembered.filter((other) => other !== one);
      for (const row of rows) this.around.emit({ row, time, ...(one.window && { windows: [one.window] }) });
    } catch (error) {
      this.around.refuse({ reason: "function", error: wordsOf(error), row: one.values, time });
    }
  }

  private obey(one: Remembered, answer: Answer): readonly AnyRow[] {
    const rows = answer.output.map((row, i) => checked(this.step.fields, row, `row ${i}: `));
    if (answer.state !== null) one.state = checked(this.step.state, answer.state);
    if (answer.timer !== undefined) {
      one.timer = answer.timer === null ? undefined : millisecondsOf(normalTimestamp(answer.timer) as string);
    }
    return rows;
  }

  private keep(one: Remembered): void {
    const { timeToLive } = this.step;
    const lives = timeToLive === "unlimited" ? Infinity : one.newest + milliseconds(timeToLive);
    one.until = one.window === undefined ? lives : Math.min(lives, this.expiry(one.window));
  }
}

/** A row with what a side input says of it. */
export class Enrich implements Stage {
  outputWatermark = -Infinity;

  constructor(
    private readonly step: StepOf<"enrich">,
    private readonly sideFields: readonly FieldSpec[],
    private readonly around: Around,
  ) {}

  take(element: Element): void {
    const { side, on, missing } = this.step;
    const { row, time } = element;
    const found = this.around
      .side(side)
      .findLast((one) =>
        Object.entries(on).every(([sideField, field]) => row[field] !== null && one[sideField] === row[field]),
      );
    const added = this.sideFields.filter(({ name }) => on[name] === undefined);
    if (found !== undefined) {
      const names = added.map(({ name }) => name);
      this.around.emit({ ...element, row: { ...row, ...pick(found, names) } });
    } else if (missing === "null") this.around.emit({ ...element, row: { ...row, ...absent(added) } });
    else if (missing === "error") {
      const error = `${side} has no row for ${keyOf(row, Object.values(on))}`;
      this.around.refuse({ reason: "function", error, row, time });
    }
  }

  settle(): void {}

  advanceWatermark(to: number): void {
    this.outputWatermark = Math.max(to, this.outputWatermark);
  }
}
