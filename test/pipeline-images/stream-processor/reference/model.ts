/**
 * What a whole pipeline gives, from the definitions: Beam's for windows, triggers, panes and watermarks, the
 * language's for the rest. Slow, without a state that could be wrong: it keeps what came, and asks all of it anew.
 */
import { milliseconds } from "../../../../pipeline/duration";
import { rowsOfSpec } from "../../../../pipeline/rows-of-spec";
import type { NewRow } from "../../../../pipeline/schema/decoder";
import { compileDecoder } from "../../../../pipeline/schema/decoder";
import { RowError, type AnyRow } from "../../../../pipeline/schema/row";
import { timestampOfMilliseconds } from "../../../../pipeline/schema/timestamp";
import type { InputSpec, PipelineSpec, StepSpec, TriggerSpec } from "../../../../pipeline/spec";
import { Needs } from "../../../../pipeline-images/stream-processor/operators/needs";
import type { GivenMessage } from "../support/messages";
import { type Element, type Refusal, wordsOf } from "./element";
import { Aggregate, Join } from "./grouping";
import type { Strategy } from "./panes";
import { Distinct, Enrich, Stateful } from "./remembering";
import { Future, rowWise } from "./row-wise";
import { continued } from "./triggers";
import { type Came, ERRORS, type Happening, NOON, type Script } from "./script";
import type { Around, Stage } from "./stage";

/** Milliseconds without a row after which the publish times have to do. */
const QUIET = 5_000;

/** What comes out at each happening of a script. */
export function expected(spec: PipelineSpec, script: Script): readonly Came[] {
  const model = new Model(spec);
  return script.map((happening) => model.live(happening));
}

class Model {
  private came: { [output: string]: AnyRow[] } = {};
  private readonly current: { message: GivenMessage | undefined; published: number; now: number } = {
    message: undefined,
    published: 0,
    now: NOON,
  };
  private readonly stages = new Map<string, Stage>();
  private readonly sides = new Map<string, readonly AnyRow[]>();
  private readonly decoders: ReadonlyMap<string, (message: GivenMessage) => NewRow | RowError>;
  /** Of each step that sets the event time: the largest time of its rows, and when the last of them came. */
  private readonly times = new Map<string, { readonly largest: number; readonly lastRow: number }>();
  private readonly lastMessages = new Map<string, number>();

  constructor(private readonly spec: PipelineSpec) {
    const needs = new Needs(spec);
    const rows = rowsOfSpec(spec);
    const inputs = Object.entries(spec.inputs).filter(([, { kind }]) => kind !== "side");
    this.decoders = new Map(
      inputs.map(([name, input]) => [name, decoder(input, [...needs.of(name), needs.timeOf(name) ?? ""])]),
    );
    for (const step of spec.steps) {
      if (step.kind === "eventTime") this.times.set(step.id, { largest: -Infinity, lastRow: -Infinity });
      const around: Around = {
        current: this.current,
        fields: step.inputs.map((input) => rows.get(input) ?? []),
        strategy: this.strategyOf(step.inputs[0] ?? ""),
        emit: (element) => this.emit(step.id, element),
        refuse: (refusal) => this.refuse(step.id, refusal),
        side: (name) => this.sides.get(name) ?? [],
      };
      const stage = this.stageOf(step, around);
      if (stage !== undefined) this.stages.set(step.id, stage);
    }
  }

  live(happening: Happening): Came {
    this.came = {};
    switch (happening.kind) {
      case "clock":
        this.current.now = happening.now;
        this.settle();
        break;
      case "batch":
        this.lastMessages.set(happening.input, this.current.now);
        for (const message of happening.messages) this.take(happening.input, message);
        this.settle();
        break;
      case "watermark":
        for (const [input, at] of Object.entries(happening.lastMessages ?? {})) this.lastMessages.set(input, at);
        for (const [id, stage] of this.stages) {
          const { inputs } = this.step(id);
          stage.advanceWatermark(Math.min(...inputs.map((input) => this.watermarkOf(input, happening))));
          this.settle();
        }
        break;
      case "end":
        for (const stage of this.stages.values()) {
          stage.advanceWatermark(Infinity);
          this.settle();
        }
        break;
      case "side":
        this.sides.set(happening.input, happening.rows);
        break;
      case "restart":
    }
    return this.came;
  }

  private take(input: string, message: GivenMessage): void {
    const published = message.published ?? this.current.now;
    Object.assign(this.current, { message, published });
    const row = this.decoders.get(input)?.(message);
    if (row instanceof RowError) this.refuse(input, { reason: "parse", error: row.message, row: null, time: null });
    else if (row !== undefined) {
      const { metadata = [] } = this.spec.inputs[input] as InputSpec;
      const known = {
        message_id: message.id ?? "",
        publish_time: timestampOfMilliseconds(published),
        attributes: message.attributes ?? {},
      };
      for (const name of metadata) row[name] = known[name as keyof typeof known];
      this.emit(input, { row, time: published });
    }
    this.current.message = undefined;
  }

  /** A row of an input or a step: to the steps that take it, in their order, then to the outputs. */
  private emit(reference: string, element: Element): void {
    for (const step of this.spec.steps) {
      for (const [input, one] of step.inputs.entries()) if (one === reference) this.work(step, element, input);
    }
    for (const [name, of] of Object.entries(this.spec.outputs)) if (of === reference) this.give(name, element.row);
  }

