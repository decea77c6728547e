/** Rows put together by key and window: what comes in, what goes into the accumulators, what comes out of a pane. */
import { generate, keyOf, literal } from "../../../pipeline/schema/generated";
import { type AnyRow, RowError } from "../../../pipeline/schema/row";
import { compileCheck } from "../../../pipeline/schema/value";
import type { FieldSpec, Json, StepSpec } from "../../../pipeline/spec";
import type { Accumulation, Pane } from "../window/groups";
import { endText, type RowWindow, startText } from "../window/row-window";
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
  readonly empty: () => unknown[];
  readonly clear: (accumulators: unknown[]) => void;
  private readonly makeRow: (keys: readonly Json[], accumulators: readonly unknown[], pane: Pane) => AnyRow;

  constructor(step: AggregateStep, fields: readonly FieldSpec[]) {
    // Those that may throw come first: then nothing has changed when they do.
    const specs = step.aggregates
      .filter((spec) => !isPaneAggregate(spec))
      .toSorted((a, b) => Number(b.kind === "combine") - Number(a.kind === "combine")) as RowAggregate[];
    this.aggregators = specs.map((spec) => aggregatorOf(spec, fields));
    this.add = addFunction(specs, this.aggregators, fields);
    this.empty = emptyFunction(this.aggregators);
    this.clear = clearFunction(this.aggregators);
    this.makeRow = rowFunction(step, specs, this.aggregators);
  }

  merge(one: readonly unknown[], other: readonly unknown[]): unknown[] {
    return this.aggregators.map((aggregator, i) => aggregator.merge(one[i], other[i]));
  }

  result(keys: readonly Json[], pane: Pane): AnyRow | Error {
    try {
      return this.makeRow(keys, pane.accumulators, pane);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  write(...[writer, accumulators]: Parameters<Accumulation<AnyRow>["write"]>): void {
    for (const [i, one] of this.aggregators.entries()) one.write(writer, accumulators[i]);
  }

  read(reader: Parameters<Accumulation<AnyRow>["read"]>[0]): unknown[] {
    // In a list of the kind that new ones are: see emptyFunction.
    const accumulators = this.empty();
    for (const [i, one] of this.aggregators.entries()) accumulators[i] = one.read(reader);
    return accumulators;
  }
}

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
  return generate(`return (accumulators, row, time) => {\n${body}\n};`, named(aggregators)) as Accumulators["add"];
}

/** As names of generated code: aggregator0 and so on. */
const named = (aggregators: readonly Aggregator[]): { readonly [name: string]: Aggregator } =>
  Object.fromEntries(aggregators.map((one, i) => [`aggregator${i}`, one]));

/**
 * A list that is written out: numbers that accumulators are at first stand in it as they are, so that a list of
 * numbers is kept as nothing but numbers.
 */
const emptyFunction = (aggregators: readonly Aggregator[]): Accumulators["empty"] =>
  generate(`return () => [${aggregators.map(emptyOf).join(", ")}];`, named(aggregators)) as Accumulators["empty"];

function clearFunction(aggregators: readonly Aggregator[]): Accumulators["clear"] {
  const assign = aggregators.map((one, i) => `accumulators[${i}] = ${emptyOf(one, i)};`);
  return generate(`return (accumulators) => { ${assign.join(" ")} };`, named(aggregators)) as Accumulators["clear"];
}

/** As code. */
function emptyOf(aggregator: Aggregator, i: number): string {
  const empty = aggregator.empty();
  if (typeof empty !== "number") return `aggregator${i}.empty()`;
  return Object.is(empty, -0) ? "-0" : String(empty);
}

const rowOf = (names: readonly string[]): string =>
  `{ ${names.map((name) => `${keyOf(name)}: row[${literal(name)}]`).join(", ")} }`;

function rowFunction(
  { keys = [], aggregates }: AggregateStep,
  specs: readonly RowAggregate[],
  aggregators: readonly Aggregator[],
): Accumulators["makeRow"] {
  const fields = [
    ...keys.map((key, i) => `${keyOf(key)}: keys[${i}]`),
    ...aggregates.map((spec) =>
      isPaneAggregate(spec)
        ? `${keyOf(spec.name)}: ${paneValues[spec.kind]}`
        : `${keyOf(spec.name)}: ${resultOf(specs.indexOf(spec))}`,
    ),
  ];
  const scope = { ...named(aggregators), startText: remembered(startText), endText: remembered(endText) };
  return generate(`return (keys, accumulators, pane) => ({ ${fields.join(", ")} });`, scope) as Accumulators["makeRow"];
}

const resultOf = (i: number): string => `aggregator${i}.result(accumulators[${i}])`;

const paneValues: { readonly [Kind in PaneAggregate["kind"]]: string } = {
  windowStart: "startText(pane.window)",
  windowEnd: "endText(pane.window)",
  paneTiming: "pane.timing",
};

/** The text of the window that was asked for last is kept: its keys come one after the other. */
function remembered(text: (window: RowWindow) => string): (window: RowWindow) => string {
  let last: RowWindow | undefined;
  let known = "";
  return (window) => {
    if (window === last) return known;
    known = text(window);
    last = window;
    return known;
  };
}
