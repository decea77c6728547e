/** What the processor asks of Pub/Sub. Requests and responses are bytes: see {@link MessageBatch}. */
export interface Subscriber {
  /** Opens one stream of messages. */
  open(listener: StreamListener): MessageStream;
  /**
   * Resolves once Pub/Sub has said OK: only then is an acknowledgement confirmed, and nobody has the request's bytes in
   * hand any more.
   */
  acknowledge(request: Uint8Array): Promise<void>;
  modifyDeadline(request: Uint8Array): Promise<void>;
}

export interface StreamListener {
  /** The connection stands: what there is will come. */
  connected(): void;
  /** A StreamingPullResponse. */
  response(bytes: Uint8Array): void;
  /** The stream is over, however that came. */
  ended(error: Error): void;
}

export interface MessageStream {
  close(): void;
}

/** It will not succeed by asking again: the acknowledgement ids are no longer valid. The messages come again. */
export class NotAcknowledged extends Error {
  override readonly name = "NotAcknowledged";
}
