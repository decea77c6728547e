import { PubsubSubscription, type PubsubSubscriptionConfig } from "@cdktf/provider-google/lib/pubsub-subscription";
import { PubsubSubscriptionIamMember } from "@cdktf/provider-google/lib/pubsub-subscription-iam-member";
import type { Construct } from "constructs";
import { milliseconds, seconds, type Duration } from "../../pipeline/duration";
import { ResourcePolicy, type Grant, type Identity, type Policy, Grantable, type GrantOptions } from "../core/grants";
import { notADuration } from "../core/limits";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { reference } from "../core/reference";
import { guarded } from "../core/removal";
import { check, type Rules } from "../core/rules";
import { serviceAgent } from "../core/service-agents";
import { Site } from "../core/site";
import { literal } from "../core/text";
import type { Waits } from "../core/waits";
import { deadLetterTopics, subscriptions } from "./journey-rules";
import { nameRule, pubsub, retentionRule } from "./names";
import type { AnyTopic } from "./topic";

/** What all subscriptions have. */
export interface SubscriptionProps {
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
   * @default 10s to 600s for what Pub/Sub delivers itself (push, BigQuery); none for what is pulled
   */
  readonly backoff?: { readonly minimum?: Duration; readonly maximum?: Duration };
  /** @default the stack's labels */
  readonly labels?: { readonly [name: string]: string };
}

const failures = "https://cloud.google.com/pubsub/docs/handling-failures";
const FILTER_BYTES = 256;

const rules: Rules<SubscriptionProps> = [
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
    id: "filter-size",
    reads: ["filter"],
    page: "https://cloud.google.com/pubsub/docs/subscription-message-filter",
    broken({ filter = "" }) {
      const bytes = Buffer.byteLength(filter);
      if (bytes <= FILTER_BYTES) return undefined;
      return `filter is ${bytes} bytes: Pub/Sub takes at most ${FILTER_BYTES}. Filter in the pipeline instead: .filter((event) => ...)`;
    },
  },
  {
    id: "backoff-range",
    reads: ["backoff"],
    ofTokens: true,
    page: `${failures}#exponential_backoff`,
    broken({ backoff = {} }) {
      for (const end of ["minimum", "maximum"] as const) {
        const value = backoff[end];
        const sentence = value && notADuration(value, "0s", "600s");
        if (sentence) return `backoff.${end} ${sentence("Pub/Sub")}`;
      }
      const { minimum, maximum } = { ...BACKOFF, ...backoff };
      if (milliseconds(minimum) <= milliseconds(maximum)) return undefined;
      return `backoff.minimum is "${minimum}", above backoff.maximum, which is "${maximum}"`;
    },
  },
];

const BACKOFF: { readonly minimum: Duration; readonly maximum: Duration } = { minimum: "10s", maximum: "600s" };

/** What one kind of subscription adds to the others. */
export interface Delivery<Props extends SubscriptionProps> {
  readonly how: "pull" | "push" | "bigquery";
  readonly rules: Rules<Props>;
  readonly config?: Partial<PubsubSubscriptionConfig>;
  readonly waits?: Waits;
}

/** A subscription wherever it was made. */
export abstract class AnySubscription extends Grantable {
  abstract readonly name: string;
  /** The name in addresses: without the stage's prefix. */
  abstract readonly key: string;
  /** projects/P/subscriptions/S: a reference, so whoever names it comes after it. */
  abstract readonly path: string;
  /** The same as plain text, for what must not wait for the subscription. */
  abstract readonly fullName: string;

  /** May take and acknowledge messages: roles/pubsub.subscriber. */
  grantSubscribe(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/pubsub.subscriber", to, options);
  }

  /** May read how it is configured, as Dataflow wants to: roles/pubsub.viewer. */
  grantView(to: Identity, options?: GrantOptions): Grant {
    return this.policy.grant("roles/pubsub.viewer", to, options);
  }
}

/**
 * All kinds of subscriptions have one address, so that one can become another in place, and its backlog stays.
 */
export abstract class Subscription<Props extends SubscriptionProps> extends AnySubscription {
  readonly resource: PubsubSubscription;
  readonly name: string;
  readonly key: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  protected constructor(scope: Construct, id: string, props: Props, delivery: Delivery<Props>) {
    super(scope, id);
    this.key = props.name ?? id;
    const name = physicalName(this, this.key);
    check(this, { ...props, name }, [...rules, ...delivery.rules]);
    const { deadLetters, retention } = props;
    const agent = deadLetters && serviceAgent(this, "pubsub");
    const forwarding =
      agent && deadLetters.topic.grantPublish(agent, { why: `sets aside what ${this.key} could not deliver` });
    this.resource = make(
      this,
      "resource",
      PubsubSubscription,
      this.key,
      {
        name,
        topic: props.topic.path,
        labels: props.labels,
        filter: props.filter && literal(props.filter),
        ackDeadlineSeconds: milliseconds(props.ackDeadline ?? "60s") / 1_000,
        messageRetentionDuration: retention && seconds(retention),
        enableMessageOrdering: props.ordering,
        // Else 31 days without a reader delete it.
        expirationPolicy: { ttl: "" },
        deadLetterPolicy: deadLetters && {
          deadLetterTopic: deadLetters.topic.path,
          maxDeliveryAttempts: props.maxDeliveryAttempts ?? 5,
        },
        retryPolicy: retryPolicy(props, delivery),
        lifecycle: guarded(this),
        ...delivery.config,
      },
      () => [...(forwarding?.waits() ?? []), ...(delivery.waits?.() ?? [])],
    );
    this.fullName = `projects/${Site.of(this).settings.project}/subscriptions/${name}`;
    this.name = reference(this.resource, "name", name);
    this.path = reference(this.resource, "id", this.fullName);
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      // Of what is delivered, a name alone is enough.
      verbs: delivery.how === "pull" ? "grantSubscribe" : undefined,
      tier: delivery.how === "pull" ? "data" : "delivery",
      member: PubsubSubscriptionIamMember,
      on: { subscription: this.name },
      resource: this.resource,
    });
    // A right on the subscription itself, so it comes after it: for a moment nothing is set aside, and nothing is lost.
    if (agent) this.grantSubscribe(agent, { why: "takes what it sets aside from where it was" });
    if (deadLetters) deadLetterTopics.tell(this, { topic: deadLetters.topic.fullName });
    subscriptions.tell(this, {
      subscription: this.fullName,
      topic: props.topic.fullName,
      how: delivery.how,
      deadLetters: deadLetters !== undefined,
    });
  }
}

function retryPolicy({ backoff }: SubscriptionProps, { how }: { readonly how: string }) {
  if (backoff === undefined && how === "pull") return undefined;
  const { minimum, maximum } = { ...BACKOFF, ...backoff };
  return { minimumBackoff: seconds(minimum), maximumBackoff: seconds(maximum) };
}
