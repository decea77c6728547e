/** The outputs of a pipeline, bound to their sinks and taken up where the log left them. */
import { rowsOfSpec } from "../../../pipeline/rows-of-spec";
import { fieldSpecs } from "../../../pipeline/schema/field-spec";
import { compileRowReader, type WireValue } from "../../../pipeline/schema/storage-read";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Json } from "../../../pipeline/spec";
import { errorFields } from "../../../pipeline/transforms/errors";
import type { OutputBinding } from "../../../pipeline/bindings";
import type { Ledger } from "../checkpoint/ledger";
import { RecordedOutput } from "../checkpoint/recorded-output";
import { writeErrorRow } from "../operators/error-rows";
import type { Output, OutputOptions } from "../sinks/output";
import { type RefusedRow, TableOutput } from "../sinks/table-output";
import type { Attributes, TopicFields } from "../sinks/topic-message";
import { TopicOutput } from "../sinks/topic-output";
import { type Bound, ERRORS, sinkOf } from "./meaning";
import type { Troubles } from "./troubles";
import type { World } from "./world";

export interface OutputsOptions extends Omit<OutputOptions, "trouble"> {
  readonly bound: Bound;
  readonly world: World;
  readonly ledger: Ledger;
  readonly term: number;
  readonly troubles: Troubles;
  readonly assume: "written" | "lost" | undefined;
  /** A row that its table refused is counted. */
  readonly refused: () => void;
}

/** By name; the error output is the last. */
export function makeOutputs(options: OutputsOptions): ReadonlyMap<string, Output> {
  const { bound, world, ledger, term, troubles, assume } = options;
  const rows = rowsOfSpec(bound.spec);
  const outputs = new Map<string, Output>();
  const recorded = (name: string, sink: string): RecordedOutput => {
    const found = ledger.outputs.get(name);
    if (found !== undefined && ledger.context?.sinks[name] === sink) return found;
    // Bound to another sink, and nothing is left to write: a new stream, and the numbers go on.
    return Object.assign(new RecordedOutput(name), { next: found?.next ?? 0 });
  };
  const topic = (name: string, to: string, fields: TopicFields, attributes: (row: AnyRow) => Attributes) => {
    const refused = (row: AnyRow, why: string): void => refuse(name, why, row);
    const about = { trouble: troubles.about(to), client: world.topics, topic: to, term, fields, attributes, refused };
    return new TopicOutput(name, { ...options, ...about }, recorded(name, to));
  };
  const errors = topic(ERRORS, bound.errors, {}, (row) => errorAttributes(bound.spec.name, row));
  const refuse = (name: string, why: string, row: Json): void => {
    options.refused();
    errors.take(writeErrorRow(name, why, row), 0);
  };
  for (const [name, reference] of Object.entries(bound.spec.outputs)) {
    const binding = bound.outputs[name] as OutputBinding;
    const sink = sinkOf(binding);
    if ("topic" in binding)
      outputs.set(
        name,
        topic(name, binding.topic, binding, () => ({})),
      );
    else {
      const fields = rows.get(reference) ?? fieldSpecs(errorFields);
      const refused = (rows: readonly RefusedRow[]): void => {
        for (const { message, row, descriptor } of rows) refuse(name, message, readable(row, descriptor));
      };
      const table = { client: world.tables, table: tablePath(sink), fields, refused, assume };
      outputs.set(
        name,
        new TableOutput(name, { ...options, trouble: troubles.about(sink), ...table }, recorded(name, sink)),
      );
    }
  }
  return outputs.set(ERRORS, errors);
}

/** The attributes that the contract promises of a message of the error output. */
export const errorAttributes = (pipeline: string, row: AnyRow): Attributes => ({
  pipeline,
  step: row["step"] as string,
  reason: row["reason"] as string,
  message_id: (row["message_id"] as string | null) ?? undefined,
});

/** project.dataset.table as the Storage Write API names it. */
export function tablePath(table: string): string {
  const [project, dataset, name] = tableParts(table);
  return `projects/${project}/datasets/${dataset}/tables/${name}`;
}

/** The parts of project.dataset.table. */
export function tableParts(table: string): readonly [project: string, dataset: string, name: string] {
  // A project's id may have dots.
  const [, project, dataset, name] = /^(.+)\.([^.]+)\.([^.]+)$/.exec(table) ?? [];
  if (project === undefined || dataset === undefined || name === undefined) {
    throw new Error(`"${table}" is no table: write project.dataset.table`);
  }
  return [project, dataset, name];
}

/** A row that was encoded for a table, as JSON. */
export const readable = (row: Uint8Array, descriptor: Uint8Array): Json =>
  asJson(compileRowReader(descriptor).read(row));

function asJson(value: WireValue): Json {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return (value as readonly WireValue[]).map(asJson);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asJson(one as WireValue)]));
}
