/**
 * What Pub/Sub accepts at most.
 * @see https://cloud.google.com/pubsub/quotas#resource_limits
 */
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
export const MAX_MESSAGES_PER_PUBLISH = 1_000;
export const MAX_ATTRIBUTES = 100;
export const MAX_ATTRIBUTE_KEY_BYTES = 256;
export const MAX_ATTRIBUTE_VALUE_BYTES = 1_024;
export const MAX_ORDERING_KEY_BYTES = 1_024;
/** Seconds. */
export const ACK_DEADLINE = { least: 10, most: 600, default: 10 } as const;
/** Seconds: ten minutes to 31 days. */
export const RETENTION = { least: 600, most: 31 * 86_400, default: 7 * 86_400 } as const;
/** Seconds. */
export const BACKOFF = { most: 600, defaultLeast: 10, defaultMost: 600 } as const;
export const DELIVERY_ATTEMPTS = { least: 5, most: 100, default: 5 } as const;
/** Seconds: a subscription nobody uses is deleted after 31 days unless it says otherwise; never before one day. */
export const EXPIRATION = { least: 86_400, default: 31 * 86_400 } as const;
/** A snapshot lives at most 7 days, less the age of the oldest message it holds; under an hour it is refused. */
export const SNAPSHOT_SECONDS = { most: 7 * 86_400, least: 3_600 } as const;
