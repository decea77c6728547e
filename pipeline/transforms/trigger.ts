import type { Duration } from "../duration";
import type { Sentences } from "../graph/report";
import type { OnceTriggerSpec, TriggerSpec, WindowingSpec } from "../spec";

/** Fires once. */
export type OnceTrigger =
  | { readonly type: "afterProcessingTime"; readonly delay: Duration }
  | { readonly type: "afterCount"; readonly count: number }
  | { readonly type: "afterAny" | "afterAll"; readonly of: readonly OnceTrigger[] };

/**
 * When a window gives what it has.
 * @see https://beam.apache.org/documentation/programming-guide/#triggers
 */
export type Trigger =
  | OnceTrigger
  | { readonly type: "afterWatermark"; readonly early?: OnceTrigger; readonly late?: OnceTrigger }
  | { readonly type: "repeatedly"; readonly of: Trigger }
  | { readonly type: "afterEach"; readonly of: readonly Trigger[] };

/** So long after the first row of a pane came, by the machine's clock. */
export const afterProcessingTime = (delay: Duration): OnceTrigger => ({ type: "afterProcessingTime", delay });

/** After so many rows, or some more: it is looked at after each batch of rows. */
export const afterCount = (count: number): OnceTrigger => ({ type: "afterCount", count });

/** When the first of them fires. */
export const afterAny = (...of: readonly OnceTrigger[]): OnceTrigger => ({ type: "afterAny", of });

/** When all of them have fired. */
export const afterAll = (...of: readonly OnceTrigger[]): OnceTrigger => ({ type: "afterAll", of });

/**
 * When the watermark passes the end of the window, which is when its rows are thought to be there. Before that as
 * often as `early` fires, after it, for rows within the allowed lateness, as often as `late` does.
 */
export const afterWatermark = (
  options: { readonly early?: OnceTrigger; readonly late?: OnceTrigger } = {},
): Trigger => ({ type: "afterWatermark", ...options });

/**
 * Again and again: what fires once would lose what comes after.
 *
 *     clicks.window(fixed("1h"), { trigger: repeatedly(afterCount(10)), accumulation: "discarding" })
 */
export const repeatedly = (of: Trigger): Trigger => ({ type: "repeatedly", of });

/** One after the other. */
export const afterEach = (...of: readonly Trigger[]): Trigger => ({ type: "afterEach", of });

/** A trigger as the spec has it. */
export function triggerSpec(trigger: Trigger, report: Sentences): TriggerSpec {
  switch (trigger.type) {
    case "afterWatermark": {
      const early = trigger.early && onceSpec(trigger.early, report);
      const late = trigger.late && onceSpec(trigger.late, report);
      return { type: "afterWatermark", ...(early && { early }), ...(late && { late }) };
    }
    case "repeatedly":
      return { type: "repeatedly", of: triggerSpec(trigger.of, report) };
    case "afterEach":
      sayFew(trigger.type, trigger.of, report);
      return { type: "afterEach", of: trigger.of.map((each) => triggerSpec(each, report)) };
    default:
      return onceSpec(trigger, report);
  }
}

function onceSpec(trigger: OnceTrigger, report: Sentences): OnceTriggerSpec {
  switch (trigger.type) {
    case "afterProcessingTime":
      return { type: trigger.type, delay: report.duration("afterProcessingTime", trigger.delay, "more than nothing") };
    case "afterCount":
      if (!Number.isSafeInteger(trigger.count) || trigger.count < 1) {
        report.say(`afterCount(${trigger.count}): a count is a whole number, 1 or more`);
      }
      return { type: "afterCount", count: trigger.count };
    default:
      sayFew(trigger.type, trigger.of, report);
      return { type: trigger.type, of: trigger.of.map((each) => onceSpec(each, report)) };
  }
}

function sayFew(type: string, of: readonly Trigger[], report: Sentences): void {
  if (of.length < 2) report.say(`${type} takes two triggers or more, and has ${of.length}`);
}

/** May it fire again, so that a window gives several rows for one key? */
export function firesTwice(trigger: TriggerSpec): boolean {
  switch (trigger.type) {
    case "afterWatermark":
      return trigger.early !== undefined || trigger.late !== undefined;
    case "repeatedly":
    case "afterEach":
      return true;
    default:
      return false;
  }
}

/** May it have fired for the last time while rows still come? Those would be lost. Beam's rule as well. */
function finishes(trigger: TriggerSpec): boolean {
  switch (trigger.type) {
    case "afterWatermark":
    case "repeatedly":
      return false;
    case "afterEach": {
      const last = trigger.of.at(-1);
      return last === undefined || finishes(last);
    }
    default:
      return true;
  }
}

/** In a window that never ends: does whatever came come out, sooner or later? */
function comesOut(trigger: TriggerSpec): boolean {
  switch (trigger.type) {
    case "afterProcessingTime":
      return true;
    case "afterCount":
      return trigger.count === 1;
    case "afterAny":
      return trigger.of.some(comesOut);
    case "afterAll":
    case "afterEach":
      return trigger.of.every(comesOut);
    case "afterWatermark":
      return trigger.early !== undefined && comesOut(trigger.early);
    case "repeatedly":
      return comesOut(trigger.of);
  }
}

/** What loses rows. @param endless whether the rows are a stream, so that a global window never ends */
export function sayLosses(trigger: TriggerSpec, windowing: WindowingSpec, endless: boolean, report: Sentences): void {
  if (finishes(trigger)) {
    report.say(
      `${trigger.type} fires once, and what comes after it would be lost: write repeatedly(${trigger.type}(...))`,
    );
  } else if (endless && windowing.type === "global" && !comesOut(trigger)) {
    report.say(
      'the global window of a stream never ends, so what its trigger leaves never comes out: let it fire by time as well, as in repeatedly(afterAny(afterCount(10), afterProcessingTime("1m")))',
    );
  }
  for (const unreached of unreachedIn(trigger)) {
    report.say(`afterEach never comes to its ${unreached}: what stands before it fires for ever`);
  }
}

/** Members of an afterEach after one that never finishes. */
function unreachedIn(trigger: TriggerSpec): readonly string[] {
  if (trigger.type === "repeatedly") return unreachedIn(trigger.of);
  if (trigger.type !== "afterEach") return [];
  const endless = trigger.of.findIndex((each) => !finishes(each) && each.type === "repeatedly");
  return endless < 0 ? [] : trigger.of.slice(endless + 1).map(({ type }) => type);
}
