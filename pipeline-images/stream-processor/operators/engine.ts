/**
 * A pipeline that runs: its steps as functions that call one another, its groups, its watermarks. It knows no clock,
 * no network and no log: it is told what comes and what time it is, and hands rows to its outputs.
 */
import { rowsOfSpec } from "../../../pipeline/rows-of-spec";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec, InputSpec, PipelineSpec, StepSpec } from "../../../pipeline/spec";
import { compileFunction } from "../../../pipeline/udf/compile";
import type { RecordedState } from "../checkpoint/recorded-state";
import type { StateChanges } from "../checkpoint/state-changes";
import { unsupported } from "../unsupported";
import { AggregateOperator } from "./aggregate";
import { distinct } from "./distinct";
import { enrich, SideTable } from "./enrich";
import { type Reason, type Refuse, refuser } from "./error-rows";
import { eventTime, processingTime } from "./event-time";
import { assert, filter } from "./filter";
import { each, type Messages, Moment, type TakeRow } from "./flow";
import { flatMap, map, withFields } from "./map";
import { EngineInput } from "./input";
import { JoinOperator } from "./join";
import { Needs } from "./needs";
import { rename } from "./select";
import {
  afterStage,
  type Keep,
  type MadeStage,
  type Stage,
  type StageStep,
  type WindowStep,
  wasGrouped,
  windowOf,
} from "./stage";
import { StatefulOperator } from "./stateful";
import { type PublishedOfInputs, Watermarks } from "./watermarks";
import { intoWindows } from "./window";

export interface EngineOptions {
  readonly spec: PipelineSpec;
  /** Takes the rows of an output. */
  readonly output: (name: string) => TakeRow;
  /** Takes the error rows that no output took. */
  readonly errors: TakeRow;
  /** Told of every error row. */
  readonly refused?: (reason: Reason, step: string) => void;
  /** Keeps what steps hold where memory is short. @default in memory it stays */
  readonly keep?: Keep;
}

export class Engine {
  readonly moment = new Moment();
  /** By step, each after those that its rows come from. */
  private readonly stages = new Map<string, Stage>();
  private readonly inOrder: readonly Stage[];
  private readonly watermarks: Watermarks;
  private readonly takers = new Map<string, TakeRow[]>();
  private readonly needs: Needs;
  private readonly rows: ReadonlyMap<string, readonly FieldSpec[]>;
  private readonly inputs: ReadonlyMap<string, EngineInput>;
  private readonly onlyInput: EngineInput;
  private readonly sides = new Map<string, SideTable>();
  private published: PublishedOfInputs | undefined;
  private closed = false;

  /** @throws Error for a pipeline with a step that it does not run. */
  constructor(private readonly options: EngineOptions) {
    const { spec } = options;
    const problem = unsupported(spec);
    if (problem !== undefined) throw new Error(problem);
    this.needs = new Needs(spec);
    this.rows = rowsOfSpec(spec);
    this.watermarks = new Watermarks(spec, this.stages);
    for (const [name, reference] of Object.entries(spec.outputs)) this.takersOf(reference).push(options.output(name));
    for (const step of spec.steps.toReversed()) {
      const takes = step.kind === "join" ? this.makeJoin(step) : [this.make(step)];
      // From the last input to the first, so that the first takes a row before the others.
      for (const [i, reference] of [...step.inputs.entries()].toReversed()) {
        this.takersOf(reference).unshift(takes[i] ?? (takes[0] as TakeRow));
      }
    }
    this.inOrder = spec.steps.flatMap(({ id }) => this.stages.get(id) ?? []);
    this.inputs = new Map(
      Object.entries(spec.inputs).flatMap(([name, input]) =>
        input.kind === "side" ? [] : [[name, this.makeInput(name, input)] as const],
      ),
    );
    this.onlyInput = this.inputs.values().next().value as EngineInput;
  }

  /** Names of the inputs that messages come of. */
  get inputNames(): readonly string[] {
    return [...this.inputs.keys()];
  }

  /** An input by its name. */
  input(name: string): EngineInput {
    const input = this.inputs.get(name);
    if (input === undefined) throw new Error(`${this.options.spec.name} has no input "${name}"`);
    return input;
  }

  /** Rows of a side input, as they are from now on. Between batches. */
  setSide(name: string, rows: readonly AnyRow[]): void {
    this.side(name).set(rows);
  }

