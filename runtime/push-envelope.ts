/**
 * What Pub/Sub pushes: a message in its wrapper.
 * @see https://cloud.google.com/pubsub/docs/push#receive_push
 */
export interface PushEnvelope {
  readonly message: {
    /** In base64; absent where it is empty. */
    readonly data?: string;
    readonly messageId: string;
    /** RFC 3339. */
    readonly publishTime?: string;
    readonly attributes?: { readonly [name: string]: string };
    readonly orderingKey?: string;
  };
  /** projects/P/subscriptions/S */
  readonly subscription?: string;
  /** From 1; absent where the subscription has no dead letters. */
  readonly deliveryAttempt?: number;
}

/** @throws Error where the body is not what Pub/Sub pushes. */
export function envelopeOf(body: Uint8Array): PushEnvelope {
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  } catch {
    throw new Error("the body is not JSON");
  }
  const message = typeof given === "object" && given !== null && "message" in given ? given.message : undefined;
  const id = typeof message === "object" && message !== null && "messageId" in message ? message.messageId : undefined;
  if (typeof id !== "string") throw new Error('the body is no pushed message: it has no "message" with a "messageId"');
  return given as PushEnvelope;
}
