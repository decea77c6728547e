import { PubsubSubscriptionIamMember } from "@cdktf/provider-google/lib/pubsub-subscription-iam-member";
import type { Construct } from "constructs";
import { ResourcePolicy, type Policy } from "../core/grants";
import { keyOfExisting, type Existing } from "../core/existing";
import { check, type Rules } from "../core/rules";
import { Site } from "../core/site";
import { nameRule } from "./names";
import { AnySubscription, Subscription } from "./subscription";
import type { SubscriptionProps } from "./subscription-props";

export interface PullSubscriptionProps extends SubscriptionProps {
  /**
   * A message is not delivered again while somebody works on it, nor after its acknowledgement was confirmed. Within
   * one region, and at a small part of the throughput.
   * @default false: our stream processor and Dataflow tell duplicates apart by themselves
   * @see https://cloud.google.com/pubsub/docs/exactly-once-delivery
   */
  readonly exactlyOnce?: boolean;
}

/** Messages that a reader asks for. */
export class PullSubscription extends Subscription<PullSubscriptionProps> {
  constructor(scope: Construct, id: string, props: PullSubscriptionProps) {
    super(scope, id, props, {
      how: "pull",
      rules: [],
      config: { enableExactlyOnceDelivery: props.exactlyOnce },
    });
  }

  /** A subscription that is there already. */
  static fromName(scope: Construct, id: string, from: Existing): AnySubscription {
    return new ExistingSubscription(scope, id, from);
  }
}

const rules: Rules<Existing> = [nameRule];

class ExistingSubscription extends AnySubscription {
  readonly name: string;
  readonly key: string;
  readonly path: string;
  readonly fullName: string;
  protected readonly policy: Policy;

  constructor(scope: Construct, id: string, from: Existing) {
    super(scope, id);
    check(this, from, rules);
    const ours = Site.of(this).settings.project;
    const project = from.project ?? ours;
    this.name = from.name;
    this.key = keyOfExisting(from, ours);
    this.fullName = `projects/${project}/subscriptions/${from.name}`;
    this.path = this.fullName;
    this.policy = new ResourcePolicy(this, {
      key: this.key,
      fullName: this.fullName,
      verbs: "grantSubscribe",
      tier: "data",
      member: PubsubSubscriptionIamMember,
      on: { subscription: from.name, project },
      grants: from.grants,
    });
  }
}
