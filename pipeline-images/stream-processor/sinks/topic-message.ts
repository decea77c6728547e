/** Rows as messages: their JSON, what of it stands in attributes, and the key that keeps some of them in order. */
import { WireReader, WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { Json } from "../../../pipeline/spec";

/** PublishRequest.messages */
export const MESSAGE = 2;
/** @see https://cloud.google.com/pubsub/quotas#resource_limits */
export const MOST_MESSAGES = 1_000;
const LONGEST_VALUE = 1_024;

/** Fields of PubsubMessage. */
const DATA = 1;
const ATTRIBUTES = 2;
const ORDERING_KEY = 5;
const { bytes } = WireType;

export interface Attributes {
  readonly [name: string]: string | undefined;
}

/** What a topic's binding says of its messages. */
export interface TopicFields {
  /** The field that is the ordering key. */
  readonly orderingKey?: string;
  /** The fields that are attributes as well. */
  readonly attributes?: readonly string[];
}

/** The attributes that a row's message has because of its binding. A null is none. */
export const attributesOf = ({ attributes = [] }: TopicFields, row: AnyRow): Attributes =>
  Object.fromEntries(attributes.map((name) => [name, textOf(row[name])]));

/** The ordering key of a row's message; undefined where it has none, and comes in any order. */
export const orderingKeyOf = ({ orderingKey }: TopicFields, row: AnyRow): string | undefined =>
  orderingKey === undefined ? undefined : textOf(row[orderingKey]) || undefined;

/**
 * Why Pub/Sub would not take a row's message; undefined where it would. Said beforehand: it refuses the whole request,
 * and would refuse it whenever it is sent again.
 */
export function unfitForTopic(fields: TopicFields, row: AnyRow): string | undefined {
  const { orderingKey, attributes = [] } = fields;
  const values = orderingKey === undefined ? attributes : [orderingKey, ...attributes];
  for (const name of values) {
    const length = Buffer.byteLength(textOf(row[name]) ?? "");
    if (length <= LONGEST_VALUE) continue;
    const what = name === orderingKey ? "an ordering key" : "an attribute";
    return `${name} is ${length} bytes: ${what} has ${LONGEST_VALUE} at most`;
  }
  return undefined;
}

/** A field's value as text: that of a STRING as it is, of anything else its JSON. */
function textOf(value: Json | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Writes a PubsubMessage: the row as JSON, its attributes, its ordering key. */
export function writeMessage(writer: WireWriter, row: AnyRow, attributes: Attributes, orderingKey?: string): void {
  writer.tag(DATA, bytes).string(JSON.stringify(row));
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    writer.tag(ATTRIBUTES, bytes).message((entry) => entry.tag(1, bytes).string(name).tag(2, bytes).string(value));
  }
  if (orderingKey !== undefined) writer.tag(ORDERING_KEY, bytes).string(orderingKey);
}

/**
 * The messages of a request, apart by their ordering key: Pub/Sub takes one key in a request. Those of a key keep their
 * order.
 * @param messages PublishRequest's `messages`, each with its tag and length
 * @see https://cloud.google.com/pubsub/docs/reference/rest/v1/PubsubMessage
 */
export function splitByKey(messages: Uint8Array): readonly Uint8Array[] {
  const byKey = new Map<string, WireWriter>();
  const reader = new WireReader(messages);
  while (!reader.done) {
    reader.uint32();
    const one = reader.view8();
    const key = keyOfMessage(one);
    const writer = byKey.get(key) ?? new WireWriter();
    byKey.set(key, writer.tag(MESSAGE, bytes).delimited(one));
  }
  return [...byKey.values()].map((writer) => writer.finish());
}

function keyOfMessage(message: Uint8Array): string {
  const reader = new WireReader(message);
  while (!reader.done) {
    const tag = reader.uint32();
    if (tag >>> 3 === ORDERING_KEY) return reader.string();
    reader.skip(tag & 7);
  }
  return "";
}
