/** Steps that keep something between rows: what time does to them, and what is recorded of them. */
import type { Store } from "../checkpoint/recorded-store";
import type { StateChanges } from "../checkpoint/state-changes";
import type { FieldSpec, PipelineSpec, StepSpec } from "../../../pipeline/spec";
import type { Moment, TakeRow } from "./flow";

export interface Stage {
  /** Of its step. */
  readonly id: string;
  /** What came together is there. */
  endBatch(): void;
  /** The processing time has come to the moment's. */
  advanceClock(): void;
  /** The watermark of what comes in has come to here; never less than before. */
  advanceWatermark(to: number): void;
  /** How far what comes out of it has come. */
  readonly outputWatermark: number;
  /** What it holds: keys, in their windows where there are any. */
  readonly size: number;
  /** Windows that are open; a session is one, and what is kept without windows is in none. */
  readonly openWindows: number;
  /** Writes what has changed since the last time. */
  writeChanges(changes: StateChanges): void;
  /** Takes up what was recorded, with the watermark of that moment; before anything else. */
  restore(watermark: number, store: Store): void;
  /** Gives what it holds elsewhere, a part at a time, before the watermark comes to the end of all times. */
  parts?(): Iterator<void>;
}

/** A stage, and what takes the rows of its inputs. */
export interface MadeStage {
  readonly stage: Stage;
  readonly takes: readonly TakeRow[];
}

/** How a step becomes a stage. */
export interface StageMaker {
  readonly step: StageStep;
  /** Of the rows of its first input. */
  readonly fields: readonly FieldSpec[];
  readonly window: WindowStep | undefined;
  readonly moment: Moment;
  /** One that holds nothing yet, any number of times. */
  make(): MadeStage;
}

/** Makes the stages of an engine, and may stand before them. */
export type Keep = (maker: StageMaker) => MadeStage;

export type StageStep = Extract<StepSpec, { readonly kind: (typeof stages)[number] }>;

const stages = ["aggregate", "distinct", "join", "stateful"] as const;

export const isStage = (step: StepSpec): step is StageStep => stages.some((kind) => kind === step.kind);

export type WindowStep = Extract<StepSpec, { readonly kind: "window" }>;

/** The step behind a reference; undefined for an input. Rows that a step refused have come as far as its others. */
export const stepBehind = (reference: string, spec: PipelineSpec): StepSpec | undefined =>
  spec.steps.find(({ id }) => id === inputOf(reference));

/** A reference without its `#errors`. */
export const inputOf = (reference: string): string => reference.replace(/#errors$/, "");

/**
 * The windows that the rows which come to a step are in; undefined where they are in none, as what a step refused is.
 * Rows that are put together are in windows of one kind, so that the first input tells.
 */
export function windowOf(step: StepSpec, spec: PipelineSpec): WindowStep | undefined {
  const [first = ""] = step.inputs;
  const before = spec.steps.find(({ id }) => id === first);
  if (before === undefined || before.kind === "window") return before;
  return windowOf(before, spec);
}

/** The windows that the rows behind a reference are in; undefined where they are in none. */
export function windowOfRows(reference: string, spec: PipelineSpec): WindowStep | undefined {
  const step = spec.steps.find(({ id }) => id === reference);
  return step?.kind === "window" ? step : step && windowOf(step, spec);
}

/** Are the rows that come to a step what a group in their windows gave? */
export function wasGrouped(step: StepSpec, spec: PipelineSpec): boolean {
  const [first = ""] = step.inputs;
  const before = spec.steps.find(({ id }) => id === first);
  if (before === undefined || before.kind === "window") return false;
  return before.kind === "aggregate" || before.kind === "join" || wasGrouped(before, spec);
}

/** May rows that come to a step be in a window that their time does not tell, because a stage gave them? */
export const afterStage = (step: StepSpec, spec: PipelineSpec): boolean =>
  step.inputs.some((reference) => {
    const before = stepBehind(reference, spec);
    return before !== undefined && (isStage(before) || afterStage(before, spec));
  });
