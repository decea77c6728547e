/** Triggers as questions about the list of all that happened to a key in a window: nothing is kept between questions. */
import { milliseconds } from "../../../../pipeline/duration";
import type { OnceTriggerSpec, TriggerSpec } from "../../../../pipeline/spec";

/** A trigger of a spec, or one that fires as soon as one of several does: what a sequence becomes when it is continued. */
export type Trigger =
  | Exclude<TriggerSpec, { readonly type: "repeatedly" | "afterEach" }>
  | { readonly type: "repeatedly"; readonly of: Trigger }
  | { readonly type: "afterEach" | "firstOf"; readonly of: readonly Trigger[] };

export type TriggerEvent =
  /** A row came at this processing time. */
  | { readonly kind: "came"; readonly now: number }
  /** The trigger fired; whether the watermark had passed the window's end. */
  | { readonly kind: "fired"; readonly ended: boolean };

/** The moment of a question. */
export interface Asked {
  readonly now: number;
  /** The watermark has passed the window's end. */
  readonly ended: boolean;
}

/** Would it fire now? */
export function wouldFire(spec: Trigger, history: readonly TriggerEvent[], asked: Asked): boolean {
  if (hasFinished(spec, history)) return false;
  switch (spec.type) {
    case "repeatedly":
      return wouldFire(spec.of, lastLife(spec.of, history), asked);
    case "afterEach": {
      const { current, history: own } = underway(spec.of, history);
      return current !== undefined && wouldFire(current, own, asked);
    }
    case "firstOf":
      return spec.of.some((one) => wouldFire(one, history, asked));
    case "afterWatermark": {
      const passed = hasPassed(history);
      if (!passed && asked.ended) return true;
      const current = passed ? spec.late : spec.early;
      return current !== undefined && holds(current, sinceFired(history), asked.now);
    }
    default:
      return holds(spec, sinceFired(history), asked.now);
  }
}

/** Will it never fire again? */
export function hasFinished(spec: Trigger, history: readonly TriggerEvent[]): boolean {
  switch (spec.type) {
    case "repeatedly":
      return false;
    case "afterEach":
      return underway(spec.of, history).current === undefined;
    case "afterWatermark":
      return hasPassed(history) && spec.late === undefined;
    default:
      return history.some(({ kind }) => kind === "fired");
  }
}

/** The condition of a trigger that fires once, over when the rows of its pane came. */
function holds(spec: OnceTriggerSpec, came: readonly number[], now: number): boolean {
  switch (spec.type) {
    case "afterCount":
      return came.length >= spec.count;
    case "afterProcessingTime":
      // Beam's timers are for the moment after: strictly later.
      return came[0] !== undefined && now > came[0] + milliseconds(spec.delay);
    case "afterAny":
      return spec.of.some((one) => holds(one, came, now));
    case "afterAll":
      return spec.of.every((one) => holds(one, came, now));
  }
}

/** The firing that the end of the window brought has been. */
const hasPassed = (history: readonly TriggerEvent[]): boolean =>
  history.some((event) => event.kind === "fired" && event.ended);

const sinceFired = (history: readonly TriggerEvent[]): readonly number[] =>
  history
    .slice(history.findLastIndex(({ kind }) => kind === "fired") + 1)
    .flatMap((event) => (event.kind === "came" ? [event.now] : []));

/** What happened since a trigger that begins anew whenever it has finished began last. */
function lastLife(spec: Trigger, history: readonly TriggerEvent[]): readonly TriggerEvent[] {
  let life: TriggerEvent[] = [];
  for (const event of history) {
    life.push(event);
    if (hasFinished(spec, life)) life = [];
  }
  return life;
}

/** Which of several, one after the other, it is the turn of, and what happened since. */
function underway(
  of: readonly Trigger[],
  history: readonly TriggerEvent[],
): { readonly current: Trigger | undefined; readonly history: readonly TriggerEvent[] } {
  let step = 0;
  let life: TriggerEvent[] = [];
  for (const event of history) {
    const current = of[step];
    if (current === undefined) break;
    life.push(event);
    if (!hasFinished(current, life)) continue;
    step += 1;
    life = [];
  }
  return { current: of[step], history: life };
}

/**
 * What a trigger becomes for rows that were grouped before, as Beam's continuation triggers are: it fires when what
 * the first one fired arrives, without another count or delay.
 */
export function continued(spec: TriggerSpec): Trigger {
  switch (spec.type) {
    case "afterWatermark":
      return {
        type: spec.type,
        ...(spec.early && { early: onceContinued(spec.early) }),
        ...(spec.late && { late: onceContinued(spec.late) }),
      };
    case "repeatedly":
      return { type: spec.type, of: continued(spec.of) };
    case "afterEach":
      return { type: "repeatedly", of: { type: "firstOf", of: spec.of.map(continued) } };
    default:
      return onceContinued(spec);
  }
}

function onceContinued(spec: OnceTriggerSpec): OnceTriggerSpec {
  switch (spec.type) {
    case "afterCount":
      return { type: spec.type, count: 1 };
    case "afterProcessingTime":
      return { type: spec.type, delay: "0s" };
    default:
      return { type: spec.type, of: spec.of.map(onceContinued) };
  }
}
