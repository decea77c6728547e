/** What the container of an event handler is told: names and types, nothing else. */
export interface EventHandlerEnvironment {
  /** Where what it publishes goes: projects/P/topics/T. Absent where it publishes nothing. */
  readonly PUBLISH_TO?: string;
  /** Where messages go that cannot be handled however often it is tried: projects/P/topics/T. */
  readonly FAILURES?: string;
  /** The audience of the token that Pub/Sub sends. */
  readonly AUDIENCE?: string;
  /** The e-mail of the account whose token Pub/Sub sends. */
  readonly PUSHER?: string;
}

/** A message published to {@link EventHandlerEnvironment.FAILURES}: its data is a {@link FailureRow} as JSON. */
export interface FailureAttributes {
  /** "fatal": it said so itself; "parse": it is not what it should be. */
  readonly reason: "fatal" | "parse";
  readonly message_id: string;
}

export interface FailureRow {
  readonly error: string;
  /** The message as it came, in base64. */
  readonly raw_data: string;
  readonly attributes: { readonly [name: string]: string };
  readonly message_id: string;
  /** RFC 3339; null where Pub/Sub did not say. */
  readonly publish_time: string | null;
}
