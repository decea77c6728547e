/**
 * The semantics of windows, triggers and panes once more, slow and plain: every cell keeps all of its elements, and
 * a trigger is asked by going through what has come since it began. For one element a batch.
 */
import type { AccumulationSpec, OnceTriggerSpec, TriggerSpec } from "../../../../pipeline/spec";

export interface Happening {
  readonly element?: { readonly key: string; readonly time: number; readonly value: number };
  /** The watermark comes to here. */
  readonly watermark?: number;
  /** The processing time comes to here. */
  readonly clock?: number;
}

export interface FiredPane {
  readonly key: string;
  readonly start: number;
  readonly index: number;
  readonly timing: string;
  readonly values: readonly number[];
}

export interface Strategy {
  readonly size: number;
  readonly every: number;
  readonly trigger: TriggerSpec;
  readonly lateness: number;
  readonly mode: AccumulationSpec;
}

/** When the elements came that a trigger has seen since it began. */
type Seen = readonly number[];

/** A trigger that is underway: what it has seen, and for a sequence, where it is. */
interface Underway {
  readonly spec: TriggerSpec;
  seen: number[];
  /** Of afterEach. */
  step: number;
  /** Of afterEach and repeatedly: the one that is underway within it. */
  inner?: Underway;
  /** Of afterWatermark. */
  passed: boolean;
  finished: boolean;
}

const seconds = (text: string): number => Number(text.slice(0, -1)) * 1_000;

function once(spec: OnceTriggerSpec, seen: Seen, now: number): boolean {
  switch (spec.type) {
    case "afterCount":
      return seen.length >= spec.count;
    case "afterProcessingTime":
      return seen[0] !== undefined && now > seen[0] + seconds(spec.delay);
    case "afterAny":
      return spec.of.some((one) => once(one, seen, now));
    case "afterAll":
      return spec.of.every((one) => once(one, seen, now));
  }
}

function begin(spec: TriggerSpec): Underway {
  const underway: Underway = { spec, seen: [], step: 0, passed: false, finished: false };
  if (spec.type === "repeatedly") underway.inner = begin(spec.of);
  if (spec.type === "afterEach") underway.inner = begin(spec.of[0] as TriggerSpec);
  return underway;
}

function see(trigger: Underway, now: number): void {
  trigger.seen.push(now);
  if (trigger.inner) see(trigger.inner, now);
}

function ready(trigger: Underway, now: number, ended: boolean): boolean {
  const { spec, seen, inner } = trigger;
  if (trigger.finished) return false;
  switch (spec.type) {
    case "repeatedly":
    case "afterEach":
      return inner !== undefined && ready(inner, now, ended);
    case "afterWatermark": {
      if (!trigger.passed && ended) return true;
      const current = trigger.passed ? spec.late : spec.early;
      return current !== undefined && once(current, seen, now);
    }
    default:
      return once(spec, seen, now);
  }
}

function fired(trigger: Underway, ended: boolean): void {
  const { spec, inner } = trigger;
  trigger.seen = [];
  switch (spec.type) {
    case "repeatedly":
      if (inner) fired(inner, ended);
      if (inner?.finished) trigger.inner = begin(spec.of);
      return;
    case "afterEach": {
      if (inner) fired(inner, ended);
      if (!inner?.finished) return;
      trigger.step += 1;
      const following = spec.of[trigger.step];
      if (following) trigger.inner = begin(following);
      else trigger.finished = true;
      return;
    }
    case "afterWatermark":
      if (trigger.passed || !ended) return;
      trigger.passed = true;
      trigger.finished = spec.late === undefined;
      return;
    default:
      trigger.finished = true;
  }
}

interface ModelCell {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  trigger: Underway;
  values: number[];
  fresh: boolean;
  held: boolean;
  panes: number;
  timing: string | undefined;
  wasEnded: boolean;
  gone: boolean;
}

/** What fires at each of the happenings, and which elements are dropped. */
export function expected(strategy: Strategy, happenings: readonly Happening[]) {
  const cells: ModelCell[] = [];
  const panes: FiredPane[][] = [];
  const dropped: number[] = [];
  let watermark = -Infinity;
  let output = -Infinity;
  let now = 0;
  let firedNow: FiredPane[] = [];

  const give = (cell: ModelCell): void => {
    cell.held = false;
    if (cell.fresh) {
      const late = cell.end <= output || cell.timing === "ON_TIME" || cell.timing === "LATE";
      cell.timing = late ? "LATE" : watermark < cell.end ? "EARLY" : "ON_TIME";
      const { key, start, timing } = cell;
      firedNow.push({ key, start, timing, index: cell.panes, values: cell.values.toSorted((a, b) => a - b) });
      cell.panes += 1;
    }
    cell.fresh = false;
  };
  const consider = (cell: ModelCell): void => {
    const ended = cell.end <= watermark;
    if (cell.gone || !ready(cell.trigger, now, ended)) return;
    fired(cell.trigger, ended);
    give(cell);
    if (strategy.mode === "discarding" || cell.trigger.finished) cell.values = [];
  };

  for (const { element, watermark: to, clock } of happenings) {
    firedNow = [];
    if (clock !== undefined) now = clock;
    if (element) {
      for (
        let start = floor(element.time, strategy.every);
        start > element.time - strategy.size;
        start -= strategy.every
      ) {
        const end = start + strategy.size;
        if (end + strategy.lateness <= watermark) {
          dropped.push(element.value);
          continue;
        }
        let cell = cells.find((one) => one.key === element.key && one.start === start);
        if (!cell) {
          const trigger = begin(strategy.trigger);
          const fresh = { values: [], fresh: false, held: false, panes: 0, timing: undefined, gone: false };
          cell = { key: element.key, start, end, trigger, wasEnded: end <= watermark, ...fresh };
          cells.push(cell);
        }
        if (cell.trigger.finished) {
          dropped.push(element.value);
          continue;
        }
        cell.values.push(element.value);
        cell.fresh = true;
        see(cell.trigger, now);
      }
    }
    if (to !== undefined && to > watermark) {
      watermark = to;
      for (const cell of cells.toSorted((a, b) => a.end - b.end)) {
        if (cell.gone || cell.wasEnded || cell.end > watermark) continue;
        cell.wasEnded = true;
        if (strategy.lateness > 0) consider(cell);
        if (cell.fresh) cell.held = true;
      }
      for (const cell of cells) {
        if (cell.gone || cell.end + strategy.lateness > watermark) continue;
        if (!cell.trigger.finished) give(cell);
        cell.gone = true;
      }
    } else {
      // A trigger is asked when something came for it, or when the time came that an element set it.
      for (const cell of cells) if (cell.fresh) consider(cell);
    }
    const holds = cells.filter((cell) => cell.held && !cell.gone).map((cell) => cell.end - 1);
    output = Math.max(output, Math.min(watermark, ...holds));
    panes.push(firedNow);
  }
  return { panes, dropped };
}

const floor = (time: number, every: number): number => Math.floor(time / every) * every;
