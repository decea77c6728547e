import { bytes, field, map, message, repeated, string } from "../pipeline/protobuf/message";
import type { Channel } from "../runtime/grpc";

const PUBLISH = "/google.pubsub.v1.Publisher/Publish";

/** @see https://cloud.google.com/pubsub/docs/reference/rpc/google.pubsub.v1 */
const PubsubMessage = message({
  data: field(1, bytes),
  attributes: field(2, map(string)),
  ordering_key: field(5, string),
});
const PublishRequest = message({ topic: field(1, string), messages: field(2, repeated(PubsubMessage)) });
const PublishResponse = message({ message_ids: field(1, repeated(string)) });

export interface PublishOptions {
  /** For subscriptions' filters. @default none */
  readonly attributes?: { readonly [name: string]: string };
  /** Messages of one key are delivered in order, to subscriptions that want that. @default none */
  readonly orderingKey?: string;
}

/**
 * Publishes one message.
 * @param data bytes or text as they are, anything else as JSON
 * @returns its id, once Pub/Sub has it
 */
export async function publishTo(
  channel: Channel,
  topic: string,
  data: unknown,
  { attributes = {}, orderingKey = "" }: PublishOptions = {},
): Promise<string> {
  const request = PublishRequest.encode({
    topic,
    messages: [{ data: bytesOf(data), attributes, ordering_key: orderingKey }],
  });
  const { message_ids } = PublishResponse.decode(await channel.unary(PUBLISH, request, { topic }));
  return message_ids[0] ?? "";
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return Buffer.from(typeof data === "string" ? data : JSON.stringify(data));
}
