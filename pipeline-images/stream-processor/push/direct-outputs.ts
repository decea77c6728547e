/**
 * Outputs without a log: rows go to their sinks at once, at least once. Tables by their default stream; topics with a
 * `row_id` of the message, the output and the place, the same whenever the message is pushed again.
 */
import { rowsOfSpec } from "../../../pipeline/rows-of-spec";
import { fieldSpecs } from "../../../pipeline/schema/field-spec";
import type { AnyRow } from "../../../pipeline/schema/row";
import { compileRowEncoder, storageWriteDescriptor } from "../../../pipeline/schema/storage-write";
import type { FieldSpec } from "../../../pipeline/spec";
import { errorFields } from "../../../pipeline/transforms/errors";
import type { OutputBinding } from "../../../pipeline/bindings";
import type { Request } from "../checkpoint/record";
import { writeErrorRow } from "../operators/error-rows";
import type { Moment, TakeRow } from "../operators/flow";
import { type Bound, ERRORS, sinkOf } from "../processor/meaning";
import { errorAttributes, readable, tablePath } from "../processor/outputs";
import { ROW, splitRows, withoutRows } from "../sinks/proto-rows";
import { RowBuffer } from "../sinks/row-buffer";
import type { TableClient } from "../sinks/table-client";
import type { TopicClient } from "../sinks/topic-client";
import { MESSAGE, MOST_MESSAGES, writeMessage } from "../sinks/topic-output";

const MOST_ROWS = 10_000;

/** An output's rows of a batch of messages. */
export interface DirectOutput {
  readonly name: string;
  readonly take: TakeRow;
  /** Sends what was taken; resolves with the number of rows once all of them are confirmed. */
  send(): Promise<number>;
}

export interface DirectOptions {
  readonly bound: Bound;
  readonly tables: TableClient;
  readonly topics: TopicClient;
  /** The message that is worked on. */
  readonly moment: () => Moment;
  /** A row that its table refused is counted. */
  readonly refused: () => void;
}

/** By name, the error output apart: what tables refuse goes to it, so that it is sent last. */
export function directOutputs(options: DirectOptions): {
  outputs: ReadonlyMap<string, DirectOutput>;
  errors: DirectOutput;
} {
  const { bound } = options;
  const rows = rowsOfSpec(bound.spec);
  const errors = topicOutput(options, ERRORS, bound.errors, (row) => errorAttributes(bound.spec.name, row));
  const outputs = new Map<string, DirectOutput>();
  for (const [name, reference] of Object.entries(bound.spec.outputs)) {
    const binding = bound.outputs[name] as OutputBinding;
    const fields = rows.get(reference) ?? fieldSpecs(errorFields);
    const output =
      "topic" in binding
        ? topicOutput(options, name, binding.topic, () => ({}))
        : tableOutput(options, name, tablePath(sinkOf(binding)), fields, errors);
    outputs.set(name, output);
  }
  return { outputs, errors };
}

function tableOutput(
  { tables, refused }: DirectOptions,
  name: string,
  table: string,
  fields: readonly FieldSpec[],
  errors: DirectOutput,
): DirectOutput {
  const buffer = new RowBuffer(ROW, storageWriteDescriptor(fields), compileRowEncoder(fields), MOST_ROWS, 0);
  const stream = `${table}/streams/_default`;
  const append = async ({ payload, descriptor, rows }: Request): Promise<number> => {
    const outcome = await tables.append({ stream, offset: undefined, descriptor, rows: payload });
    if (outcome.kind === "written") return rows;
    if (outcome.kind !== "refused") throw new Error(`${stream} does not take rows: it is ${outcome.kind}`);
    const all = splitRows(payload);
    for (const [place, message] of outcome.rows) {
      refused();
      errors.take(writeErrorRow(name, message, readable(all[place] as Uint8Array, descriptor)), 0);
    }
    const rest = withoutRows(payload, [...outcome.rows.keys()]);
    const left = rows - outcome.rows.size;
    return left === 0 ? 0 : append({ number: 0, payload: rest, descriptor, rows: left });
  };
  return { name, take: (row) => buffer.add(row), send: () => sumOf(buffer.take().map(append)) };
}

function topicOutput(
  { topics, moment }: DirectOptions,
  name: string,
  topic: string,
  attributes: (row: AnyRow) => { readonly [name: string]: string | undefined },
): DirectOutput {
  // The place of a row among those that its message has given to this output.
  let last = "";
  let count = 0;
  const rowId = (): string | undefined => {
    const { messages, place } = moment();
    if (messages === undefined) return undefined;
    const id = messages.id(place);
    count = id === last ? count + 1 : 0;
    last = id;
    return `${id}-${name}-${count}`;
  };
  const buffer = new RowBuffer(
    MESSAGE,
    new Uint8Array(0),
    (row, writer) => writeMessage(writer, row, { ...attributes(row), row_id: rowId() }),
    MOST_MESSAGES,
    0,
  );
  const publish = async ({ payload, rows }: Request): Promise<number> => {
    await topics.publish(topic, payload);
    return rows;
  };
  return { name, take: (row) => buffer.add(row), send: () => sumOf(buffer.take().map(publish)) };
}

async function sumOf(counts: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