  /** Time has come to here: fires what waited for it. Before the messages of a batch, and between batches. */
  advanceClock(now: number): void {
    this.moment.now = now;
    this.moment.messages = undefined;
    for (const one of this.inOrder) {
      one.advanceClock();
      one.endBatch();
    }
  }

  /** One message of a batch, of a pipeline with one input. */
  take(messages: Messages, place: number): void {
    this.onlyInput.take(messages, place);
  }

  /** A message that is not worked on: it goes to the error output unseen. */
  refuse(messages: Messages, place: number, reason: Reason, error: string): void {
    this.onlyInput.refuse(messages, place, reason, error);
  }

  endBatch(): void {
    this.moment.messages = undefined;
    for (const one of this.inOrder) one.endBatch();
  }

  /** Moves the watermarks as far as the sources have come. */
  advanceWatermark(published: PublishedOfInputs): void {
    this.moment.messages = undefined;
    this.published = published;
    this.advance((stage) => this.watermarks.advance(stage, published));
  }

  /** There will be no more rows: every window gives what it has. */
  close(): void {
    const closing = this.closing();
    while (closing.next().done !== true);
  }

  /** The same, with pauses in which what has come out may be written. */
  *closing(): Generator<void> {
    this.moment.messages = undefined;
    this.closed = true;
    for (const [i, one] of this.inOrder.entries()) {
      for (const parts = one.parts?.(); parts?.next().done === false;) {
        this.endBatchFrom(i + 1);
        yield;
      }
      this.advanceStage(i, Infinity);
    }
  }

  /** How far the rows of an output have come, when watermarks were moved the last time. */
  outputWatermark(output: string): number {
    if (this.closed) return Infinity;
    const reference = this.options.spec.outputs[output];
    if (reference === undefined || this.published === undefined) return -Infinity;
    return this.watermarks.ofRows(reference, this.published);
  }

  /** The least watermark; -Infinity before there is one, or where nothing is windowed. */
  get watermark(): number {
    return this.watermarks.least;
  }

  /** Keys that something is kept of, in their windows. */
  get openGroups(): number {
    return this.inOrder.reduce((groups, one) => groups + one.size, 0);
  }

  /** The same by step, and the windows. */
  get held(): { readonly [step: string]: { readonly keys: number; readonly windows: number } } {
    return Object.fromEntries(
      this.inOrder.map(({ id, size, openWindows }) => [id, { keys: size, windows: openWindows }]),
    );
  }

  get isRowWise(): boolean {
    return this.inOrder.length === 0;
  }

  writeChanges(changes: StateChanges): void {
    for (const one of this.inOrder) one.writeChanges(changes);
    this.watermarks.write(changes);
  }

  /** Takes up what was recorded; before anything else. */
  restore(state: RecordedState): void {
    this.watermarks.read(state);
    for (const one of this.inOrder) one.restore(this.watermarks.of(one.id), state.store(one.id));
  }

  /** Rows of a stage have come to the next ones, and what they bring about is done, before the watermark gets there. */
  private advance(watermarkOf: (stage: string) => number): void {
    for (const [i, one] of this.inOrder.entries()) this.advanceStage(i, watermarkOf(one.id));
  }

  private advanceStage(i: number, watermark: number): void {
    this.inOrder[i]?.advanceWatermark(watermark);
    this.endBatchFrom(i);
  }

  private endBatchFrom(i: number): void {
    for (let next = i; next < this.inOrder.length; next += 1) this.inOrder[next]?.endBatch();
  }

  private takersOf(reference: string): TakeRow[] {
    const takers = this.takers.get(reference) ?? [];
    this.takers.set(reference, takers);
    return takers;
  }

  private refuser(of: string): Refuse {
    const { errors, refused = () => {} } = this.options;
    const takers = this.takersOf(`${of}#errors`);
    return refuser(of, this.moment, takers.length > 0 ? each(takers) : errors, (reason) => refused(reason, of));
  }

