/** The watermark of each stage: the least of those of the sources and stages that its rows come from. */
import { milliseconds } from "../../../pipeline/duration";
import type { PipelineSpec, StepSpec } from "../../../pipeline/spec";
import type { RecordedState } from "../checkpoint/recorded-state";
import type { StateChanges } from "../checkpoint/state-changes";
import { EventTimeProgress, type Published } from "../source/watermark";
import { inputOf, isStage, stepBehind, type Stage } from "./stage";

/** Where rows have their time from. */
type TimeSource =
  /** An input: its event time is the publish time. */
  | { readonly kind: "published"; readonly inputs: readonly string[] }
  /** A step that sets it. */
  | { readonly kind: "eventTime"; readonly step: string; readonly maxDelay: number; readonly inputs: readonly string[] }
  /** A stage, and what it holds back. */
  | { readonly kind: "stage"; readonly id: string };

/** How far each input has come; one that is not named has come nowhere yet. One for all, where there is only one. */
export type PublishedOfInputs = Published | ReadonlyMap<string, Published>;

/** The store of everything that belongs to no step alone. No step's id is empty. */
export const COMMON_STORE = "";
const WATERMARK = "watermark ";
const EVENT_TIME = "eventTime ";

export class Watermarks {
  private readonly progress = new Map<string, EventTimeProgress>();
  private readonly sources = new Map<string, readonly TimeSource[]>();
  private readonly watermarks = new Map<string, number>();

  constructor(
    private readonly spec: PipelineSpec,
    private readonly stages: ReadonlyMap<string, Stage>,
  ) {
    for (const step of spec.steps) {
      if (step.kind === "eventTime") this.progress.set(step.id, new EventTimeProgress());
      if (isStage(step)) this.sources.set(step.id, timeSources(step.inputs, spec));
    }
  }

  progressOf(step: string): EventTimeProgress {
    const progress = this.progress.get(step);
    if (progress === undefined) throw new Error(`${step} sets no event time`);
    return progress;
  }

  of(stage: string): number {
    return this.watermarks.get(stage) ?? -Infinity;
  }

  get least(): number {
    return this.watermarks.size === 0 ? -Infinity : Math.min(...this.watermarks.values());
  }

  /** @returns the watermark of a stage, never less than before; those before it have been advanced */
  advance(stage: string, published: PublishedOfInputs): number {
    let least = Infinity;
    for (const source of this.sources.get(stage) ?? []) least = Math.min(least, this.timeOf(source, published));
    const watermark = Math.max(this.of(stage), least);
    this.watermarks.set(stage, watermark);
    return watermark;
  }

  /** How far the rows behind a reference have come. */
  ofRows(reference: string, published: PublishedOfInputs): number {
    return Math.min(...timeSources([reference], this.spec).map((source) => this.timeOf(source, published)));
  }

  write(changes: StateChanges): void {
    changes.store(COMMON_STORE);
    for (const [id, watermark] of this.watermarks) {
      changes.put("", WATERMARK + id, (writer) => void writer.double(watermark));
    }
    for (const [id, progress] of this.progress) changes.put("", EVENT_TIME + id, (writer) => progress.write(writer));
  }

  read(state: RecordedState): void {
    state.store(COMMON_STORE).each((_, key, value) => {
      if (key.startsWith(WATERMARK)) this.watermarks.set(key.slice(WATERMARK.length), value.double());
      else if (key.startsWith(EVENT_TIME)) {
        this.progress.get(key.slice(EVENT_TIME.length))?.read(value.bytes.subarray(value.at, value.end));
      }
    });
  }

  private timeOf(source: TimeSource, of: PublishedOfInputs): number {
    switch (source.kind) {
      case "published":
        return publishedOf(of, source.inputs).time;
      case "eventTime":
        return this.progressOf(source.step).watermark(publishedOf(of, source.inputs), source.maxDelay);
      case "stage":
        return this.stages.get(source.id)?.outputWatermark ?? -Infinity;
    }
  }
}

/** Where the rows behind references have their time from. */
function timeSources(references: readonly string[], spec: PipelineSpec): readonly TimeSource[] {
  const found = new Map<string, TimeSource>();
  const visit = (reference: string): void => {
    const step = stepBehind(reference, spec);
    if (step === undefined) found.set(`input ${reference}`, { kind: "published", inputs: [inputOf(reference)] });
    else if (isStage(step)) found.set(step.id, { kind: "stage", id: step.id });
    else if (step.kind === "eventTime") {
      const maxDelay = milliseconds(step.maxDelay ?? "0s");
      found.set(step.id, { kind: "eventTime", step: step.id, maxDelay, inputs: inputsBehind(step, spec) });
    } else step.inputs.forEach(visit);
  };
  references.forEach(visit);
  return [...found.values()];
}

/** The inputs that the rows of a step come from. */
const inputsBehind = (step: StepSpec, spec: PipelineSpec): readonly string[] =>
  step.inputs.flatMap((reference) => {
    const before = stepBehind(reference, spec);
    return before === undefined ? [inputOf(reference)] : inputsBehind(before, spec);
  });

const NOWHERE: Published = { time: -Infinity, quiet: false, lastMessage: -Infinity };

/** How far all of some inputs have come. */
function publishedOf(all: PublishedOfInputs, inputs: readonly string[]): Published {
  if (!(all instanceof Map)) return all as Published;
  const of = inputs.map((input) => (all as ReadonlyMap<string, Published>).get(input) ?? NOWHERE);
  const [first = NOWHERE] = of;
  if (of.length === 1) return first;
  return {
    time: Math.min(...of.map(({ time }) => time)),
    quiet: of.every(({ quiet }) => quiet),
    lastMessage: Math.max(...of.map(({ lastMessage }) => lastMessage)),
  };
}
