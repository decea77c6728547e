/**
 * google.pubsub.v1 as declared messages: those of topics, subscriptions and snapshots. They are also the form
 * in which configurations are held and journaled, so that what a client set is what it gets back.
 * Fields that do not run here are declared as bytes: their presence is seen and refused, never dropped in silence.
 * @see https://cloud.google.com/pubsub/docs/reference/rpc/google.pubsub.v1
 */
import {
  bool,
  bytes,
  Duration,
  field,
  FieldMask,
  int32,
  int64,
  map,
  message,
  type MessageOf,
  optional,
  repeated,
  string,
  Timestamp,
} from "../../../../pipeline/protobuf/message";

const MessageStoragePolicy = message({
  allowedPersistenceRegions: field(1, repeated(string)),
  enforceInTransit: field(2, bool),
});

export const Encoding = { unspecified: 0, json: 1, binary: 2 } as const;

export const SchemaSettings = message({
  schema: field(1, string),
  encoding: field(2, int32),
  firstRevisionId: field(3, string),
  lastRevisionId: field(4, string),
});
export type SchemaSettings = MessageOf<typeof SchemaSettings>;

export const TopicState = { active: 1 } as const;

export const Topic = message({
  name: field(1, string),
  labels: field(2, map(string)),
  messageStoragePolicy: field(3, optional(MessageStoragePolicy)),
  kmsKeyName: field(5, string),
  schemaSettings: field(6, optional(SchemaSettings)),
  messageRetentionDuration: field(8, optional(Duration)),
  state: field(9, int32),
  ingestionDataSourceSettings: field(10, optional(bytes)),
  messageTransforms: field(13, repeated(bytes)),
});
export type Topic = MessageOf<typeof Topic>;

export const PubsubMessage = message({
  data: field(1, bytes),
  attributes: field(2, map(string)),
  messageId: field(3, string),
  publishTime: field(4, optional(Timestamp)),
  orderingKey: field(5, string),
});
export type PubsubMessage = MessageOf<typeof PubsubMessage>;

/** Of GetTopic, and of DeleteTopic. */
export const TopicRequest = message({ topic: field(1, string) });
export const UpdateTopicRequest = message({
  topic: field(1, optional(Topic)),
  updateMask: field(2, optional(FieldMask)),
});
/** Messages stay encoded: they are scanned, stamped with id and time, and handed on as they came. */
export const PublishRequest = message({ topic: field(1, string), messages: field(2, repeated(bytes)) });
export const PublishResponse = message({ messageIds: field(1, repeated(string)) });
/** Of a project's topics, subscriptions or snapshots. */
export const ListOfProjectRequest = message({
  project: field(1, string),
  pageSize: field(2, int32),
  pageToken: field(3, string),
});
export const ListTopicsResponse = message({ topics: field(1, repeated(Topic)), nextPageToken: field(2, string) });
/** Of a topic's subscriptions, and of its snapshots. */
export const ListOfTopicRequest = message({
  topic: field(1, string),
  pageSize: field(2, int32),
  pageToken: field(3, string),
});
/** Names of a topic's subscriptions, or of its snapshots. */
export const ListOfTopicResponse = message({ names: field(1, repeated(string)), nextPageToken: field(2, string) });
export const DetachSubscriptionRequest = message({ subscription: field(1, string) });

const OidcToken = message({ serviceAccountEmail: field(1, string), audience: field(2, string) });
const NoWrapper = message({ writeMetadata: field(1, bool) });
export const PushConfig = message({
  pushEndpoint: field(1, string),
  attributes: field(2, map(string)),
  oidcToken: field(3, optional(OidcToken)),
  pubsubWrapper: field(4, optional(message({}))),
  noWrapper: field(5, optional(NoWrapper)),
});
export type PushConfig = MessageOf<typeof PushConfig>;

export const BigQueryState = { active: 1, permissionDenied: 2, notFound: 3, schemaMismatch: 4 } as const;
export const BigQueryConfig = message({
  table: field(1, string),
  useTopicSchema: field(2, bool),
  writeMetadata: field(3, bool),
  dropUnknownFields: field(4, bool),
  state: field(5, int32),
  useTableSchema: field(6, bool),
  serviceAccountEmail: field(7, string),
});
export type BigQueryConfig = MessageOf<typeof BigQueryConfig>;

