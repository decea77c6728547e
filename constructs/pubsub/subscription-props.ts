import type { PubsubSubscriptionConfig } from "@cdktf/provider-google/lib/pubsub-subscription";
import { milliseconds, type Duration } from "../../pipeline/duration";
import { FilterError, MAX_FILTER_BYTES, parseFilter } from "../../pipeline/pubsub-filter";
import { notABackoff, type Backoff } from "../core/backoff";
import { labelsRule, type Labels } from "../core/labels";
import { notADuration } from "../core/limits";
import type { Overridable } from "../core/overridable";
import type { Rules } from "../core/rules";
import { nameRule, pubsub, retentionRule } from "./names";
import type { AnyTopic } from "./topic";
import { transformRules, type Transforming } from "./transforms";

/** What all subscriptions have. */
export interface SubscriptionProps extends Transforming, Overridable<PubsubSubscriptionConfig> {
  readonly topic: AnyTopic;
  /** @default the construct's id */
  readonly name?: string;
  /**
   * Which messages, by their attributes: `attributes.event_type = "user_signup"`. At most 256 bytes. It cannot be
   * changed: another filter is another subscription, and the backlog of the old one is gone.
   * @default all
   * @see https://cloud.google.com/pubsub/docs/subscription-message-filter
   */
  readonly filter?: string;
  /**
   * How long a message may take before it is delivered again, 10s to 600s.
   * @default "60s": Google's 10s are too short for who writes somewhere before it acknowledges
   */
  readonly ackDeadline?: Duration;
  /** How long a message is kept that nobody acknowledges, 10m to 31d. @default "7d", as Google does */
  readonly retention?: Duration;
  /**
   * Keeps acknowledged messages as long, too: they can be delivered again from a time on (seek). It is paid for.
   * @default false
   * @see https://cloud.google.com/pubsub/docs/replay-overview
   */
  readonly retainAcknowledged?: boolean;
  /**
   * How long nothing may happen, neither a pull nor a delivery, until the subscription is deleted with all that it holds:
   * 1d to 365d, and not less than `retention`.
   * @default "never": Google's 31 days delete what waits for a rare message, or for a reader that was stopped
   * @see https://cloud.google.com/pubsub/docs/subscription-properties#expiration_period
   */
  readonly expiration?: Duration | "never";
  /** Delivers messages of one ordering key in the order of their publishing. Cannot be changed. @default false */
  readonly ordering?: boolean;
  /**
   * Where messages go that could not be delivered. Not for what a pipeline reads: a lease that was lost in a crash
   * counts as an attempt. {@link DeadLetters} makes the topic, and keeps what it receives.
   * @default none: they are delivered again until they are too old
   */
  readonly deadLetters?: { readonly topic: AnyTopic };
  /**
   * Deliveries before a message is set aside, 5 to 100. Needs `deadLetters`.
   * @default 5, the fewest Pub/Sub allows: a poison message should not be retried for hours
   */
  readonly maxDeliveryAttempts?: number;
  /**
   * The pause before a message is delivered again: it grows from the minimum to the maximum, 0s to 600s.
   * @default 10s to 600s for what Pub/Sub delivers itself (push, BigQuery, Cloud Storage); none for what is pulled
   */
  readonly backoff?: Backoff;
  /** @default the stack's labels */
  readonly labels?: Labels;
}

const failures = "https://cloud.google.com/pubsub/docs/handling-failures";
const filters = "https://cloud.google.com/pubsub/docs/subscription-message-filter";

/** Of all kinds of subscriptions. */
export const subscriptionRules: Rules<SubscriptionProps> = [
  nameRule,
  retentionRule,
  pubsub.lasts("ackDeadline", "10s", "600s", "https://cloud.google.com/pubsub/docs/lease-management"),
  pubsub.within("maxDeliveryAttempts", 5, 100, failures),
  {
    id: "maxDeliveryAttempts-alone",
    reads: ["maxDeliveryAttempts"],
    page: failures,
    broken: ({ deadLetters, maxDeliveryAttempts }) =>
      maxDeliveryAttempts === undefined || deadLetters
        ? undefined
        : `maxDeliveryAttempts is ${maxDeliveryAttempts}, but there is nowhere to set messages aside: give deadLetters too`,
  },
  {
    id: "deadLetters-topic",
    reads: [],
    page: failures,
    broken: ({ topic, deadLetters }) =>
      deadLetters?.topic.fullName === topic.fullName
        ? `deadLetters go to ${topic.fullName}, which is where they come from: they would be delivered again, and set aside again, without end`
        : undefined,
  },
  {
    id: "filter-size",
    reads: ["filter"],
    page: filters,
    broken({ filter = "" }) {
      const bytes = Buffer.byteLength(filter);
      if (bytes <= MAX_FILTER_BYTES) return undefined;
      return `filter is ${bytes} bytes: Pub/Sub takes at most ${MAX_FILTER_BYTES}. Filter in the pipeline instead: .filter((event) => ...)`;
    },
  },
  {
    id: "filter-form",
    reads: ["filter"],
    page: filters,
    broken({ filter }) {
      if (filter === undefined) return undefined;
      try {
        parseFilter(filter);
        return undefined;
      } catch (error) {
        if (error instanceof FilterError) return `filter is not valid at ${error.message}`;
        throw error;
      }
    },
  },
  {
    id: "backoff-range",
    reads: ["backoff"],
    ofTokens: true,
    page: `${failures}#exponential_backoff`,
    broken: ({ backoff = {} }) => notABackoff(backoff, { low: "0s", high: "600s", defaults: BACKOFF })?.("Pub/Sub"),
  },
  {
    id: "expiration-range",
    reads: ["expiration", "retention"],
    ofTokens: true,
    page: "https://cloud.google.com/pubsub/docs/subscription-properties#expiration_period",
    broken({ expiration = "never", retention = RETENTION }) {
      if (expiration === "never") return undefined;
      const sentence = notADuration(expiration, "1d", "365d");
      if (sentence) return `expiration ${sentence("Pub/Sub")}, or "never"`;
      return notADuration(retention, "10m", "31d") === undefined && milliseconds(expiration) < milliseconds(retention)
        ? `expiration is "${expiration}", less than retention, which is "${retention}": messages would be gone before their time`
        : undefined;
    },
  },
  labelsRule,
  ...transformRules,
];

const RETENTION: Duration = "7d";
/** What holds of an end that is left away. */
export const BACKOFF: Required<Backoff> = { minimum: "10s", maximum: "600s" };
