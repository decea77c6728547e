/** The constructs: what a user imports as `data-journey`. The language is `data-journey/pipeline`. */
export {
  ArtifactRegistry,
  type AnyArtifactRegistry,
  type ExistingArtifactRegistryProps,
  type ArtifactRegistryProps,
} from "./artifact-registry/artifact-registry";
export { RegistryStack } from "./artifact-registry/registry-stack";
export { Dataset, type AnyDataset, type ExistingDatasetProps } from "./bigquery/dataset";
export type { DatasetProps } from "./bigquery/dataset-props";
export type { TablePartition } from "./bigquery/partition";
export { Table, type AnyTable, type ExistingTableProps } from "./bigquery/table";
export type { TableProps } from "./bigquery/table-props";
export type { TableColumns } from "./bigquery/table-schema";
export { View, type ViewProps } from "./bigquery/view";
export {
  CloudRunService,
  type AnyCloudRunService,
  type CloudRunServiceProps,
  type ExistingServiceProps,
} from "./cloud-run/cloud-run-service";
export { WorkerPool, type WorkerPoolProps } from "./cloud-run/worker-pool";
export { type EncryptionKey } from "./core/encryption";
export { type Existing } from "./core/existing";
export { type Condition, type Grant, type GrantOptions, type Identity, type MadeRole } from "./core/grants";
export { ContainerImage, type FolderImageOptions } from "./core/image";
export { InvalidProps, withoutRule } from "./core/rules";
export { serviceAgent, type AgentName } from "./core/service-agents";
export { type GcpSettings } from "./core/settings";
export { configureGcp, Site } from "./core/site";
export { type Size } from "./core/size";
export { GcpStack, type GcpStackProps } from "./core/stack";
export { BatchPipeline, type BatchPipelineProps } from "./data-journey/batch-pipeline";
export { DataJourney, type DataJourneyProps } from "./data-journey/data-journey";
export type { MonitorOptions } from "./data-journey/monitored";
export {
  EventHandler,
  type EventHandlerProps,
  type FunctionHandler,
  type HandlerOptions,
  type ServiceHandler,
} from "./data-journey/event-handler";
export { EventTopic, type EventTopicProps } from "./data-journey/event-topic";
export { IngestProxy, type IngestOptions, type IngestProxyProps } from "./data-journey/ingest-proxy";
export { RawLanding, type LandingOptions, type RawLandingProps } from "./data-journey/raw-landing";
export { Runner } from "./data-journey/runners";
export type { DataflowOptions } from "./data-journey/runners/dataflow";
export type { PushServiceOptions } from "./data-journey/runners/push-service";
export type { WorkerPoolOptions } from "./data-journey/runners/worker-pool";
export { StreamPipeline, type ProcessOptions, type StreamPipelineProps } from "./data-journey/stream-pipeline";
export { FlexTemplate, type FlexTemplateProps } from "./dataflow/flex-template";
export { FlexTemplateJob, type FlexTemplateJobProps } from "./dataflow/flex-template-job";
export type { TemplateParameter } from "./dataflow/template-parameter";
export { grantOnProject, type ProjectRole } from "./iam/project-grant";
export {
  ServiceAccount,
  type AnyServiceAccount,
  type ExistingServiceAccountProps,
  type ServiceAccountProps,
} from "./iam/service-account";
export { Network, type AnyNetwork, type NetworkProps } from "./network/network";
export { BigQuerySubscription, type BigQuerySubscriptionProps } from "./pubsub/bigquery-subscription";
export { CloudStorageSubscription, type CloudStorageSubscriptionProps } from "./pubsub/cloud-storage-subscription";
export { DeadLetters, type DeadLettersProps } from "./pubsub/dead-letters";
export { PullSubscription, type PullSubscriptionProps } from "./pubsub/pull-subscription";
export { PushSubscription, type Invokable, type PushSubscriptionProps } from "./pubsub/push-subscription";
export { type AnySubscription } from "./pubsub/subscription";
export { type SubscriptionProps } from "./pubsub/subscription-props";
export { Topic, type AnyTopic, type TopicProps } from "./pubsub/topic";
export { TopicSchema, type TopicSchemaProps } from "./pubsub/topic-schema";
export { Bucket, type AnyBucket, type ExistingBucketProps } from "./storage/bucket";
export { BucketObject, type BucketObjectProps } from "./storage/bucket-object";
export type { BucketProps } from "./storage/bucket-props";
