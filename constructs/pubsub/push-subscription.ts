import type { Construct } from "constructs";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import { serviceAgent } from "../core/service-agents";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { pushes } from "./journey-rules";
import { Subscription, type Delivery, type SubscriptionProps } from "./subscription";

/** What takes requests and knows who may send them: a Cloud Run service. */
export interface Invokable {
  readonly url: string;
  /** What a token for it names as its audience. */
  readonly audience: string;
  grantInvoke(to: Identity, options?: GrantOptions): Grant;
}

export interface PushSubscriptionProps extends SubscriptionProps {
  /** A service, or the URL of something that is not Google's. */
  readonly to: Invokable | { readonly url: `https://${string}` };
  /** Where at the URL. @default "/" */
  readonly path?: `/${string}`;
  /**
   * The account whose token the request carries; it may invoke the service and nothing else.
   * @default one of its own. "nobody": no token at all; a rule refuses that until it is waived
   */
  readonly as?: AnyServiceAccount | "nobody";
}

/**
 * Messages that Pub/Sub sends to a service, with a token of an account that may invoke it.
 * @see https://cloud.google.com/pubsub/docs/push
 */
export class PushSubscription extends Subscription<PushSubscriptionProps> {
  constructor(scope: Construct, id: string, props: PushSubscriptionProps) {
    const pusher =
      props.as ?? new ServiceAccount(scope, `${id}-pusher`, { name: accountName(`${props.name ?? id}-push`) });
    super(scope, id, props, push(scope, props, pusher));
    pushes.tell(this, {
      endpoint: props.to.url,
      token: pusher !== "nobody",
      granted: "grantInvoke" in props.to,
    });
  }
}

function push(
  scope: Construct,
  { to, path = "/" }: PushSubscriptionProps,
  pusher: AnyServiceAccount | "nobody",
): Delivery<PushSubscriptionProps> {
  const pushEndpoint = `${to.url}${path}`;
  if (pusher === "nobody") return { how: "push", rules: [], config: { pushConfig: { pushEndpoint } } };
  const invoke = "grantInvoke" in to ? to.grantInvoke(pusher, { why: "Pub/Sub pushes as it" }) : undefined;
  // Pub/Sub's agent makes the token. Projects of before April 2021 let it do so only where it is told.
  const token = pusher.grantTokenCreator(serviceAgent(scope, "pubsub"), { why: "signs the token that a push carries" });
  const audience = "audience" in to ? to.audience : to.url;
  return {
    how: "push",
    rules: [],
    config: { pushConfig: { pushEndpoint, oidcToken: { serviceAccountEmail: pusher.email, audience } } },
    waits: () => [...(invoke?.waits() ?? []), ...token.waits()],
  };
}
