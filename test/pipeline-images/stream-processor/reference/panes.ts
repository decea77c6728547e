/**
 * Rows by key and window, and the panes that they give: Beam's group by key. Nothing is kept but what came and what
 * was fired; all else is asked anew each time.
 */
import { milliseconds } from "../../../../pipeline/duration";
import type { PaneTiming } from "../../../../pipeline-images/stream-processor/window/cells";
import type { StepSpec } from "../../../../pipeline/spec";
import { hasFinished, type Trigger, type TriggerEvent, wouldFire } from "./triggers";
import { overlap, span, type Window } from "./windows";

type WindowStep = Extract<StepSpec, { readonly kind: "window" }>;

export interface Strategy extends Pick<WindowStep, "windowing" | "allowedLateness" | "accumulation"> {
  readonly trigger: Trigger;
  /** The rows were grouped in these windows before: sessions have been merged, and are merged no more. */
  readonly merged?: boolean;
}

interface Taken<E> {
  readonly element: E;
  readonly nth: number;
  readonly now: number;
  /** The watermark when it came. */
  readonly watermark: number;
  /** A pane held it. */
  paned: boolean;
}

interface Cell<E> {
  readonly key: string;
  readonly window: Window;
  readonly taken: Taken<E>[];
  readonly history: TriggerEvent[];
  panes: number;
  /** Of the last pane. */
  timing: PaneTiming | undefined;
}

export interface Pane<E> {
  readonly key: string;
  readonly window: Window;
  readonly elements: readonly E[];
  readonly timing: PaneTiming;
  readonly index: number;
  /** No pane can come after it. */
  readonly last: boolean;
}

export type Refused = "expired" | "closed";

export class Panes<E> {
  private cells: Cell<E>[] = [];
  private count = 0;
  private watermark = -Infinity;
  private output = -Infinity;

  constructor(
    private readonly strategy: Strategy,
    private readonly fire: (pane: Pane<E>) => void,
  ) {}

  /** How far the watermark of what comes out has come: what an ended window has not fired holds it back. */
  get outputWatermark(): number {
    return this.output;
  }

  /**
   * Takes an element into one window.
   * @param fits whether the element can be put to those there are; throws where it cannot
   * @returns why it was not taken
   */
  take(key: string, window: Window, element: E, now: number, fits: (there: readonly E[]) => void): Refused | undefined {
    if (window.end + this.lateness <= this.watermark) return "expired";
    const cell = this.merges ? this.session(key, window) : this.cell(key, window);
    if (hasFinished(this.strategy.trigger, cell.history)) return "closed";
    fits(this.content(cell));
    if (!this.cells.includes(cell)) {
      const stay = this.cells.filter((one) => !(this.merges && one.key === key && overlap(one.window, cell.window)));
      this.cells = [...stay, cell];
    }
    cell.taken.push({ element, nth: this.count++, now, watermark: this.watermark, paned: false });
    cell.history.push({ kind: "came", now });
    return undefined;
  }

  /** The batch is over, or time has passed: asks what has something to give. */
  ask(now: number): void {
    for (const cell of this.cells) if (isFresh(cell)) this.fireIfReady(cell, now);
    this.moveOutput();
  }

  advanceWatermark(to: number, now: number): void {
    if (to <= this.watermark) return;
    const before = this.watermark;
    this.watermark = to;
    const moments = [...this.cells]
      .flatMap((cell) => [
        { at: cell.window.end, cell, expires: false },
        { at: cell.window.end + this.lateness, cell, expires: true },
      ])
      .filter(({ at }) => at > before && at <= to)
      .toSorted((a, b) => a.at - b.at);
    for (const { cell, expires } of moments) {
      if (!expires) this.fireIfReady(cell, now);
      else {
        // What no trigger fired comes out now or never.
        if (!hasFinished(this.strategy.trigger, cell.history)) this.give(cell, true);
        this.cells = this.cells.filter((one) => one !== cell);
      }
    }
    this.moveOutput();
  }

  private get lateness(): number {
    return milliseconds(this.strategy.allowedLateness);
  }

  private get merges(): boolean {
    return this.strategy.windowing.type === "sessions" && this.strategy.merged !== true;
  }

  private cell(key: string, window: Window): Cell<E> {
    const same = (one: Window): boolean => one.start === window.start && one.end === window.end;
    const found = this.cells.find((one) => one.key === key && same(one.window));
    return found ?? { key, window, taken: [], history: [], panes: 0, timing: undefined };
  }

  /** The session that a row's own window makes together with those that it touches. */
  private session(key: string, own: Window): Cell<E> {
    const touched = this.cells.filter((one) => one.key === key && overlap(one.window, own));
    const window = span([own, ...touched.map((one) => one.window)]);
    const same = touched.find((one) => one.window.start === window.start && one.window.end === window.end);
    const taken = touched.flatMap((one) => one.taken).toSorted((a, b) => a.nth - b.nth);
    const history: TriggerEvent[] = taken.flatMap(({ paned, now }) => (paned ? [] : [{ kind: "came", now }]));
    // The row's own window, in which nothing has fired, is one of those that become one. So the merged window waits
    // for its end once more, even where it has passed: Beam fires a late row of a session at once.
    return { key, window, taken, history, panes: same?.panes ?? 0, timing: same?.timing };
  }

  private fireIfReady(cell: Cell<E>, now: number): void {
    const { trigger } = this.strategy;
    const ended = cell.window.end <= this.watermark;
    if (!wouldFire(trigger, cell.history, { now, ended })) return;
    cell.history.push({ kind: "fired", ended });
    this.give(cell, hasFinished(trigger, cell.history));
  }

  private give(cell: Cell<E>, last: boolean): void {
    if (!isFresh(cell)) return;
    const elements = this.content(cell);
    for (const one of cell.taken) one.paned = true;
    cell.timing = this.timing(cell);
    const { key, window, timing } = cell;
    this.fire({ key, window, elements, timing, index: cell.panes, last });
    cell.panes += 1;
  }

  private content({ taken }: Cell<E>): readonly E[] {
    const all = this.strategy.accumulation === "accumulating";
    return taken.filter(({ paned }) => all || !paned).map(({ element }) => element);
  }

  private timing({ window, timing }: Cell<E>): PaneTiming {
    if (window.end <= this.output || timing === "ON_TIME" || timing === "LATE") return "LATE";
    return this.watermark < window.end ? "EARLY" : "ON_TIME";
  }

  private moveOutput(): void {
    const held = this.cells.filter(
      ({ window, taken }) =>
        window.end <= this.watermark && taken.some(({ paned, watermark }) => !paned && watermark < window.end),
    );
    const output = Math.min(this.watermark, ...held.map(({ window }) => window.end - 1));
    this.output = Math.max(this.output, output);
  }
}

const isFresh = (cell: Cell<unknown>): boolean => cell.taken.some(({ paned }) => !paned);
