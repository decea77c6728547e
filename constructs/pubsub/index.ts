/** Pub/Sub: `data-journey/pubsub`. */
export { BigQuerySubscription, type BigQuerySubscriptionProps } from "./bigquery-subscription";
export { DeadLetters, type DeadLettersProps } from "./dead-letters";
export { PullSubscription, type PullSubscriptionProps } from "./pull-subscription";
export { PushSubscription, type Invokable, type PushSubscriptionProps } from "./push-subscription";
export { type AnySubscription, type SubscriptionProps } from "./subscription";
export { Topic, type AnyTopic, type TopicProps } from "./topic";
export { TopicSchema, type TopicSchemaProps } from "./topic-schema";
