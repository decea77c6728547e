import { Token } from "cdktf";
import type { Construct } from "constructs";
import type { Grant, GrantOptions, Identity } from "../core/grants";
import type { Rules } from "../core/rules";
import { serviceAgent } from "../core/service-agents";
import { uses } from "../core/uses";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { pushes } from "./push-rules";
import { Subscription, type Delivery } from "./subscription";
import type { SubscriptionProps } from "./subscription-props";

/** What takes requests and knows who may send them: a Cloud Run service. */
export interface Invokable {
  readonly url: string;
  /** What a token for it names as its audience. */
  readonly audience: string;
  grantInvoke(to: Identity, options?: GrantOptions): Grant;
}

/** What takes requests and is not Google's. */
interface Endpoint {
  readonly url: `https://${string}`;
  readonly audience?: string;
}

export interface PushSubscriptionProps extends SubscriptionProps {
  /**
   * A service, which says itself what the token's audience is; or the URL of something that is not Google's, whose
   * audience is that URL unless it says otherwise.
   */
  readonly to: Invokable | Endpoint;
  /** Where at the URL. @default "/" */
  readonly path?: `/${string}`;
  /**
   * The account whose token the request carries; it may invoke the service and nothing else.
   * @default one of its own. "nobody": no token at all; a rule refuses that until it is waived
   */
  readonly as?: AnyServiceAccount | "nobody";
  /**
   * What the request's body is. "message": JSON with the message's data in base64, its attributes, id and time, and the
   * subscription. "data": the data alone. "data-and-headers": the data, and all else as headers, x-goog-pubsub-message-id
   * and an own one for each attribute.
   * @default "message": without the rest, nobody can tell a message that comes again
   * @see https://cloud.google.com/pubsub/docs/payload-unwrapping
   */
  readonly body?: "message" | "data" | "data-and-headers";
  /**
   * In which version of Pub/Sub's API a message is written: { "x-goog-version": "v1beta1" }.
   * @default v1, as Google does
   */
  readonly attributes?: { readonly "x-goog-version": "v1" | "v1beta1" | "v1beta2" };
}

const rules: Rules<PushSubscriptionProps> = [
  {
    id: "url-https",
    reads: ["to"],
    page: "https://cloud.google.com/pubsub/docs/push#properties_of_a_push_subscription",
    broken: ({ to: { url } }) =>
      Token.isUnresolved(url) || url.startsWith("https://")
        ? undefined
        : `to.url is ${JSON.stringify(url)}: Pub/Sub pushes to https:// only`,
  },
];

/**
 * Messages that Pub/Sub sends to a service, with a token of an account that may invoke it.
 * @see https://cloud.google.com/pubsub/docs/push
 */
export class PushSubscription extends Subscription<PushSubscriptionProps> {
  constructor(scope: Construct, id: string, props: PushSubscriptionProps) {
    const pusher =
      props.as ?? new ServiceAccount(scope, `${id}-pusher`, { name: accountName(`${props.name ?? id}-push`) });
    super(scope, id, props, push(scope, props, pusher));
    if (pusher !== "nobody" && "grantInvoke" in props.to) {
      uses.tell(this, { member: pusher.member, where: "the endpoint", text: props.to.url });
    }
    pushes.tell(this, {
      endpoint: props.to.url,
      token: pusher !== "nobody",
      granted: "grantInvoke" in props.to,
    });
  }
}

function push(
  scope: Construct,
  { to, path = "/", body = "message", attributes }: PushSubscriptionProps,
  pusher: AnyServiceAccount | "nobody",
): Delivery<PushSubscriptionProps> {
  const pushConfig = {
    pushEndpoint: `${to.url}${path}`,
    attributes,
    noWrapper: body === "message" ? undefined : { writeMetadata: body === "data-and-headers" },
  };
  if (pusher === "nobody") return { how: "push", rules, config: { pushConfig } };
  const invoke = "grantInvoke" in to ? to.grantInvoke(pusher, { why: "Pub/Sub pushes as it" }) : undefined;
  // Pub/Sub's agent makes the token. Projects of before April 2021 let it do so only where it is told.
  const token = pusher.grantTokenCreator(serviceAgent(scope, "pubsub"), { why: "signs the token that a push carries" });
  const oidcToken = { serviceAccountEmail: pusher.email, audience: to.audience ?? to.url };
  return {
    how: "push",
    rules,
    config: { pushConfig: { ...pushConfig, oidcToken } },
    waits: () => [...(invoke?.waits() ?? []), ...token.waits()],
  };
}
