import { timestampOfMilliseconds, normalTimestamp, millisecondsOf } from "../../../pipeline/schema/timestamp";
import { envelopeOf, type PushEnvelope } from "../../../runtime/push-envelope";
import type { Messages } from "../operators/flow";

/**
 * One message that was pushed, read from its wrapped body.
 * @see https://cloud.google.com/pubsub/docs/push#receive_push
 */
export class PushedMessage implements Messages {
  readonly bytes: Uint8Array;
  private readonly message: PushEnvelope["message"];

  /** @throws Error where the body is not what Pub/Sub pushes. */
  constructor(
    body: Uint8Array,
    private readonly received: number,
  ) {
    const envelope = envelopeOf(body);
    this.message = envelope.message;
    this.bytes = Buffer.from(this.message.data ?? "", "base64");
  }

  dataStart(): number {
    return 0;
  }

  dataEnd(): number {
    return this.bytes.length;
  }

  id(): string {
    return this.message.messageId;
  }

  publishedAt(): number {
    return millisecondsOf(this.publishTime());
  }

  publishTime(): string {
    return normalTimestamp(this.message.publishTime ?? "") ?? timestampOfMilliseconds(this.received);
  }

  attributes(): { readonly [name: string]: string } {
    return this.message.attributes ?? {};
  }
}
