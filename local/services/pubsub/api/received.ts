import {
  bool,
  bytes,
  field,
  int32,
  message,
  type MessageOf,
  optional,
  repeated,
  string,
} from "../../../../pipeline/protobuf/message";
import { ackIdOf } from "../ack-id";
import type { Delivery } from "../delivery";
import type { Subscription } from "../subscription";

/** The message goes out in the bytes in which it is stored. */
export const ReceivedMessage = message({
  ackId: field(1, string),
  message: field(2, bytes),
  deliveryAttempt: field(3, int32),
});
export type ReceivedMessage = MessageOf<typeof ReceivedMessage>;

export const PullResponse = message({ receivedMessages: field(1, repeated(ReceivedMessage)) });

/** Of acknowledgements, and of moved deadlines. */
const confirmation = (temporaryFailed: number) =>
  message({
    ackIds: field(1, repeated(bytes)),
    invalidAckIds: field(2, repeated(bytes)),
    temporaryFailedAckIds: field(temporaryFailed, repeated(bytes)),
  });
export const StreamingPullResponse = message({
  receivedMessages: field(1, repeated(ReceivedMessage)),
  modifyAckDeadlineConfirmation: field(3, optional(confirmation(3))),
  subscriptionProperties: field(
    4,
    optional(message({ exactlyOnceDeliveryEnabled: field(1, bool), messageOrderingEnabled: field(2, bool) })),
  ),
  acknowledgeConfirmation: field(5, optional(confirmation(4))),
});
export type StreamingPullResponse = MessageOf<typeof StreamingPullResponse>;

/** Deliveries as a subscriber gets them. Attempts are told only where dead letters count them. */
export function received({ config }: Subscription, deliveries: readonly Delivery[]): ReceivedMessage[] {
  const counts = config.deadLetterPolicy !== undefined;
  return deliveries.map(({ message, lease, attempts }) => ({
    ackId: ackIdOf(message.id, lease),
    message: message.encoded,
    deliveryAttempt: counts ? attempts : 0,
  }));
}
