/** Rows put together by key and window: what comes in, what goes into the accumulators, what comes out of a pane. */
import { generate, keyOf, literal } from "../../../pipeline/schema/generated";
import { type AnyRow, RowError } from "../../../pipeline/schema/row";
import { compileCheck } from "../../../pipeline/schema/value";
import type { FieldSpec, Json, StepSpec } from "../../../pipeline/spec";
import type { Store, StateChanges } from "../checkpoint/state-changes";
import { groupsOf } from "../window/groups-of-spec";
import type { Accumulation, Groups, Pane } from "../window/groups";
import { type Drop, endText, lateWords, startText } from "../window/row-window";
import { aggregatorOf, isPaneAggregate, type PaneAggregate, type RowAggregate } from "./aggregators/of-spec";
import type { Aggregator } from "./aggregators/aggregator";
import { type Refuse, wordsOf } from "./error-rows";
import type { Moment, TakeRow } from "./flow";
import { type KeyCodec, keyCodec } from "./keys";
import type { Stage, WindowStep } from "./stage";

type AggregateStep = Extract<StepSpec, { readonly kind: "aggregate" }>;

export interface AggregateOptions {
  readonly step: AggregateStep;
  readonly window: WindowStep;
  /** Its rows were grouped in these windows before. */
  readonly continued: boolean;
  /** Of the rows that come in. */
  readonly fields: readonly FieldSpec[];
  readonly moment: Moment;
  readonly refuse: Refuse;
  readonly next: TakeRow;
}

export class AggregateOperator implements Stage {
  readonly id: string;
  private readonly groups: Groups<AnyRow>;
  private readonly keys: KeyCodec;
  private readonly accumulators: Accumulators;
  private readonly check: ReturnType<typeof compileCheck>;
  private readonly drop: Drop;
  /** The row that is being taken, for {@link drop}. */
  private row: AnyRow = {};
  private time = 0;

  constructor(private readonly options: AggregateOptions) {
    const { step, window, continued, fields, refuse } = options;
    this.id = step.id;
    this.keys = keyCodec((step.keys ?? []).map((key) => fields.find(({ name }) => name === key) as FieldSpec));
    this.accumulators = new Accumulators(step, fields);
    this.check = compileCheck(step.fields);
    this.drop = (why, one) => refuse("late", lateWords(why, one), this.row, this.time);
    this.groups = groupsOf(window, continued, this.accumulators, (pane) => this.fire(pane));
  }

  readonly take: TakeRow = (row, time) => {
    this.row = row;
    this.time = time;
    const { now, window } = this.options.moment;
    try {
      if (window === undefined) this.groups.add(this.keys.of(row), row, time, now, this.drop);
      else this.groups.addIn(window, this.keys.of(row), row, time, now, this.drop);
    } catch (error) {
      this.options.refuse("function", wordsOf(error), row, time);
    }
  };

  endBatch(): void {
    this.groups.endBatch(this.options.moment.now);
  }

  advanceClock(): void {
    this.groups.advanceClock(this.options.moment.now);
  }

  advanceWatermark(to: number): void {
    this.groups.advanceWatermark(to, this.options.moment.now);
  }

  get outputWatermark(): number {
    return this.groups.outputWatermark;
  }

  /** Keys in windows that are open. */
  get size(): number {
    return this.groups.size;
  }

  writeChanges(changes: StateChanges): void {
    if (!this.groups.changes) return;
    changes.store(this.id);
    this.groups.writeChanges(changes);
  }

  restore(watermark: number, store: Store): void {
    this.groups.restore(watermark, store);
  }

  private fire(pane: Pane): void {
    const { next, refuse, step, moment } = this.options;
    // The last moment of the window, as Beam's rows have it.
    const time = pane.window.end - 1;
    const row = this.accumulators.result(this.keys.values(pane.key), pane);
    if (row instanceof Error) return refuse("function", wordsOf(row), keysOnly(step, this.keys, pane), time);
    const checked = this.check(row);
    if (checked instanceof RowError) refuse("function", checked.message, keysOnly(step, this.keys, pane), time);
    else {
      moment.window = pane.window;
      next(checked, time);
      moment.window = undefined;
    }
  }
}

