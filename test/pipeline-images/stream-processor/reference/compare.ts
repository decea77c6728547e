/** What two runs gave, made comparable: in order where order means something, sorted where it does not. */
import type { Json, PipelineSpec } from "../../../../pipeline/spec";
import type { AnyRow } from "../../../../pipeline/schema/row";
import { Needs } from "../../../../pipeline-images/stream-processor/operators/needs";
import type { Came } from "./script";

/** Rows by output as texts, at each happening that gave any. */
export function comparable(spec: PipelineSpec, came: readonly Came[]): readonly string[] {
  const inOrder = new Set(Object.keys(spec.outputs).filter((name) => isInOrder(spec, spec.outputs[name] ?? "")));
  const textOf = texts(spec);
  return came.flatMap((outputs, nth) =>
    Object.keys(outputs)
      .toSorted()
      .flatMap((name) => {
        const rows = (outputs[name] ?? []).map((row) => ({ row, text: `${nth} ${name} ${textOf(row)}` }));
        const group = groupOf(spec, spec.outputs[name] ?? "");
        if (group !== undefined) rows.sort((a, b) => order(group(a.row), group(b.row)));
        else if (!inOrder.has(name)) rows.sort((a, b) => order(a.text, b.text));
        return rows.map(({ text }) => text);
      }),
  );
}

/** What tells the key and the window of a row that an aggregate gave: the panes of one come one after the other. */
function groupOf(spec: PipelineSpec, reference: string): ((row: AnyRow) => string) | undefined {
  const step = spec.steps.find(({ id }) => id === reference);
  if (step?.kind !== "aggregate") return undefined;
  const bounds = step.aggregates.filter(({ kind }) => kind === "windowStart" || kind === "windowEnd");
  if (bounds.length < 2) return undefined;
  return (row) => canonical([...(step.keys ?? []), ...bounds.map(({ name }) => name)].map((name) => row[name] ?? null));
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Rows of one message after the other, made by one chain of steps. */
function isInOrder(spec: PipelineSpec, reference: string): boolean {
  if (Object.hasOwn(spec.inputs, reference)) return true;
  const step = spec.steps.find(({ id }) => id === reference);
  const chained = ["filter", "assert", "map", "withFields", "flatMap", "select", "rename", "processingTime"];
  if (step === undefined || ![...chained, "eventTime", "window"].includes(step.kind)) return false;
  return isInOrder(spec, step.inputs[0] ?? "");
}

function texts(spec: PipelineSpec): (row: AnyRow) => string {
  const needs = new Needs(spec);
  const aggregates = spec.steps.flatMap((step) => (step.kind === "aggregate" ? step.aggregates : []));
  const collected = new Set(aggregates.flatMap(({ kind, name }) => (kind === "collect" ? [name] : [])));
  const sampled = new Map(aggregates.flatMap((one) => (one.kind === "sample" ? [[one.name, one.size]] : [])));
  const sorted = (name: string, value: Json): Json => {
    if (!Array.isArray(value)) return value;
    const list = value as readonly Json[];
    // Which of more rows a sample holds is chance.
    if (sampled.get(name) === list.length) return `${list.length} rows`;
    const unordered = collected.has(name) || sampled.has(name);
    return unordered ? list.toSorted((a, b) => order(canonical(a), canonical(b))) : list;
  };
  const normal = (value: Json): Json => {
    if (Array.isArray(value)) return (value as readonly Json[]).map(normal);
    if (typeof value !== "object" || value === null) return value;
    const row = isError(value as AnyRow) ? { ...(value as AnyRow), row: read(value as AnyRow) } : value;
    return Object.fromEntries(Object.entries(row as AnyRow).map(([name, one]) => [name, sorted(name, normal(one))]));
  };
  // The engine carries no field that nobody reads, so that the row of an error has those that the step was to have.
  const read = ({ step, row }: AnyRow): Json => {
    if (row === null) return null;
    // Errors that a later step took apart may tell no more whose they are.
    if (step === undefined) return "a row";
    const names = needs.of(spec.steps.find(({ id }) => id === step)?.inputs[0] ?? "");
    return Object.fromEntries(Object.entries(row as AnyRow).filter(([name]) => names.includes(name)));
  };
  return (row) => canonical(normal(row));
}

const isError = (row: AnyRow): boolean => "row" in row;

/** JSON with the names of its objects in order. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as AnyRow).toSorted(([a], [b]) => order(a, b));
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join()}}`;
}
