/** Rows put together by key and window: what comes in, what goes into the accumulators, what comes out of a pane. */
import { generate, keyOf, literal } from "../../../pipeline/schema/generated";
import { type AnyRow, RowError } from "../../../pipeline/schema/row";
import { compileCheck } from "../../../pipeline/schema/value";
import type { FieldSpec, Json, StepSpec } from "../../../pipeline/spec";
import type { Accumulation, Pane } from "../window/groups";
import { endText, startText } from "../window/row-window";
import { aggregatorOf, isPaneAggregate, type PaneAggregate, type RowAggregate } from "./aggregators/of-spec";
import type { Aggregator } from "./aggregators/aggregator";
import { wordsOf } from "./error-rows";
import type { TakeRow } from "./flow";
import { GroupingOperator, type GroupingOptions } from "./grouping";
import { type KeyCodec, keyCodec } from "./keys";

type AggregateStep = Extract<StepSpec, { readonly kind: "aggregate" }>;

export interface AggregateOptions extends GroupingOptions {
  readonly step: AggregateStep;
  /** Of the rows that come in. */
  readonly fields: readonly FieldSpec[];
}

export class AggregateOperator extends GroupingOperator {
  private readonly accumulators: Accumulators;
  private readonly check: ReturnType<typeof compileCheck>;

  constructor(private readonly options: AggregateOptions) {
    const { step, fields } = options;
    const accumulators = new Accumulators(step, fields);
    super(step.id, options, keyCodec(step.keys ?? [], fields), accumulators);
    this.accumulators = accumulators;
    this.check = compileCheck(step.fields);
  }

  readonly take: TakeRow = (row, time) => this.put(row, time);

  protected fire(pane: Pane, time: number): void {
    const { next, refuse, step } = this.options;
    const row = this.accumulators.result(this.keys.values(pane.key), pane);
    if (row instanceof Error) return refuse("function", wordsOf(row), keysOnly(step, this.keys, pane), time);
    const checked = this.check(row);
    if (checked instanceof RowError) refuse("function", checked.message, keysOnly(step, this.keys, pane), time);
    else next(checked, time);
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
