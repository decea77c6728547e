import { conform } from "./conform";
import { rowsOfSpec } from "./rows-of-spec";
import { SPEC_VERSION, type AggregateSpec, type PipelineSpec, type StepSpec } from "./spec";
import specSchema from "./spec.schema.json";

/** Text or data that is not the spec of a pipeline, with every reason. */
export class InvalidSpec extends Error {
  override readonly name = "InvalidSpec";
}

/**
 * Reads a spec that another program wrote. What it returns can be relied on: it has the form of spec.schema.json,
 * every reference leads to something that stands before it, and every field that is named is there.
 * @param given the spec's text, or what JSON.parse made of it
 * @throws InvalidSpec that lists all that is wrong, each with its path
 */
export function readSpec(given: unknown): PipelineSpec {
  const value = typeof given === "string" ? parse(given) : given;
  const version = typeof value === "object" && value !== null && "version" in value ? value.version : undefined;
  if (version !== undefined && version !== SPEC_VERSION) {
    throw new InvalidSpec(
      `the spec has version ${JSON.stringify(version)}, and this program reads version ${SPEC_VERSION}: let both be of one release`,
    );
  }
  check(conform(specSchema, value, "spec"));
  const spec = value as PipelineSpec;
  check(referenceProblems(spec));
  return spec;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidSpec(`the spec is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function check(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "1 thing is" : `${problems.length} things are`;
  throw new InvalidSpec(`this is no pipeline's spec: ${count} not valid\n  ${problems.join("\n  ")}`);
}

/** References that lead nowhere, and fields that are not there. */
function referenceProblems(spec: PipelineSpec): readonly string[] {
  const problems: string[] = [];
  const rows = rowsOfSpec(spec);
  const known = new Set<string>();
  for (const [name, input] of Object.entries(spec.inputs)) {
    known.add(name);
    for (const key of input.key ?? []) {
      if (!input.fields.some((field) => field.name === key)) problems.push(`spec.inputs.${name} has no field "${key}"`);
    }
  }
  for (const [index, step] of spec.steps.entries()) {
    const path = `spec.steps[${index}]`;
    for (const input of step.inputs) {
      if (!known.has(stepOf(input))) problems.push(`${path}.inputs: nothing before it is called "${input}"`);
    }
    if (known.has(step.id)) problems.push(`${path}.id is "${step.id}", as another's`);
    known.add(step.id);
    if (step.kind === "enrich" && spec.inputs[step.side]?.kind !== "side") {
      problems.push(`${path}.side is "${step.side}", which is no side input`);
    }
    const [first = ""] = step.inputs;
    const has = rows.get(first)?.map((field) => field.name);
    for (const field of fieldsTaken(step)) {
      if (has?.includes(field) === false) problems.push(`${path} takes a field "${field}", which its rows have not`);
    }
  }
  for (const [name, reference] of Object.entries(spec.outputs)) {
    if (!known.has(stepOf(reference))) problems.push(`spec.outputs.${name}: nothing is called "${reference}"`);
  }
  return problems;
}

const stepOf = (reference: string): string => reference.replace(/#errors$/, "");

/** The fields of its first input's rows that a step names. */
function fieldsTaken(step: StepSpec): readonly string[] {
  switch (step.kind) {
    case "eventTime":
      return [step.field];
    case "select":
      return step.fields.map((field) => field.name);
    case "rename":
      return Object.keys(step.names);
    case "filter":
    case "assert":
    case "map":
    case "flatMap":
    case "withFields":
      return step.function.reads === "all" ? [] : step.function.reads;
    case "aggregate":
      return [...(step.keys ?? []), ...step.aggregates.flatMap(fieldsAggregated)];
    case "join":
      return step.on;
    case "enrich":
      return Object.values(step.on);
    case "distinct":
      return step.keys;
    case "stateful":
      return [...step.keys, ...(step.process.reads === "all" ? [] : step.process.reads)];
    case "processingTime":
    case "flatten":
    case "window":
      return [];
  }
}

function fieldsAggregated(aggregate: AggregateSpec): readonly string[] {
  if (aggregate.kind === "combine") return aggregate.input;
  return "field" in aggregate && aggregate.field !== undefined ? [aggregate.field] : [];
}
