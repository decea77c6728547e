import { bytes, field, int32, map, message, repeated, string } from "../../../../pipeline/protobuf/message";
import { CloudError } from "../../../errors";
import { type AckId, readAckId } from "../ack-id";
import { ACK_DEADLINE } from "../limits";
import type { Subscription } from "../subscription";

/** Acknowledges by unary call: all, or with an error none. */
export function acknowledge(subscription: Subscription, ackIds: readonly Uint8Array[]): void {
  for (const id of validIds(subscription, ackIds, (one) => subscription.canAcknowledge(one)))
    subscription.acknowledge(id);
}

/** Moves deadlines by unary call: all, or with an error none. */
export function modifyDeadlines(subscription: Subscription, ackIds: readonly Uint8Array[], seconds: number): void {
  checkDeadline(seconds);
  for (const id of validIds(subscription, ackIds, (one) => subscription.isLeased(one)))
    subscription.modify(id, seconds);
}

/** 0 gives a message back. */
export function checkDeadline(seconds: number): void {
  if (seconds < 0 || seconds > ACK_DEADLINE.most) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      `The value for ack_deadline_seconds is out of bounds. You passed ${seconds} in the request, ` +
        `but the value must be between 0 and ${ACK_DEADLINE.most}.`,
    );
  }
}

/**
 * Where delivery is exactly once, ids of leases that are over are refused: each is named as permanently invalid.
 * The others of the request are named as transient failures, because Google's clients hold for failed whatever an
 * error does not name; they send those again, alone.
 */
function validIds(
  subscription: Subscription,
  ackIds: readonly Uint8Array[],
  isValid: (id: AckId) => boolean,
): readonly AckId[] {
  if (ackIds.length === 0) throw new CloudError("INVALID_ARGUMENT", "No ack ids specified.");
  const exact = subscription.config.enableExactlyOnceDelivery;
  const ids = ackIds.map((one) => {
    const id = readAckId(one);
    if (id === undefined && !exact) {
      throw new CloudError(
        "INVALID_ARGUMENT",
        `You have passed an invalid ack ID to the service (ack_id=${text(one)}).`,
      );
    }
    return id;
  });
  const valid = ids.filter((id) => id !== undefined).filter((id) => !exact || isValid(id));
  if (valid.length === ids.length) return valid;
  const refused = ids.map((id) => id === undefined || !isValid(id));
  throw invalidAckIds(ackIds.map((id, at) => [text(id), refused[at] === true] as const));
}

const text = (ackId: Uint8Array): string => Buffer.from(ackId).toString("utf8");

const ErrorInfo = message({ reason: field(1, string), domain: field(2, string), metadata: field(3, map(string)) });
const Any = message({ typeUrl: field(1, string), value: field(2, bytes) });
/** google.rpc.Status */
const Status = message({ code: field(1, int32), message: field(2, string), details: field(3, repeated(Any)) });

function invalidAckIds(ackIds: readonly (readonly [ackId: string, refused: boolean])[]): CloudError {
  const words =
    "Some acknowledgement ids in the request were invalid. This could be because the acknowledgement ids have " +
    "expired or the acknowledgement ids were malformed.";
  const error = new CloudError("INVALID_ARGUMENT", words);
  const info = ErrorInfo.encode({
    reason: "EXACTLY_ONCE_ACKID_FAILURE",
    domain: "pubsub.googleapis.com",
    metadata: Object.fromEntries(
      ackIds.map(([id, refused]) => [
        id,
        refused ? "PERMANENT_FAILURE_INVALID_ACK_ID" : "TRANSIENT_FAILURE_NOT_APPLIED",
      ]),
    ),
  });
  const details = [{ typeUrl: "type.googleapis.com/google.rpc.ErrorInfo", value: info }];
  return new CloudError(error.code, words, Status.encode({ code: error.grpcCode, message: words, details }));
}
