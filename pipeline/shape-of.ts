import { createHash } from "node:crypto";
import { rowsOfSpec } from "./rows-of-spec";
import type { AggregateSpec, FieldSpec, PipelineSpec, StepSpec } from "./spec";

/**
 * A hash of what a running job cannot change: which steps there are and how they hang together, windows, keys and
 * what is kept for each. Two specs of one shape differ in functions and constants only, and a streaming Dataflow job
 * is updated from one to the other in place; any other change replaces it.
 * @see https://cloud.google.com/dataflow/docs/guides/updating-a-pipeline
 * @returns 16 hexadecimal digits
 */
export function shapeOf(spec: PipelineSpec): string {
  const rows = rowsOfSpec(spec);
  const shape = {
    version: spec.version,
    inputs: Object.entries(spec.inputs).map(([name, { kind, key }]) => [name, kind, key]),
    steps: spec.steps.map((step) => [step.id, step.kind, step.inputs, keptBy(step, (name) => rows.get(name) ?? [])]),
    outputs: Object.entries(spec.outputs),
  };
  return createHash("sha256").update(JSON.stringify(shape)).digest("hex").slice(0, 16);
}

/** What a step keeps from row to row, and how it is found. Undefined of a step that keeps nothing. */
function keptBy(step: StepSpec, rowsOf: (reference: string) => readonly FieldSpec[]): unknown {
  const [first = ""] = step.inputs;
  const typesOf = (names: readonly string[]): unknown =>
    names.map((name) =>
      rowsOf(first)
        .filter((field) => field.name === name)
        .map(formOf),
    );
  switch (step.kind) {
    case "window":
      return [step.windowing, step.trigger, step.allowedLateness, step.accumulation];
    case "aggregate":
      return [typesOf(step.keys ?? []), step.aggregates.map((each) => accumulatorOf(each, typesOf))];
    case "distinct":
      return [typesOf(step.keys), step.within];
    case "join":
      return [step.on, step.type, step.inputs.map((input) => rowsOf(input).map(formOf))];
    case "stateful":
      return [typesOf(step.keys), step.state.map(formOf), rowsOf(first).map(formOf), step.onTimer !== undefined];
    case "enrich":
      return [step.side, step.on];
    default:
      return undefined;
  }
}

function accumulatorOf(aggregate: AggregateSpec, typesOf: (names: readonly string[]) => unknown): unknown {
  if (aggregate.kind === "combine") {
    return [aggregate.name, typesOf(aggregate.input), aggregate.accumulator.map(formOf)];
  }
  return [
    aggregate.name,
    aggregate.kind,
    "field" in aggregate && aggregate.field !== undefined && typesOf([aggregate.field]),
  ];
}

/** How a field's values are kept; what it says of itself is not. */
const formOf = ({ name, type, mode, as, fields }: FieldSpec): unknown => [name, type, mode, as, fields?.map(formOf)];
