import { Construct } from "constructs";
import type { Duration } from "../../pipeline/duration";
import type { Fields } from "../../pipeline/schema/field";
import type { Schema } from "../../pipeline/schema/schema";
import { check, type Rules } from "../core/rules";
import { kebab } from "../core/text";
import { DeadLetters } from "../pubsub/dead-letters";
import { Topic, type AnyTopic } from "../pubsub/topic";
import { TopicSchema } from "../pubsub/topic-schema";

export interface EventTopicProps<E extends Fields> {
  /** What an event is, without metadata. */
  readonly event: Schema<E, E>;
  /** @default the event's name: "click_event" makes "click-event" */
  readonly name?: string;
  /** A topic of yours. @default one that is made here */
  readonly topic?: AnyTopic;
  /**
   * Where what cannot be delivered or processed goes.
   * @default a topic and the subscription that keeps what it receives: "<topic>-dead-letters"
   */
  readonly deadLetters?: { readonly topic: AnyTopic };
  /**
   * Pub/Sub refuses messages that do not fit the event.
   * @default false: a client gets its answer, and what does not fit becomes a dead letter that can be looked at
   */
  readonly enforceSchema?: boolean;
  /** How long acknowledged messages can be replayed, 10m to 31d. It is paid for. @default not at all */
  readonly retention?: Duration;
}

const page = "https://cloud.google.com/pubsub/docs/schemas";

const rules: Rules<EventTopicProps<Fields>> = [
  {
    id: "enforceSchema-topic",
    reads: ["enforceSchema"],
    page,
    broken: ({ topic, enforceSchema, retention }) =>
      topic && (enforceSchema !== undefined || retention !== undefined)
        ? "enforceSchema and retention are a topic's own: give them to the topic that you give here (schema, retention)"
        : undefined,
  },
  {
    id: "event-metadata",
    reads: [],
    page,
    broken: ({ event }) =>
      event.metadata.length > 0
        ? `event is ${event.name} with metadata, which no client sends: give the schema itself, and withMetadata() to pipelines`
        : undefined,
  },
];

/**
 * The topic of one kind of event, and where its dead letters are kept.
 * @throws InvalidProps
 */
export class EventTopic<E extends Fields = Fields> extends Construct {
  readonly event: Schema<E, E>;
  readonly topic: AnyTopic;
  readonly deadLetters: { readonly topic: AnyTopic };
  /** Whether Pub/Sub refuses what does not fit the event. */
  readonly enforcesSchema: boolean;

  constructor(scope: Construct, id: string, props: EventTopicProps<E>) {
    super(scope, id);
    check(this, props, rules);
    const { event, name = kebab(event.name), enforceSchema = false, retention } = props;
    const schema = enforceSchema ? new TopicSchema(this, "schema", { event, name }) : undefined;
    this.event = event;
    this.topic = props.topic ?? new Topic(this, "topic", { name, schema, retention });
    this.enforcesSchema = this.topic instanceof Topic && this.topic.schema !== undefined;
    this.deadLetters =
      props.deadLetters ?? new DeadLetters(this, "dead-letters", { name: `${this.topic.key}-dead-letters` });
  }
}
