import { Construct } from "constructs";
import type { Encrypted } from "../core/encryption";
import { deadLetterTopics } from "./journey-rules";
import { PullSubscription } from "./pull-subscription";
import { Topic, type AnyTopic, type TopicProps } from "./topic";

export interface DeadLettersProps extends Encrypted, Pick<TopicProps, "labels" | "regions"> {
  /** The topic's name; its subscription's is "<name>-kept". @default the construct's id */
  readonly name?: string;
  /**
   * How long a dead letter is kept, 10m to 31d.
   * @default "31d", the longest: nobody looks at them every day
   */
  readonly retention?: TopicProps["retention"];
}

/**
 * Where messages go that a subscription could not deliver or a pipeline could not process, and the subscription that
 * keeps them. A dead-letter topic without a subscription loses what it receives, so the two are one construct.
 * @throws InvalidProps
 * @see https://cloud.google.com/pubsub/docs/dead-letter-topics
 */
export class DeadLetters extends Construct {
  readonly topic: AnyTopic;
  /** What keeps them: who looks at them, or publishes them again, reads this. */
  readonly kept: PullSubscription;

  constructor(scope: Construct, id: string, props: DeadLettersProps = {}) {
    super(scope, id);
    const { name = id, retention = "31d", labels, ...topic } = props;
    this.topic = new Topic(this, "topic", { ...topic, name, labels });
    this.kept = new PullSubscription(this, "kept", { name: `${name}-kept`, topic: this.topic, retention, labels });
    deadLetterTopics.tell(this, { topic: this.topic.fullName });
  }
}