const keysOnly = ({ keys = [] }: AggregateStep, codec: KeyCodec, pane: Pane): AnyRow => {
  const values = codec.values(pane.key);
  return Object.fromEntries(keys.map((key, i) => [key, values[i] as Json]));
};

/** The accumulators of a step's aggregates, as code of their own. */
class Accumulators implements Accumulation<AnyRow> {
  private readonly aggregators: readonly Aggregator[];
  readonly add: (accumulators: unknown[], row: AnyRow, time: number) => void;
  private readonly makeRow: (keys: readonly Json[], values: readonly Json[], pane: PaneValues) => AnyRow;

  constructor(step: AggregateStep, fields: readonly FieldSpec[]) {
    // Those that may throw come first: then nothing has changed when they do.
    const specs = step.aggregates
      .filter((spec) => !isPaneAggregate(spec))
      .toSorted((a, b) => Number(b.kind === "combine") - Number(a.kind === "combine")) as RowAggregate[];
    this.aggregators = specs.map((spec) => aggregatorOf(spec, fields));
    this.add = addFunction(specs, this.aggregators, fields);
    this.makeRow = rowFunction(step, specs);
  }

  empty(): unknown[] {
    return this.aggregators.map((one) => one.empty());
  }

  merge(one: readonly unknown[], other: readonly unknown[]): unknown[] {
    return this.aggregators.map((aggregator, i) => aggregator.merge(one[i], other[i]));
  }

  result(keys: readonly Json[], { accumulators, window, timing }: Pane): AnyRow | Error {
    const pane: PaneValues = { windowStart: startText(window), windowEnd: endText(window), paneTiming: timing };
    try {
      return this.makeRow(
        keys,
        this.aggregators.map((one, i) => one.result(accumulators[i])),
        pane,
      );
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  write(...[writer, accumulators]: Parameters<Accumulation<AnyRow>["write"]>): void {
    for (const [i, one] of this.aggregators.entries()) one.write(writer, accumulators[i]);
  }

  read(reader: Parameters<Accumulation<AnyRow>["read"]>[0]): unknown[] {
    return this.aggregators.map((one) => one.read(reader));
  }
}

type PaneValues = { readonly [Kind in PaneAggregate["kind"]]: Json };

/** One statement an aggregate: what a generic loop would look up for every row stands in the code. */
function addFunction(
  specs: readonly RowAggregate[],
  aggregators: readonly Aggregator[],
  fields: readonly FieldSpec[],
): Accumulators["add"] {
  const combined = specs.filter(({ kind }) => kind === "combine").length;
  const statements = specs.map((spec, i) => {
    const add = (value: string) => `aggregator${i}.add(accumulators[${i}], ${value}, time)`;
    if (spec.kind === "combine") return `const combined${i} = ${add(rowOf(spec.input))};`;
    if (spec.kind === "sample") return `accumulators[${i}] = ${add(rowOf(fields.map(({ name }) => name)))};`;
    if (spec.field === undefined) return `accumulators[${i}] = ${add("true")};`;
    const value = `row[${literal(spec.field)}]`;
    return `if (${value} !== null) accumulators[${i}] = ${add(value)};`;
  });
  const assign = Array.from({ length: combined }, (_, i) => `accumulators[${i}] = combined${i};`);
  const body = [...statements.slice(0, combined), ...assign, ...statements.slice(combined)].join("\n");
  const scope = Object.fromEntries(aggregators.map((one, i) => [`aggregator${i}`, one]));
  return generate(`return (accumulators, row, time) => {\n${body}\n};`, scope) as Accumulators["add"];
}

const rowOf = (names: readonly string[]): string =>
  `{ ${names.map((name) => `${keyOf(name)}: row[${literal(name)}]`).join(", ")} }`;

function rowFunction(
  { keys = [], aggregates }: AggregateStep,
  specs: readonly RowAggregate[],
): Accumulators["makeRow"] {
  const fields = [
    ...keys.map((key, i) => `${keyOf(key)}: keys[${i}]`),
    ...aggregates.map((spec) =>
      isPaneAggregate(spec)
        ? `${keyOf(spec.name)}: pane.${spec.kind}`
        : `${keyOf(spec.name)}: values[${specs.indexOf(spec)}]`,
    ),
  ];
  return generate(`return (keys, values, pane) => ({ ${fields.join(", ")} });`, {}) as Accumulators["makeRow"];
}
