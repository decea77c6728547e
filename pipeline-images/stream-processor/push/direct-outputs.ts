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
import {
  type Attributes,
  attributesOf,
  MESSAGE,
  MOST_MESSAGES,
  orderingKeyOf,
  splitByKey,
  type TopicFields,
  unfitForTopic,
  writeMessage,
} from "../sinks/topic-message";

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
  const errors: DirectOutput = topicOutput(
    options,
    { name: ERRORS, topic: bound.errors, fields: {}, attributes: (row) => errorAttributes(bound.spec.name, row) },
    () => errors,
  );
  const outputs = new Map<string, DirectOutput>();
  for (const [name, reference] of Object.entries(bound.spec.outputs)) {
    const binding = bound.outputs[name] as OutputBinding;
    const fields = rows.get(reference) ?? fieldSpecs(errorFields);
    const output =
      "topic" in binding
        ? topicOutput(options, { name, topic: binding.topic, fields: binding, attributes: () => ({}) }, () => errors)
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

interface DirectTopic {
  readonly name: string;
  readonly topic: string;
  readonly fields: TopicFields;
  readonly attributes: (row: AnyRow) => Attributes;
}

function topicOutput(
  { topics, moment, refused }: DirectOptions,
  { name, topic, fields, attributes }: DirectTopic,
  errors: () => DirectOutput,
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
    (row, writer) => {
      const all = { ...attributes(row), ...attributesOf(fields, row), row_id: rowId() };
      writeMessage(writer, row, all, orderingKeyOf(fields, row));
    },
    MOST_MESSAGES,
    0,
  );
  const publish = async ({ payload, rows }: Request): Promise<number> => {
    const requests = fields.orderingKey === undefined ? [payload] : splitByKey(payload);
    await Promise.all(requests.map((messages) => topics.publish(topic, messages)));
    return rows;
  };
  const take: TakeRow = (row) => {
    const why = unfitForTopic(fields, row);
    if (why === undefined) return buffer.add(row);
    refused();
    errors().take(writeErrorRow(name, why, row), 0);
  };
  if (fields.orderingKey === undefined) return { name, take, send: () => sumOf(buffer.take().map(publish)) };
  // What was sent before is there, or has failed, before the next leaves: also between batches that are underway at once.
  let before: Promise<unknown> = Promise.resolve();
  const send = async (requests: readonly Request[], earlier: Promise<unknown>): Promise<number> => {
    await earlier.catch(() => undefined);
    let rows = 0;
    // oxlint-disable-next-line no-await-in-loop -- in order
    for (const request of requests) rows += await publish(request);
    return rows;
  };
  return {
    name,
    take,
    send() {
      const sending = send(buffer.take(), before);
      before = sending;
      return sending;
    },
  };
}

async function sumOf(counts: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
