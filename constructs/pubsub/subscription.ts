import { PubsubSubscription, type PubsubSubscriptionConfig } from "@cdktf/provider-google/lib/pubsub-subscription";
import { PubsubSubscriptionIamMember } from "@cdktf/provider-google/lib/pubsub-subscription-iam-member";
import type { Construct } from "constructs";
import { milliseconds, seconds, type Duration } from "../../pipeline/duration";
import { ResourcePolicy, type Grant, type Identity, type Policy, Grantable, type GrantOptions } from "../core/grants";
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
import { orderings } from "./ordering-rules";
import { BACKOFF, subscriptionRules, type SubscriptionProps } from "./subscription-props";
import { transformsOf } from "./transforms";

/** What one kind of subscription adds to the others. */
export interface Delivery<Props extends SubscriptionProps> {
  readonly how: "pull" | "push" | "bigquery" | "storage";
  readonly rules: Rules<Props>;
  /** How long a message may take, where nothing is said. @default "60s" */
  readonly ackDeadline?: Duration;
  /** The dataset or bucket into which it delivers, by full name. */
  readonly into?: string;
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
    check(this, { ...props, name }, [...subscriptionRules, ...delivery.rules]);
    const { deadLetters, retention, expiration = "never" } = props;
    const expires = expiration === "never" ? undefined : expiration;
    const retry = retryPolicy(props, delivery);
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
        ackDeadlineSeconds: milliseconds(props.ackDeadline ?? delivery.ackDeadline ?? "60s") / 1_000,
        messageRetentionDuration: retention && seconds(retention),
        retainAckedMessages: props.retainAcknowledged,
        enableMessageOrdering: props.ordering,
        // Without the block it would be 31 days.
        expirationPolicy: { ttl: expires === undefined ? "" : seconds(expires) },
        deadLetterPolicy: deadLetters && {
          deadLetterTopic: deadLetters.topic.path,
          maxDeliveryAttempts: props.maxDeliveryAttempts ?? 5,
        },
        retryPolicy: retry,
        messageTransforms: transformsOf(props.transforms),
        lifecycle: guarded(this),
        ...delivery.config,
        ...props.overrides,
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
    const told = { subscription: this.fullName, topic: props.topic.fullName };
    subscriptions.tell(this, {
      ...told,
      how: delivery.how,
      deadLetters: deadLetters?.topic.fullName,
      into: delivery.into,
      expires,
      exactlyOnce: delivery.config?.enableExactlyOnceDelivery === true,
      backoff: retry !== undefined,
      forwarder: agent?.member,
    });
    if (props.ordering === true) orderings.tell(this, { ...told, deadLetters: deadLetters !== undefined });
  }
}

function retryPolicy({ backoff = {} }: SubscriptionProps, { how }: { readonly how: string }) {
  const { minimum, maximum } = backoff;
  if (minimum === undefined && maximum === undefined && how === "pull") return undefined;
  return {
    minimumBackoff: seconds(minimum ?? BACKOFF.minimum),
    maximumBackoff: seconds(maximum ?? BACKOFF.maximum),
  };
}
