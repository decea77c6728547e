/** Pub/Sub: `data-journey/pubsub`. */
export { BigQuerySubscription, type BigQuerySubscriptionProps } from "./bigquery-subscription";
export { CloudStorageSubscription, type CloudStorageSubscriptionProps } from "./cloud-storage-subscription";
export { DeadLetters, type DeadLettersProps } from "./dead-letters";
export type {
  CloudStorageIngestion,
  ConfluentIngestion,
  EventHubsIngestion,
  Ingestion,
  KinesisIngestion,
  MskIngestion,
} from "./ingestion";
export { PullSubscription, type PullSubscriptionProps } from "./pull-subscription";
export { PushSubscription, type Invokable, type PushSubscriptionProps } from "./push-subscription";
export type { AnySubscription } from "./subscription";
export type { SubscriptionProps } from "./subscription-props";
export { Topic, type AnyTopic, type TopicProps } from "./topic";
export { TopicSchema, type AnyTopicSchema, type SchemaText, type TopicSchemaProps } from "./topic-schema";
export type { MessageFunction, MessageTransform, TransformedMessage, TransformMetadata } from "./transforms";