export const RetryPolicy = message({
  minimumBackoff: field(1, optional(Duration)),
  maximumBackoff: field(2, optional(Duration)),
});
export type RetryPolicy = MessageOf<typeof RetryPolicy>;
export const DeadLetterPolicy = message({
  deadLetterTopic: field(1, string),
  maxDeliveryAttempts: field(2, int32),
});
export type DeadLetterPolicy = MessageOf<typeof DeadLetterPolicy>;
/** Without a time to live the subscription never expires. */
const ExpirationPolicy = message({ ttl: field(1, optional(Duration)) });

export const SubscriptionState = { active: 1, resourceError: 2 } as const;

export const Subscription = message({
  name: field(1, string),
  topic: field(2, string),
  pushConfig: field(4, optional(PushConfig)),
  ackDeadlineSeconds: field(5, int32),
  retainAckedMessages: field(7, bool),
  messageRetentionDuration: field(8, optional(Duration)),
  labels: field(9, map(string)),
  enableMessageOrdering: field(10, bool),
  expirationPolicy: field(11, optional(ExpirationPolicy)),
  filter: field(12, string),
  deadLetterPolicy: field(13, optional(DeadLetterPolicy)),
  retryPolicy: field(14, optional(RetryPolicy)),
  detached: field(15, bool),
  enableExactlyOnceDelivery: field(16, bool),
  topicMessageRetentionDuration: field(17, optional(Duration)),
  bigqueryConfig: field(18, optional(BigQueryConfig)),
  state: field(19, int32),
  cloudStorageConfig: field(22, optional(bytes)),
  messageTransforms: field(25, repeated(bytes)),
  bigtableConfig: field(27, optional(bytes)),
});
export type Subscription = MessageOf<typeof Subscription>;

/** Of GetSubscription, and of DeleteSubscription. */
export const SubscriptionRequest = message({ subscription: field(1, string) });
export const UpdateSubscriptionRequest = message({
  subscription: field(1, optional(Subscription)),
  updateMask: field(2, optional(FieldMask)),
});
export const ListSubscriptionsResponse = message({
  subscriptions: field(1, repeated(Subscription)),
  nextPageToken: field(2, string),
});
export const ModifyPushConfigRequest = message({
  subscription: field(1, string),
  pushConfig: field(2, optional(PushConfig)),
});

/** Acknowledgement ids stay bytes: they are read as two numbers, without a text for each. */
export const ModifyAckDeadlineRequest = message({
  subscription: field(1, string),
  ackDeadlineSeconds: field(3, int32),
  ackIds: field(4, repeated(bytes)),
});
export const AcknowledgeRequest = message({ subscription: field(1, string), ackIds: field(2, repeated(bytes)) });
export const PullRequest = message({
  subscription: field(1, string),
  returnImmediately: field(2, bool),
  maxMessages: field(3, int32),
});

export const StreamingPullRequest = message({
  subscription: field(1, string),
  ackIds: field(2, repeated(bytes)),
  modifyDeadlineSeconds: field(3, repeated(int32)),
  modifyDeadlineAckIds: field(4, repeated(bytes)),
  streamAckDeadlineSeconds: field(5, int32),
  clientId: field(6, string),
  maxOutstandingMessages: field(7, int64),
  maxOutstandingBytes: field(8, int64),
});
export type StreamingPullRequest = MessageOf<typeof StreamingPullRequest>;

export const Snapshot = message({
  name: field(1, string),
  topic: field(2, string),
  expireTime: field(3, optional(Timestamp)),
  labels: field(4, map(string)),
});
export type Snapshot = MessageOf<typeof Snapshot>;
export const CreateSnapshotRequest = message({
  name: field(1, string),
  subscription: field(2, string),
  labels: field(3, map(string)),
});
export const UpdateSnapshotRequest = message({
  snapshot: field(1, optional(Snapshot)),
  updateMask: field(2, optional(FieldMask)),
});
/** Of GetSnapshot, and of DeleteSnapshot. */
export const SnapshotRequest = message({ snapshot: field(1, string) });
export const ListSnapshotsResponse = message({
  snapshots: field(1, repeated(Snapshot)),
  nextPageToken: field(2, string),
});
export const SeekRequest = message({
  subscription: field(1, string),
  time: field(2, optional(Timestamp)),
  snapshot: field(3, optional(string)),
});
