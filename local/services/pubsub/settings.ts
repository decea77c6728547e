/** Checks and completes what clients and stacks ask for: limits and defaults of topics and subscriptions. */
import { millisOf } from "../../../pipeline/protobuf/message";
import { FilterError, MAX_FILTER_BYTES, parseFilter } from "../../../pipeline/pubsub-filter";
import { CloudError } from "../../errors";
import {
  BigQueryState,
  type BigQueryConfig,
  type DeadLetterPolicy,
  PushConfig,
  type RetryPolicy,
  Subscription,
  SubscriptionState,
  Topic,
  TopicState,
} from "./api/messages";
import { ACK_DEADLINE, BACKOFF, DELIVERY_ATTEMPTS, EXPIRATION, RETENTION } from "./limits";
import { checkName, DELETED_TOPIC } from "./names";

interface Span {
  readonly seconds: number;
  readonly nanos: number;
}

/** All fields of a message, those that are not given with their default. */
export const topicOf = (given: Partial<Topic>): Topic => ({ ...Topic.decode(new Uint8Array(0)), ...given });
export const subscriptionOf = (given: Partial<Subscription>): Subscription => ({
  ...Subscription.decode(new Uint8Array(0)),
  ...given,
});
export const pushConfigOf = (given: Partial<PushConfig>): PushConfig => ({
  ...PushConfig.decode(new Uint8Array(0)),
  ...given,
});

/** @throws CloudError as Pub/Sub refuses it. */
export function completeTopic(given: Topic): Topic {
  checkName("topics", given.name);
  notHere("topic", { ingestion_data_source_settings: given.ingestionDataSourceSettings });
  notHere("topic", { message_transforms: given.messageTransforms });
  if (given.messageRetentionDuration !== undefined) retention(given.messageRetentionDuration);
  if (given.schemaSettings !== undefined && ![1, 2].includes(given.schemaSettings.encoding)) {
    throw invalid("Invalid schema encoding provided: schema_settings.encoding must be JSON or BINARY.");
  }
  return { ...given, state: TopicState.active };
}

/** @throws CloudError as Pub/Sub refuses it. */
export function completeSubscription(given: Subscription): Subscription {
  checkName("subscriptions", given.name);
  if (given.topic !== DELETED_TOPIC) checkName("topics", given.topic);
  notHere("subscription", { cloud_storage_config: given.cloudStorageConfig, bigtable_config: given.bigtableConfig });
  notHere("subscription", { message_transforms: given.messageTransforms });
  if (given.filter !== "") filter(given.filter);
  const messageRetentionDuration = given.messageRetentionDuration ?? secondsOf(RETENTION.default);
  retention(messageRetentionDuration);
  const expirationPolicy = given.expirationPolicy ?? { ttl: secondsOf(EXPIRATION.default) };
  expiration(expirationPolicy.ttl, messageRetentionDuration);
  const ackDeadlineSeconds = given.ackDeadlineSeconds === 0 ? ACK_DEADLINE.default : given.ackDeadlineSeconds;
  within("ack_deadline_seconds", ackDeadlineSeconds, ACK_DEADLINE.least, ACK_DEADLINE.most);
  const deadLetterPolicy = given.deadLetterPolicy && deadLetters(given.deadLetterPolicy);
  const retryPolicy = given.retryPolicy && retries(given.retryPolicy);
  const bigqueryConfig = given.bigqueryConfig && bigquery(given.bigqueryConfig);
  const pushConfig = given.pushConfig ?? pushConfigOf({});
  if (isPush({ pushConfig })) push(given, pushConfig);
  return {
    ...given,
    messageRetentionDuration,
    expirationPolicy,
    ackDeadlineSeconds,
    deadLetterPolicy,
    retryPolicy,
    bigqueryConfig,
    pushConfig,
    state: SubscriptionState.active,
  };
}

