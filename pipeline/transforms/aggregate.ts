import type { FieldMode } from "../spec";
import { after, type Draft, type Node } from "../graph/graph";
import type { StepReport } from "../graph/report";
import { Field, float, integer, string, timestamp, type AnyField, type Fields } from "../schema/field";
import { fieldSpecs } from "../schema/field-spec";
import { fieldProblems } from "../schema/schema";
import type { AggregateSpec, FieldType, FunctionSpec } from "../spec";
import type { FunctionRole } from "../udf/problem";
import { takenWords } from "./aggregated";
import { carryRowFunction, sayKeys, sayUnknown } from "./checks";
import type { Aggregator } from "./aggregators";
import type { Combiner, CombinerPart } from "./combiner";
import { keyTypes } from "./field-names";
import { optionFunction, type StepOptions } from "./function";

/** Groups rows by keys, in their windows, and gives a row for each group and pane. */
export function aggregate(
  of: Node,
  keys: readonly string[],
  aggregates: { readonly [name: string]: Aggregator },
  options: StepOptions,
): Draft {
  const { window, flow } = of.stream;
  return {
    kind: "aggregate",
    name: options.name,
    fields: { ...pickKeys(of.fields, keys), ...resultFields(of.fields, aggregates) },
    stream: after(of.stream, window === undefined ? {} : { window: { ...window, panes: true } }),
    describe(report) {
      sayKeys(report, of.fields, keys);
      if (flow === "row-wise" || flow === "stateful") {
        report.say("a stream has no end, so this would never give a row: call .window(...) first");
      }
      if (window?.panes === true && window.firesTwice && window.accumulation === "accumulating") {
        report.say(
          "its rows are accumulating panes, so each would count again with every pane: aggregate once, or let the panes be discarding",
        );
      }
      if (keys.length === 0 && Object.keys(aggregates).length === 0) {
        report.say("it gives nothing: name an aggregate, as in { rows: count() }");
      }
      return {
        kind: "aggregate",
        ...(keys.length > 0 && { keys }),
        aggregates: Object.entries(aggregates).map(([name, aggregator]) => {
          if (keys.includes(name)) report.say(`"${name}" is a key already: choose another name`);
          sayAggregator(report, of, name, aggregator);
          return aggregateSpec(report, name, aggregator);
        }),
      };
    },
  };
}

const pickKeys = (fields: Fields, keys: readonly string[]): Fields =>
  Object.fromEntries(
    keys.flatMap((key): [string, AnyField][] => (fields[key] === undefined ? [] : [[key, fields[key]]])),
  );

const resultFields = (fields: Fields, aggregates: { readonly [name: string]: Aggregator }): Fields =>
  Object.fromEntries(
    Object.entries(aggregates).map(([name, aggregator]) => [name, resultField(fields, aggregator)] as const),
  );

/** The field that an aggregator gives; {@link AggregatedFields} is the same for the compiler. */
function resultField(fields: Fields, { aggregator, field: name, combiner }: Aggregator): AnyField {
  const field = name === undefined ? undefined : fields[name];
  switch (aggregator) {
    case "combine":
      return combiner?.output ?? string();
    case "sample":
      return anyField("RECORD", "REPEATED", undefined, fields);
    case "windowStart":
    case "windowEnd":
      return timestamp();
    case "paneTiming":
      return string({ values: ["EARLY", "ON_TIME", "LATE"] });
    case "sum":
      return anyField(field?.type === "INTEGER" ? "INTEGER" : meanType(field), modeOf(field));
    case "mean":
      return anyField(meanType(field), modeOf(field));
    case "collect":
      return anyField(field?.type ?? "STRING", "REPEATED", field?.options, field?.fields);
    case "min":
    case "max":
    case "latest":
      return field ?? float();
    default:
      return integer();
  }
}

const meanType = (field: AnyField | undefined): FieldType => (field?.type === "NUMERIC" ? "NUMERIC" : "FLOAT");
const modeOf = (field: AnyField | undefined): FieldMode => (field?.mode === "NULLABLE" ? "NULLABLE" : "REQUIRED");

const anyField = (type: FieldType, mode: FieldMode, options?: AnyField["options"], fields?: Fields): AnyField =>
  new Field<string | {} | null, FieldType, FieldMode>(type, mode, options, fields);

