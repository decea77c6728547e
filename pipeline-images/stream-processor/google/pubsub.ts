/** Pub/Sub over gRPC: streams of messages, acknowledgements, publishing. */
import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import type { Clock } from "../../../runtime/clock";
import type { TopicClient } from "../sinks/topic-client";
import { type MessageStream, NotAcknowledged, type StreamListener, type Subscriber } from "../source/subscriber";
import { type ByteStream, type Channel, isCallError, codes } from "../../../runtime/grpc";

const STREAMING_PULL = "/google.pubsub.v1.Subscriber/StreamingPull";
const ACKNOWLEDGE = "/google.pubsub.v1.Subscriber/Acknowledge";
const MODIFY_ACK_DEADLINE = "/google.pubsub.v1.Subscriber/ModifyAckDeadline";
const PUBLISH = "/google.pubsub.v1.Publisher/Publish";

/** A stream without a word is ended after some minutes. */
const KEEP_ALIVE = 30_000;
/** Bytes of messages that a stream may have underway: with four of them, 64 MB that wait at most. */
const MOST_OUTSTANDING = 16 * 1024 * 1024;

export interface SubscriptionOptions {
  readonly channel: Channel;
  readonly clock: Clock;
  /** projects/P/subscriptions/S */
  readonly subscription: string;
  /** Milliseconds. */
  readonly lease: number;
  /** The same for all streams of a process. */
  readonly clientId: string;
}

export class PubSubSubscriber implements Subscriber {
  private readonly routing;

  constructor(private readonly options: SubscriptionOptions) {
    this.routing = { subscription: options.subscription };
  }

  open(listener: StreamListener): MessageStream {
    const { channel } = this.options;
    const call = channel.stream(STREAMING_PULL, this.routing);
    let over = false;
    const end = (error: Error): void => {
      if (over) return;
      over = true;
      listener.ended(error);
    };
    call.on("data", (response: Buffer) => listener.response(response));
    call.on("error", end);
    call.on("end", () => end(new Error("the stream of messages has ended")));
    call.write(this.firstRequest());
    channel.whenReady(() => {
      if (!over) listener.connected();
    });
    this.keepAlive(call, () => over);
    return {
      close: () => {
        over = true;
        call.cancel();
      },
    };
  }

  async acknowledge(request: Uint8Array): Promise<void> {
    try {
      await this.options.channel.unary(ACKNOWLEDGE, request, this.routing);
    } catch (error) {
      if (isFinal(error)) throw new NotAcknowledged(error.message);
      throw error;
    }
  }

  async modifyDeadline(request: Uint8Array): Promise<void> {
    await this.options.channel.unary(MODIFY_ACK_DEADLINE, request, this.routing);
  }

  /** StreamingPullRequest: subscription = 1, stream_ack_deadline_seconds = 5, client_id = 6, max_outstanding_bytes = 8. */
  private firstRequest(): Uint8Array {
    const { subscription, lease, clientId } = this.options;
    const writer = new WireWriter();
    writer.tag(1, WireType.bytes).string(subscription);
    writer.tag(5, WireType.varint).int32(lease / 1_000);
    writer.tag(6, WireType.bytes).string(clientId);
    writer.tag(8, WireType.varint).safeInt64(MOST_OUTSTANDING);
    return writer.finish();
  }

  private keepAlive(call: ByteStream, over: () => boolean): void {
    this.options.clock.after(KEEP_ALIVE, () => {
      if (over()) return;
      call.write(new Uint8Array(0));
      this.keepAlive(call, over);
    });
  }
}

/** With exactly-once delivery, ids that have ended are refused; otherwise only a request that is wrong. */
const isFinal = (error: unknown): error is Error =>
  isCallError(error) && (error.code === codes.INVALID_ARGUMENT || error.code === codes.FAILED_PRECONDITION);

/** PublishRequest: topic = 1, messages = 2. */
export const pubSubTopics = (channel: Channel): TopicClient => ({
  async publish(topic, messages) {
    const writer = new WireWriter(messages.length + 256);
    writer.tag(1, WireType.bytes).string(topic).raw(messages);
    await channel.unary(PUBLISH, writer.finish(), { topic });
  },
});
