/** Topics of Pub/Sub, a message for each row, at least once: each has a `row_id` that stays the same when it is sent again. */
import type { OutputBinding } from "../../../pipeline/bindings";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Request } from "../checkpoint/record";
import type { Messages, Moment, TakeRow } from "../operators/flow";
import { RowBuffer } from "./row-buffer";
import { type DirectOutput, inOrder, type LoggedSink, type SinkKind, type SinkOptions, sumOf } from "./sink";
import {
  type Attributes,
  attributesOf,
  MESSAGE,
  MOST_MESSAGES,
  orderingKeyOf,
  splitByKey,
  unfitForTopic,
  writeMessage,
} from "./topic-message";
import { TopicOutput } from "./topic-output";

export type TopicBinding = Extract<OutputBinding, { readonly topic: string }>;

/** What stands in a row's attributes beside those of its binding. */
export type AttributesOf = (row: AnyRow) => Attributes;

const noAttributes: AttributesOf = () => ({});

export const topicSink: SinkKind<TopicBinding> = {
  name: ({ topic }) => topic,
  logged: (options) => loggedTopic(options, noAttributes),
  direct: (options) => directTopic(options, noAttributes),
};

export function loggedTopic(options: LoggedSink<TopicBinding>, attributes: AttributesOf): TopicOutput {
  const { output, binding, clients, recorded, refuse } = options;
  const about = { client: clients.topics, topic: binding.topic, fields: binding, attributes, refused: refuse };
  return new TopicOutput(output, { ...options, ...about }, recorded);
}

export function directTopic(
  { output, binding, clients, moment, refuse }: SinkOptions<TopicBinding>,
  attributes: AttributesOf,
): DirectOutput {
  const rowId = rowIds(output, moment);
  const buffer = new RowBuffer(
    MESSAGE,
    new Uint8Array(0),
    (row, writer) => {
      const all = { ...attributes(row), ...attributesOf(binding, row), row_id: rowId() };
      writeMessage(writer, row, all, orderingKeyOf(binding, row));
    },
    MOST_MESSAGES,
    0,
  );
  const publish = async ({ payload, rows }: Request): Promise<number> => {
    const requests = binding.orderingKey === undefined ? [payload] : splitByKey(payload);
    await Promise.all(requests.map((messages) => clients.topics.publish(binding.topic, messages)));
    return rows;
  };
  const take: TakeRow = (row) => {
    const why = unfitForTopic(binding, row);
    if (why === undefined) buffer.add(row);
    else refuse(row, why);
  };
  const sendAll =
    binding.orderingKey === undefined
      ? (requests: readonly Request[]) => sumOf(requests.map(publish))
      : inOrder(publish);
  return { name: output, take, send: () => sendAll(buffer.take()) };
}

/** Ids of rows without a log: of the message that a row comes from, the output, and the place among those that the message gave to it. */
export function rowIds(output: string, moment: () => Moment): () => string | undefined {
  let last: Messages | undefined;
  let at = 0;
  let count = 0;
  return () => {
    const { messages, place } = moment();
    if (messages === undefined) return undefined;
    // Not by its id: the message may be the next one as well, when it comes again.
    count = messages === last && place === at ? count + 1 : 0;
    last = messages;
    at = place;
    return `${messages.id(place)}-${output}-${count}`;
  };
}
