/**
 * What the ingest proxy is told: names and types of its environment. It answers
 * `GET /` (health), and `POST /json` with 2xx only after Pub/Sub has the message.
 */
export interface IngestProxyEnvironment {
  /** Where bodies are published: projects/P/topics/T. */
  readonly TOPIC: string;
  /** Fields of the event that are copied to attributes of the same name, for subscription filters: JSON array of names. */
  readonly ATTRIBUTES?: string;
  /** Largest body, in bytes. */
  readonly MAX_BODY_BYTES?: string;
  /** Requests a second that one instance takes before it answers 429. */
  readonly MAX_REQUESTS_PER_SECOND?: string;
  /** Set where the topic has a schema: the event's fields as JSON, so that bodies are encoded as Pub/Sub wants them. */
  readonly EVENT_FIELDS?: string;
}
