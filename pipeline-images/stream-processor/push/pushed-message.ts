import { timestampOfMilliseconds, normalTimestamp, millisecondsOf } from "../../../pipeline/schema/timestamp";
import type { Messages } from "../operators/flow";

/**
 * One message that was pushed, read from its wrapped body.
 * @see https://cloud.google.com/pubsub/docs/push#receive_push
 */
export class PushedMessage implements Messages {
  readonly bytes: Uint8Array;
  private readonly message: Envelope["message"];

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

interface Envelope {
  readonly message: {
    readonly data?: string;
    readonly messageId: string;
    readonly publishTime?: string;
    readonly attributes?: { readonly [name: string]: string };
  };
}

function envelopeOf(body: Uint8Array): Envelope {
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  } catch {
    throw new Error("the body is not JSON");
  }
  const message = typeof given === "object" && given !== null && "message" in given ? given.message : undefined;
  const id = typeof message === "object" && message !== null && "messageId" in message ? message.messageId : undefined;
  if (typeof id !== "string") throw new Error('the body is no pushed message: it has no "message" with a "messageId"');
  return given as Envelope;
}
