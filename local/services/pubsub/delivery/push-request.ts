import type { PushConfig } from "../api/messages";
import { timeText } from "../message";
import type { Delivery } from "../delivery";
import type { Subscription } from "../subscription";

export interface PushRequest {
  readonly headers: { readonly [name: string]: string };
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/**
 * A message as it is posted to an endpoint: wrapped in JSON, or bare.
 * @see https://cloud.google.com/pubsub/docs/push#receive_push
 * @see https://cloud.google.com/pubsub/docs/payload-unwrapping
 */
export function pushRequest({ name, config }: Subscription, delivery: Delivery): PushRequest {
  const attempt = config.deadLetterPolicy === undefined ? undefined : delivery.attempts;
  const { noWrapper } = config.pushConfig as PushConfig;
  return noWrapper === undefined ? wrapped(name, delivery, attempt) : bare(name, delivery, noWrapper.writeMetadata);
}

function wrapped(subscription: string, { message }: Delivery, deliveryAttempt: number | undefined): PushRequest {
  const { data, attributes, messageId, orderingKey } = message.decode();
  const publishTime = timeText(message.publishTime);
  const body = JSON.stringify({
    deliveryAttempt,
    message: {
      attributes: Object.keys(attributes).length === 0 ? undefined : attributes,
      data: data.length === 0 ? undefined : Buffer.from(data).toString("base64"),
      messageId,
      message_id: messageId,
      orderingKey: orderingKey === "" ? undefined : orderingKey,
      publishTime,
      publish_time: publishTime,
    },
    subscription,
  });
  return { headers: { "content-type": "application/json" }, body };
}

/** What a header's name and value may be made of; an attribute that does not fit is left out. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function bare(subscription: string, { message }: Delivery, writeMetadata: boolean): PushRequest {
  const { data, attributes, messageId, orderingKey } = message.decode();
  const body = Uint8Array.from(data);
  if (!writeMetadata) return { headers: {}, body };
  const fitting = Object.entries(attributes).filter(([name, value]) => NAME.test(name) && VALUE.test(value));
  const headers = {
    ...Object.fromEntries(fitting),
    "x-goog-pubsub-subscription-name": subscription,
    "x-goog-pubsub-message-id": messageId,
    "x-goog-pubsub-publish-time": timeText(message.publishTime),
    ...(orderingKey !== "" && VALUE.test(orderingKey) && { "x-goog-pubsub-ordering-key": orderingKey }),
  };
  return { headers, body };
}
