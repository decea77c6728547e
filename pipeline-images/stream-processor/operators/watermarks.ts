/** The watermark of each aggregate: the least of those of the sources that its rows come from. */
import { milliseconds } from "../../../pipeline/duration";
import type { PipelineSpec, StepSpec } from "../../../pipeline/spec";
import { WireReader } from "../../../pipeline/protobuf/wire";
import type { RecordedState, StateChanges } from "../checkpoint/state-changes";
import { EventTimeProgress, type Published } from "../source/watermark";
import { inputsOf } from "../unsupported";

interface TimeSource {
  /** Undefined for an input itself: its event time is the publish time. */
  readonly step: string | undefined;
  readonly maxDelay: number;
}

/** The store of everything that belongs to no step alone. No step's id is empty. */
export const COMMON_STORE = "";
const WATERMARK = "watermark ";
const EVENT_TIME = "eventTime ";

export class Watermarks {
  private readonly progress = new Map<string, EventTimeProgress>();
  private readonly sources = new Map<string, readonly TimeSource[]>();
  private readonly watermarks = new Map<string, number>();

  constructor(spec: PipelineSpec) {
    for (const step of spec.steps) {
      if (step.kind === "eventTime") this.progress.set(step.id, new EventTimeProgress());
      if (step.kind === "aggregate") this.sources.set(step.id, timeSources(step, spec));
    }
  }

  progressOf(step: string): EventTimeProgress {
    const progress = this.progress.get(step);
    if (progress === undefined) throw new Error(`${step} sets no event time`);
    return progress;
  }

  of(aggregate: string): number {
    return this.watermarks.get(aggregate) ?? -Infinity;
  }

  get least(): number {
    return this.watermarks.size === 0 ? -Infinity : Math.min(...this.watermarks.values());
  }

  /** @returns the watermark of an aggregate, never less than before */
  advance(aggregate: string, published: Published): number {
    let least = Infinity;
    for (const { step, maxDelay } of this.sources.get(aggregate) ?? []) {
      const time = step === undefined ? published.time : this.progressOf(step).watermark(published, maxDelay);
      least = Math.min(least, time);
    }
    const watermark = Math.max(this.of(aggregate), least);
    this.watermarks.set(aggregate, watermark);
    return watermark;
  }

  write(changes: StateChanges): void {
    changes.store(COMMON_STORE);
    for (const [id, watermark] of this.watermarks) {
      changes.put("", WATERMARK + id, (writer) => void writer.double(watermark));
    }
    for (const [id, progress] of this.progress) changes.put("", EVENT_TIME + id, (writer) => progress.write(writer));
  }

  read(state: RecordedState): void {
    for (const [key, content] of state.store(COMMON_STORE).get("") ?? []) {
      if (key.startsWith(EVENT_TIME)) this.progress.get(key.slice(EVENT_TIME.length))?.read(content);
      else if (key.startsWith(WATERMARK))
        this.watermarks.set(key.slice(WATERMARK.length), new WireReader(content).double());
    }
  }
}

/** Where the rows of a step have their time from: the steps that set it, or the input. */
function timeSources(of: StepSpec, spec: PipelineSpec): readonly TimeSource[] {
  const found = new Map<string | undefined, TimeSource>();
  const visit = (step: StepSpec): void => {
    if (step.inputs.some((reference) => Object.hasOwn(spec.inputs, reference.replace(/#errors$/, "")))) {
      found.set(undefined, { step: undefined, maxDelay: 0 });
    }
    for (const input of inputsOf(step, spec)) {
      if (input.kind !== "eventTime") visit(input);
      else found.set(input.id, { step: input.id, maxDelay: milliseconds(input.maxDelay ?? "0s") });
    }
  };
  visit(of);
  return [...found.values()];
}