  /** A step as a function; those that it calls are made already. */
  private make(step: Exclude<StepSpec, { readonly kind: "join" }>): TakeRow {
    const next = each(this.takersOf(step.id));
    const refuse = this.refuser(step.id);
    const needed = this.needs.of(step.id);
    switch (step.kind) {
      case "filter":
        return filter(compileFunction(step.function), refuse, next);
      case "assert":
        return assert(step.message, compileFunction(step.function), refuse, next);
      case "map":
        return map({ function: compileFunction(step.function), fields: step.fields, refuse, next });
      case "flatMap":
        return flatMap({ function: compileFunction(step.function), fields: step.fields, refuse, next });
      case "withFields": {
        const fields = step.fields.filter(({ name }) => step.sets.includes(name));
        const kept = needed.filter((name) => !step.sets.includes(name));
        return withFields({ function: compileFunction(step.function), fields, refuse, next }, kept);
      }
      case "select":
        return rename(new Map(needed.map((name) => [name, name])), next);
      case "rename": {
        const old = new Map(Object.entries(step.names).map(([from, to]) => [to, from]));
        return rename(new Map(needed.map((name) => [old.get(name) ?? name, name])), next);
      }
      case "eventTime":
        return eventTime(
          step.field,
          this.needs.isDecoded(step),
          this.watermarks.progressOf(step.id),
          this.moment,
          refuse,
          next,
        );
      case "processingTime":
        return processingTime(
          step.field,
          needed.filter((name) => name !== step.field),
          this.moment,
          next,
        );
      case "flatten":
        return next;
      case "window":
        return afterStage(step, this.options.spec) ? intoWindows(this.moment, next) : next;
      case "aggregate":
      case "distinct":
      case "stateful": {
        const [take] = this.keep(step, (window) => {
          const stage = this.makeStage(step, window, refuse, next);
          return { stage, takes: [stage.take] };
        });
        return take as TakeRow;
      }
      case "enrich": {
        const side = this.options.spec.inputs[step.side] as InputSpec;
        const own = this.rows.get(step.inputs[0] ?? "") ?? [];
        const [kept, added] = [true, false].map((isOwn) =>
          needed.filter((name) => own.some((field) => field.name === name) === isOwn),
        ) as [string[], string[]];
        return enrich({ step, side, table: this.side(step.side), kept, added, refuse, next });
      }
    }
  }

  private side(name: string): SideTable {
    const { inputs } = this.options.spec;
    const table = this.sides.get(name) ?? new SideTable(inputs[name] as InputSpec);
    this.sides.set(name, table);
    return table;
  }

  private makeInput(name: string, spec: InputSpec): EngineInput {
    const { moment } = this;
    const enter = each(this.takersOf(name));
    const { needs } = this;
    return new EngineInput({
      spec,
      reads: needs.of(name),
      time: needs.timeOf(name),
      moment,
      refuse: this.refuser(name),
      enter,
    });
  }

  /** What takes the rows of its two sides. */
  private makeJoin(step: Extract<StepSpec, { readonly kind: "join" }>): readonly TakeRow[] {
    const [left = [], right = []] = step.inputs.map((input) => this.rows.get(input));
    const continued = wasGrouped(step, this.options.spec);
    const needed = this.needs.of(step.id);
    const refuse = this.refuser(step.id);
    const next = each(this.takersOf(step.id));
    return this.keep(step, (window) => {
      if (window === undefined) throw new Error(`step ${step.id}: its rows have no windows`);
      const { moment } = this;
      const stage = new JoinOperator({ step, left, right, window, continued, needed, moment, refuse, next });
      return { stage, takes: [stage.takeLeft, stage.takeRight] };
    });
  }

  /** @returns what takes the rows of the step's inputs */
  private keep(step: StageStep, make: (window: WindowStep | undefined) => MadeStage): readonly TakeRow[] {
    const { spec, keep = (maker) => maker.make() } = this.options;
    const fields = this.rows.get(step.inputs[0] ?? "") ?? [];
    const window = windowOf(step, spec);
    const { stage, takes } = keep({ step, fields, window, moment: this.moment, make: () => make(window) });
    this.stages.set(step.id, stage);
    return takes;
  }

  private makeStage(
    step: Exclude<StageStep, { readonly kind: "join" }>,
    window: WindowStep | undefined,
    refuse: Refuse,
    next: TakeRow,
  ): Stage & { readonly take: TakeRow } {
    const { moment } = this;
    const fields = this.rows.get(step.inputs[0] ?? "") ?? [];
    if (step.kind === "distinct") return distinct({ step, fields, moment, refuse, next }, window);
    if (step.kind === "stateful") return new StatefulOperator({ step, window, fields, moment, refuse, next });
    if (window === undefined) throw new Error(`step ${step.id}: its rows have no windows`);
    const continued = wasGrouped(step, this.options.spec);
    return new AggregateOperator({ step, window, continued, fields, moment, refuse, next });
  }
}