function filter(text: string): void {
  const size = Buffer.byteLength(text);
  if (size > MAX_FILTER_BYTES) throw invalid(`The filter is ${size} bytes; Pub/Sub takes at most ${MAX_FILTER_BYTES}.`);
  try {
    parseFilter(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw invalid(
      `The filter ${JSON.stringify(text)} is not valid at ${error.message}. ` +
        "See https://cloud.google.com/pubsub/docs/subscription-message-filter",
    );
  }
}

/** Are messages sent to an endpoint? */
export function isPush({ pushConfig }: { readonly pushConfig: PushConfig | undefined }): boolean {
  return pushConfig !== undefined && pushConfig.pushEndpoint !== "";
}

function push(given: Subscription, { pushEndpoint }: PushConfig): void {
  if (!URL.canParse(pushEndpoint) || !/^https?:/.test(pushEndpoint)) {
    throw invalid(`Invalid push endpoint given (endpoint=${pushEndpoint}).`);
  }
  if (given.bigqueryConfig !== undefined) {
    throw invalid("A subscription has one way of delivery: push_config and bigquery_config cannot both be set.");
  }
  if (given.enableExactlyOnceDelivery) {
    throw invalid("Exactly once delivery is only supported for pull subscriptions, and push_config is set.");
  }
}

function bigquery(config: BigQueryConfig): BigQueryConfig | undefined {
  // As an update says that there is to be none any more.
  if (config.table === "") return undefined;
  if (config.useTopicSchema && config.useTableSchema) {
    throw invalid("use_topic_schema and use_table_schema cannot both be set.");
  }
  if (config.dropUnknownFields && !config.useTopicSchema && !config.useTableSchema) {
    throw invalid("drop_unknown_fields needs use_topic_schema or use_table_schema.");
  }
  return { ...config, state: BigQueryState.active };
}

function deadLetters(policy: DeadLetterPolicy): DeadLetterPolicy | undefined {
  if (policy.deadLetterTopic === "") return undefined;
  checkName("topics", policy.deadLetterTopic);
  const maxDeliveryAttempts = policy.maxDeliveryAttempts === 0 ? DELIVERY_ATTEMPTS.default : policy.maxDeliveryAttempts;
  within("max_delivery_attempts", maxDeliveryAttempts, DELIVERY_ATTEMPTS.least, DELIVERY_ATTEMPTS.most);
  return { ...policy, maxDeliveryAttempts };
}

function retries(policy: RetryPolicy): RetryPolicy {
  const minimumBackoff = policy.minimumBackoff ?? secondsOf(BACKOFF.defaultLeast);
  const maximumBackoff = policy.maximumBackoff ?? secondsOf(BACKOFF.defaultMost);
  within("minimum_backoff", seconds(minimumBackoff), 0, BACKOFF.most, "s");
  within("maximum_backoff", seconds(maximumBackoff), 0, BACKOFF.most, "s");
  if (seconds(maximumBackoff) < seconds(minimumBackoff)) {
    throw invalid(
      `The value for maximum_backoff is too small. You passed ${seconds(maximumBackoff)}s in the request, ` +
        `but the minimum value is ${seconds(minimumBackoff)}s.`,
    );
  }
  return { minimumBackoff, maximumBackoff };
}

function retention(span: Span): void {
  within("message_retention_duration", seconds(span), RETENTION.least, RETENTION.most, "s");
}

function expiration(ttl: Span | undefined, retained: Span): void {
  if (ttl === undefined) return;
  const least = Math.max(EXPIRATION.least, seconds(retained));
  if (seconds(ttl) < least) {
    throw invalid(
      `The value for expiration_policy.ttl is too small. You passed ${seconds(ttl)}s in the request, but the minimum ` +
        `value is ${least}s: a day, and not less than the message retention.`,
    );
  }
}

function within(field: string, value: number, least: number, most: number, unit = ""): void {
  if (value >= least && value <= most) return;
  throw invalid(
    `The value for ${field} is out of bounds. You passed ${value}${unit} in the request, ` +
      `but the value must be between ${least}${unit} and ${most}${unit}.`,
  );
}

/** What Google runs and a laptop does not is refused by name, not left out in silence. */
function notHere(
  kind: string,
  fields: { readonly [field: string]: Uint8Array | readonly Uint8Array[] | undefined },
): void {
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    throw new CloudError("UNIMPLEMENTED", `The local Pub/Sub does not run ${field}: take it out of the ${kind}.`);
  }
}

const seconds = (span: Span): number => millisOf(span) / 1000;
export const secondsOf = (value: number): Span => ({
  seconds: Math.floor(value),
  nanos: Math.round((value % 1) * 1e9),
});

function invalid(message: string): CloudError {
  return new CloudError("INVALID_ARGUMENT", message);
}
