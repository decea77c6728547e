import { Construct } from "constructs";
import type { Duration } from "../../pipeline/duration";
import { deadLetterTopics } from "./journey-rules";
import { PullSubscription } from "./pull-subscription";
import { Topic, type AnyTopic } from "./topic";

export interface DeadLettersProps {
  /** The topic's name. @default the construct's id */
  readonly name?: string;
  /**
   * How long a dead letter is kept, 10m to 31d.
   * @default "31d", the longest: nobody looks at them every day
   */
  readonly retention?: Duration;
}

/**
 * Where messages go that a subscription could not deliver or a pipeline could not process, and the subscription that
 * keeps them. A dead-letter topic without a subscription loses what it receives, so the two are one construct.
 * @throws InvalidProps
 * @see https://cloud.google.com/pubsub/docs/dead-letter-topics
 */
export class DeadLetters extends Construct {
  readonly topic: AnyTopic;

  constructor(scope: Construct, id: string, props: DeadLettersProps = {}) {
    super(scope, id);
    const name = props.name ?? id;
    this.topic = new Topic(this, "topic", { name });
    new PullSubscription(this, "kept", {
      name: `${name}-kept`,
      topic: this.topic,
      retention: props.retention ?? "31d",
    });
    deadLetterTopics.tell(this, { topic: this.topic.fullName });
  }
}