/** What the compiler says as well, and what it cannot know: windows that fire twice, and sizes. */
function sayAggregator(
  report: StepReport,
  of: Node,
  name: string,
  { aggregator, field, size, combiner }: Aggregator,
): void {
  const { window } = of.stream;
  if (needsWindow.has(aggregator) && window === undefined) {
    report.say(`${name}: ${aggregator}() needs a window: call .window(...) first`);
  }
  if (window?.firesTwice === true && window.accumulation === "discarding" && notAdditive.has(aggregator)) {
    report.say(
      `${name}: ${aggregator} of discarding panes cannot be put together to the window's, and these may fire twice: say { accumulation: "accumulating" }`,
    );
  }
  if (aggregator === "sample" && !(Number.isSafeInteger(size) && Number(size) >= 1 && Number(size) <= LARGEST_SAMPLE)) {
    report.say(`${name}: sample(${size}): a size is a whole number from 1 to ${LARGEST_SAMPLE}`);
  }
  if (combiner !== undefined) sayUnknown(report, of.fields, Object.keys(combiner.input));
  if (field !== undefined) sayField(report, of.fields, name, aggregator, field);
}

/** A sample is one row with all of it; a row of BigQuery's Storage Write has at most 10 MB. */
const LARGEST_SAMPLE = 10_000;
const needsWindow = new Set(["windowStart", "windowEnd", "paneTiming"]);
const notAdditive = new Set(["mean", "countDistinct", "combine"]);

function sayField(report: StepReport, fields: Fields, name: string, aggregator: string, field: string): void {
  sayUnknown(report, fields, [field]);
  const found = fields[field];
  const takes = Object.hasOwn(taken, aggregator) ? taken[aggregator as keyof typeof taken] : undefined;
  if (found === undefined || takes === undefined) return;
  if (found.mode === "REPEATED") {
    report.say(`${name}: "${field}" is REPEATED, take it apart with .flatMap(...) first`);
  } else if (!takes(found.type)) {
    const words = takenWords[aggregator as keyof typeof takenWords];
    report.say(`${name}: "${field}" is ${found.type}, but ${aggregator} takes ${words}`);
  }
}

const isNumber = (type: FieldType): boolean => type === "INTEGER" || type === "FLOAT" || type === "NUMERIC";
const isOrdered = (type: FieldType): boolean => type !== "BYTES" && type !== "JSON" && type !== "RECORD";
const taken: { readonly [Kind in keyof typeof takenWords]: (type: FieldType) => boolean } = {
  sum: isNumber,
  mean: isNumber,
  min: isOrdered,
  max: isOrdered,
  countDistinct: (type) => keyTypes.has(type),
  collect: () => true,
};

function aggregateSpec(
  report: StepReport,
  name: string,
  { aggregator, field, size, combiner }: Aggregator,
): AggregateSpec {
  if (combiner !== undefined) return combineSpec(report, name, combiner);
  return {
    name,
    kind: aggregator,
    ...(field !== undefined && { field }),
    ...(size !== undefined && { size }),
  } as AggregateSpec;
}

function combineSpec(report: StepReport, name: string, combiner: Combiner): AggregateSpec {
  for (const problem of fieldProblems(combiner.accumulator, "accumulator")) report.say(`${name}: ${problem}`);
  const part = (of: CombinerPart): FunctionSpec =>
    carryRowFunction(
      report,
      combiner.input,
      combiner.functions[of],
      combinerFunctions[of],
      combiner.constants,
      `, ${name}.${of}`,
    );
  const { reads: _createReads, ...createAccumulator } = part("createAccumulator");
  const { reads: _mergeReads, ...mergeAccumulators } = part("mergeAccumulators");
  const { reads: _extractReads, ...extractOutput } = part("extractOutput");
  return {
    name,
    kind: "combine",
    input: Object.keys(combiner.input),
    accumulator: fieldSpecs(combiner.accumulator),
    createAccumulator,
    addInput: part("addInput"),
    mergeAccumulators,
    extractOutput,
  };
}

const combinerFunctions: { readonly [Part in CombinerPart]: FunctionRole } = {
  createAccumulator: optionFunction("combiner", "createAccumulator", []),
  addInput: optionFunction("combiner", "addInput", ["accumulator", "row"]),
  mergeAccumulators: optionFunction("combiner", "mergeAccumulators", ["accumulator", "accumulator"]),
  extractOutput: optionFunction("combiner", "extractOutput", ["accumulator"]),
};