  private work(step: StepSpec, element: Element, input: number): void {
    const stage = this.stages.get(step.id);
    if (stage !== undefined) return stage.take(element, input);
    let made: readonly Element[] | undefined;
    try {
      made = rowWise(step, element, this.current);
    } catch (error) {
      const { row, time } = element;
      if (!(error instanceof Future)) this.refuse(step.id, { reason: "function", error: wordsOf(error), row, time });
      else this.refuse(step.id, { reason: "parse", error: error.message, row, time: error.time });
    }
    for (const one of made ?? []) {
      if (step.kind === "eventTime") {
        const { largest, lastRow } = this.timesOf(step.id);
        const { now } = this.current;
        this.times.set(step.id, { largest: Math.max(largest, one.time), lastRow: Math.max(lastRow, now) });
      }
      this.emit(step.id, one);
    }
  }

  private refuse(of: string, { reason, error, row, time }: Refusal): void {
    const { message, published } = this.current;
    const text = typeof message?.data === "string" ? message.data : JSON.stringify(message?.data);
    const made = {
      error,
      step: of,
      reason,
      row,
      raw_data: message === undefined ? null : Buffer.from(text).toString("base64"),
      attributes: message?.attributes ?? {},
      message_id: message?.id ?? null,
      event_time: time === null || !Number.isFinite(time) ? null : timestampOfMilliseconds(time),
    };
    const reference = `${of}#errors`;
    const isTaken =
      this.spec.steps.some(({ inputs }) => inputs.includes(reference)) ||
      Object.values(this.spec.outputs).includes(reference);
    if (isTaken) this.emit(reference, { row: made, time: time ?? published });
    else this.give(ERRORS, made);
  }

  private give(output: string, row: AnyRow): void {
    (this.came[output] ??= []).push(row);
  }

  /** What is passed on from step to step settles in the order of the steps. */
  private settle(): void {
    for (const stage of this.stages.values()) stage.settle();
  }

  /** How far the rows behind a reference have come. */
  private watermarkOf(reference: string, told: Told): number {
    const of = stepOf(reference);
    if (Object.hasOwn(this.spec.inputs, of)) return publishedOf([of], told);
    const stage = this.stages.get(of);
    if (stage !== undefined) return stage.outputWatermark;
    const step = this.step(of);
    if (step.kind !== "eventTime") return Math.min(...step.inputs.map((input) => this.watermarkOf(input, told)));
    const { largest, lastRow } = this.timesOf(of);
    const inputs = this.inputsOf(step);
    const published = publishedOf(inputs, told);
    const lastMessage = Math.max(...inputs.map((input) => this.lastMessages.get(input) ?? -Infinity));
    const noRows = told.quiet || lastMessage - lastRow >= QUIET;
    return (noRows ? published : Math.min(largest, published)) - milliseconds(step.maxDelay ?? "0s");
  }

  private timesOf(step: string): { readonly largest: number; readonly lastRow: number } {
    return this.times.get(step) ?? { largest: -Infinity, lastRow: -Infinity };
  }

  /** The inputs that a step's rows are made of. */
  private inputsOf(step: StepSpec): readonly string[] {
    return step.inputs.flatMap((reference) => {
      const of = stepOf(reference);
      return Object.hasOwn(this.spec.inputs, of) ? [of] : this.inputsOf(this.step(of));
    });
  }

  private step(id: string): StepSpec {
    return this.spec.steps.find((step) => step.id === id) as StepSpec;
  }

  /** The windows that the rows behind a reference are in, and how they are grouped there. */
  private strategyOf(reference: string): Strategy | undefined {
    const step = this.spec.steps.find(({ id }) => id === reference);
    if (step === undefined || step.kind === "window") return step;
    const before = this.strategyOf(step.inputs[0] ?? "");
    if (before === undefined || before.merged === true || (step.kind !== "aggregate" && step.kind !== "join")) {
      return before;
    }
    return { ...before, trigger: continued(before.trigger as TriggerSpec), merged: true };
  }

  private stageOf(step: StepSpec, around: Around): Stage | undefined {
    switch (step.kind) {
      case "aggregate":
        return new Aggregate(step, around);
      case "join":
        return new Join(step, around);
      case "distinct":
        return new Distinct(step, around);
      case "stateful":
        return new Stateful(step, around);
      case "enrich":
        return new Enrich(step, this.spec.inputs[step.side]?.fields ?? [], around);
      default:
        return undefined;
    }
  }
}

type Told = Extract<Happening, { readonly kind: "watermark" }>;

const stepOf = (reference: string): string => reference.replace(/#errors$/, "");

/** How far all of some inputs have come. */
const publishedOf = (inputs: readonly string[], { published, behind = {} }: Told): number =>
  Math.min(...inputs.map((input) => published - (behind[input] ?? 0)));

/** A message as the row it is: all of it where all of it is well, else what is read of it. */
function decoder({ fields, metadata = [] }: InputSpec, reads: readonly string[]) {
  const all = compileDecoder(fields, { metadata });
  const read = compileDecoder(fields, { reads, metadata });
  return ({ data }: GivenMessage): NewRow | RowError => {
    const bytes = Buffer.from(typeof data === "string" ? data : JSON.stringify(data));
    const row = all(bytes);
    return row instanceof RowError ? read(bytes) : row;
  };
}
