import { EventarcTrigger } from "@cdktf/provider-google/lib/eventarc-trigger";
import { Construct } from "constructs";
import type { Grant } from "../core/grants";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { settled } from "../core/propagation";
import { check } from "../core/rules";
import { serviceAgent } from "../core/service-agents";
import { Site } from "../core/site";
import { uses } from "../core/uses";
import { grantOnProject } from "../iam/project-grant";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { attachments } from "../pubsub/journey-rules";
import { calledBy, destinationOf, namedBy } from "./event-destination";
import { criteriaOf, filtersOf } from "./event-source";
import { objectTriggers, topicTriggers } from "./journey-rules";
import { triggerRules, type EventTriggerProps } from "./trigger-props";

export type { EventTriggerProps };

/**
 * Events of Google Cloud, delivered at least once each to a service or a workflow, for a day. What they are delivered by
 * is Eventarc's own: a topic, and a subscription without dead letters. What must not be lost comes by a PushSubscription;
 * objects by a BucketNotification and one of these. A service on GKE and an address within a network are left to
 * `overrides`: destination.
 * @throws InvalidProps
 * @see https://cloud.google.com/eventarc/docs
 */
export class EventTrigger extends Construct {
  readonly resource: EventarcTrigger;
  /** Whose calls those of the trigger are. */
  readonly identity: AnyServiceAccount;

  constructor(scope: Construct, id: string, props: EventTriggerProps) {
    super(scope, id);
    const key = props.name ?? id;
    const name = physicalName(this, key);
    check(this, { ...props, name }, triggerRules);
    const { on, to } = props;
    const filters = filtersOf(on);
    this.identity = props.identity ?? new ServiceAccount(this, "identity", { name: accountName(`${key}-trigger`) });
    const rights = this.rights(key, props);
    this.resource = make(
      this,
      "resource",
      EventarcTrigger,
      key,
      {
        name,
        location: props.location ?? filters.location ?? Site.of(this).settings.region,
        labels: props.labels,
        matchingCriteria: criteriaOf(filters),
        destination: destinationOf(to),
        serviceAccount: this.identity.email,
        eventDataContentType: props.content && `application/${props.content}`,
        ...filters.more,
        ...props.overrides,
      },
      settled(this, `trigger-${key}`, () => rights.flatMap((right) => [...right.waits()])),
    );
    uses.tell(this, { member: this.identity.member, where: "destination", text: namedBy(to) });
    if ("topic" in on) {
      attachments.tell(this, { topic: on.topic.fullName });
      topicTriggers.tell(this, { topic: on.topic.fullName });
    }
    if ("bucket" in on) {
      const { bucket, event = "finalized" } = on;
      objectTriggers.tell(this, { bucket: bucket.fullName, event, member: calledBy(to).identity?.member });
    }
  }

  /** All that Google looks at when a trigger is made. */
  private rights(key: string, { on, to }: EventTriggerProps): readonly Grant[] {
    const rights = [
      calledBy(to).grantInvoke(this.identity, { why: `Eventarc calls it for ${key}` }),
      // An agent that is asked for before it is needed has no rights yet. It makes the topic and the subscription.
      grantOnProject("roles/eventarc.serviceAgent", serviceAgent(this, "eventarc"), {
        why: "Eventarc makes what events are delivered by",
      }),
      this.identity.grantTokenCreator(serviceAgent(this, "pubsub"), { why: "signs the token that a call carries" }),
    ];
    if (!("topic" in on)) {
      const why = { why: `Eventarc takes the events of ${key} as it` };
      rights.push(grantOnProject("roles/eventarc.eventReceiver", this.identity, why));
    }
    if ("bucket" in on) {
      const why = { why: "tells Eventarc of objects, by a topic that Eventarc makes" };
      rights.push(grantOnProject("roles/pubsub.publisher", serviceAgent(this, "storage"), why));
    }
    return rights;
  }
}
