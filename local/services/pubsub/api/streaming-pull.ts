import { Metadata, type ServerDuplexStream } from "@grpc/grpc-js";
import { CloudError } from "../../../errors";
import { fail } from "../../../grpc";
import { readAckId } from "../ack-id";
import type { Consumer, Delivery } from "../delivery";
import { ACK_DEADLINE } from "../limits";
import type { Subscription } from "../subscription";
import type { Turn } from "../turn";
import { checkDeadline } from "./acks";
import type { StreamingPullRequest } from "./messages";
import { MOST_BYTES, MOST_MESSAGES } from "./pull";
import { received, type StreamingPullResponse } from "./received";

export type Stream = ServerDuplexStream<StreamingPullRequest, Partial<StreamingPullResponse>>;

/**
 * One open stream: messages go out as long as the flow control that the subscriber asked for has room,
 * acknowledgements and deadlines come in.
 * @see https://cloud.google.com/pubsub/docs/pull#streamingpull_api
 */
export class StreamingPull implements Consumer {
  private readonly maxMessages: number;
  private readonly maxBytes: number;
  private leaseSeconds: number;
  private outstanding = 0;
  private outstandingBytes = 0;
  private full = false;
  private closed = false;

  /** @throws CloudError INVALID_ARGUMENT when the first request is not one. */
  constructor(
    private readonly stream: Stream,
    private readonly subscription: Subscription,
    first: StreamingPullRequest,
    private readonly turn: Turn,
  ) {
    this.leaseSeconds = checkLease(first.streamAckDeadlineSeconds);
    this.maxMessages = first.maxOutstandingMessages > 0 ? first.maxOutstandingMessages : Infinity;
    this.maxBytes = first.maxOutstandingBytes > 0 ? first.maxOutstandingBytes : Infinity;
    this.answer(first);
    // A subscriber sees by the headers that it is connected, before there is a message.
    stream.sendMetadata(new Metadata());
    stream.on("drain", () => {
      this.full = false;
      turn.wake(subscription);
    });
    subscription.join(this);
  }

  get severalOfOneKey(): boolean {
    return !this.closed;
  }

  offer(share: number): number {
    if (this.full || this.closed) return 0;
    const taken = this.subscription.take(this, {
      messages: Math.min(share, this.maxMessages - this.outstanding, MOST_MESSAGES),
      bytes: Math.min(this.maxBytes - this.outstandingBytes, MOST_BYTES),
      leaseSeconds: this.leaseSeconds,
    });
    if (taken.length === 0) return 0;
    this.outstanding += taken.length;
    for (const { message } of taken) this.outstandingBytes += message.size;
    this.send({ receivedMessages: received(this.subscription, taken) });
    return taken.length;
  }

  released({ message }: Delivery): void {
    this.outstanding -= 1;
    this.outstandingBytes -= message.size;
  }

  end(reason: CloudError): void {
    this.closed = true;
    fail(this.stream, reason);
  }

  /** A request after the first one. */
  request(request: StreamingPullRequest): void {
    if (request.subscription !== "") {
      throw new CloudError("INVALID_ARGUMENT", "subscription may only be set in first message");
    }
    if (request.streamAckDeadlineSeconds !== 0) this.leaseSeconds = checkLease(request.streamAckDeadlineSeconds);
    this.answer(request);
  }

  /** The subscriber is gone. What it holds stays leased until the leases end. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.subscription.leave(this);
  }

  private answer(request: StreamingPullRequest): void {
    const { ackIds, modifyDeadlineAckIds, modifyDeadlineSeconds } = request;
    if (modifyDeadlineAckIds.length !== modifyDeadlineSeconds.length) {
      throw new CloudError("INVALID_ARGUMENT", "ack IDs and deadlines must have the same size");
    }
    const acknowledged = ackIds.map((bytes) => {
      const id = readAckId(bytes);
      return id !== undefined && this.subscription.acknowledge(id);
    });
    const modified = modifyDeadlineAckIds.map((bytes, at) => {
      const id = readAckId(bytes);
      const seconds = modifyDeadlineSeconds[at] as number;
      checkDeadline(seconds);
      return id !== undefined && this.subscription.modify(id, seconds);
    });
    if (!this.subscription.config.enableExactlyOnceDelivery || ackIds.length + modified.length === 0) return;
    const response = {
      ...(ackIds.length > 0 && { acknowledgeConfirmation: confirmation(ackIds, acknowledged) }),
      ...(modified.length > 0 && { modifyAckDeadlineConfirmation: confirmation(modifyDeadlineAckIds, modified) }),
    };
    // What is confirmed is kept.
    this.turn.written().then(
      () => this.send(response),
      (error: unknown) => fail(this.stream, error),
    );
  }

  private send(response: Partial<StreamingPullResponse>): void {
    if (this.closed) return;
    const { enableExactlyOnceDelivery, enableMessageOrdering } = this.subscription.config;
    const subscriptionProperties = {
      exactlyOnceDeliveryEnabled: enableExactlyOnceDelivery,
      messageOrderingEnabled: enableMessageOrdering,
    };
    if (!this.stream.write({ ...response, subscriptionProperties })) this.full = true;
  }
}

function confirmation(
  ackIds: readonly Uint8Array[],
  done: readonly boolean[],
): NonNullable<StreamingPullResponse["acknowledgeConfirmation"]> {
  return {
    ackIds: ackIds.filter((_, at) => done[at]),
    invalidAckIds: ackIds.filter((_, at) => !done[at]),
    temporaryFailedAckIds: [],
  };
}

function checkLease(seconds: number): number {
  if (seconds < ACK_DEADLINE.least || seconds > ACK_DEADLINE.most) {
    throw new CloudError("INVALID_ARGUMENT", "stream_ack_deadline_seconds must be between 10 and 600 seconds");
  }
  return seconds;
}
