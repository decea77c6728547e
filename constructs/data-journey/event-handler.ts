import { Construct } from "constructs";
import type { EventHandlerEnvironment } from "../../handler/contract";
import { audienceOf, CloudRunService } from "../cloud-run/cloud-run-service";
import type { CloudRunServiceProps } from "../cloud-run/service-props";
import { omit } from "../../pipeline/objects";
import { CloudFunction } from "../functions/cloud-function";
import type { CloudFunctionProps } from "../functions/function-props";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { PushSubscription } from "../pubsub/push-subscription";
import type { SubscriptionProps } from "../pubsub/subscription-props";
import type { AnyTopic } from "../pubsub/topic";
import { handlers } from "./journey-rules";

/** How events are delivered: a subscription's options. */
type Delivery = Pick<
  SubscriptionProps,
  "ackDeadline" | "backoff" | "filter" | "maxDeliveryAttempts" | "ordering" | "retention" | "transforms"
>;

interface Common extends Delivery {
  /** What runs it, and its subscription, are called so. */
  readonly name: string;
  /** The subscription's name. @default the handler's */
  readonly subscription?: string;
  /** Where what it publishes goes: the next topic of a chain. The handler is told it as PUBLISH_TO. @default nowhere */
  readonly publishTo?: AnyTopic | { readonly topic: AnyTopic };
  /**
   * Where messages go that it says it can never handle (`Fatal`), with the reason.
   * @default the dead letters of the events
   */
  readonly failures?: AnyTopic;
}

/** A container of yours: an image whose program serves `onMessage(...)`. */
export type ServiceHandler = Common & Omit<CloudRunServiceProps, "name" | "access" | "ingress">;

/** A function of yours: a folder that exports `httpFunction(onMessage(...))`. */
export type FunctionHandler = Common & Omit<CloudFunctionProps, "name" | "trigger" | "ingress">;

export type HandlerOptions = ServiceHandler | FunctionHandler;

export type EventHandlerProps = HandlerOptions & {
  /** An EventTopic, or a topic and where its dead letters are kept. */
  readonly events: { readonly topic: AnyTopic; readonly deadLetters: { readonly topic: AnyTopic } };
};

/**
 * Your own code on events, one by one, behind a subscription of its own: a service or a function that is pushed what its
 * filter lets through, and whose failures are set aside. Several of them on one topic are a fan-out; `publishTo` makes
 * chains of them.
 * @throws InvalidProps
 */
export class EventHandler extends Construct {
  readonly identity: AnyServiceAccount;
  /** Whichever of the two it is. */
  readonly service: CloudRunService | undefined;
  readonly function: CloudFunction | undefined;

  constructor(scope: Construct, id: string, props: EventHandlerProps) {
    super(scope, id);
    const { events, name, publishTo, failures = events.deadLetters.topic } = props;
    const to = publishTo && ("topic" in publishTo ? publishTo.topic : publishTo);
    this.identity = props.identity ?? new ServiceAccount(this, "identity", { name: accountName(name) });
    to?.grantPublish(this.identity, { why: "publishes what comes of an event" });
    failures.grantPublish(this.identity, { why: "sets aside what it cannot handle" });
    const told: EventHandlerEnvironment = { PUBLISH_TO: to?.path, FAILURES: failures.path };
    if ("source" in props) this.function = this.makeFunction(props, told);
    else this.service = this.makeService(props, told);
    handlers.tell(this, { from: events.topic.fullName, to: to?.fullName, filtered: props.filter !== undefined });
  }

  private makeService(
    props: ServiceHandler & Pick<EventHandlerProps, "events">,
    told: EventHandlerEnvironment,
  ): CloudRunService {
    const { events, name, subscription = name, ackDeadline = "60s" } = props;
    const pusher = new ServiceAccount(this, "pusher", { name: accountName(`${name}-push`) });
    const guarded: EventHandlerEnvironment = { ...told, AUDIENCE: audienceOf(this, name), PUSHER: pusher.email };
    const service = new CloudRunService(this, "service", {
      // Pub/Sub gives up on a request when the acknowledgement is due: then nobody waits for its end.
      timeout: ackDeadline,
      ...omit(props, ours),
      identity: this.identity,
      // Nobody but Pub/Sub has business here, and it counts as internal.
      ingress: "internal",
      env: { ...props.env, ...guarded },
    });
    new PushSubscription(this, "subscription", {
      ...deliveryOf(props),
      name: subscription,
      topic: events.topic,
      to: service,
      as: pusher,
      deadLetters: events.deadLetters,
      ackDeadline,
    });
    return service;
  }

  private makeFunction(
    props: FunctionHandler & Pick<EventHandlerProps, "events">,
    told: EventHandlerEnvironment,
  ): CloudFunction {
    const { events, subscription, ackDeadline } = props;
    return new CloudFunction(this, "function", {
      timeout: ackDeadline,
      ...omit(props, ours),
      identity: this.identity,
      env: { ...props.env, ...told },
      trigger: { ...deliveryOf(props), topic: events.topic, deadLetters: events.deadLetters, subscription },
    });
  }
}

/** What is said of a handler and not of what runs it. */
const ours = [
  "events",
  "publishTo",
  "failures",
  "subscription",
  "ackDeadline",
  "backoff",
  "filter",
  "maxDeliveryAttempts",
  "ordering",
  "retention",
  "transforms",
] as const;

const deliveryOf = ({ backoff, filter, maxDeliveryAttempts, ordering, retention, transforms }: Delivery) => ({
  backoff,
  filter,
  maxDeliveryAttempts,
  ordering,
  retention,
  transforms,
});
