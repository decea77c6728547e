import { EventarcTrigger } from "@cdktf/provider-google/lib/eventarc-trigger";
import type { Construct } from "constructs";
import type { Duration } from "../../pipeline/duration";
import { make } from "../core/make";
import { physicalName } from "../core/names";
import { settled } from "../core/propagation";
import { serviceAgent } from "../core/service-agents";
import { Site } from "../core/site";
import { grantOnProject } from "../iam/project-grant";
import { accountName, ServiceAccount, type AnyServiceAccount } from "../iam/service-account";
import { DeadLetters } from "../pubsub/dead-letters";
import { PushSubscription, type Invokable } from "../pubsub/push-subscription";
import { Topic } from "../pubsub/topic";
import { Schedule } from "../scheduler/schedule";
import { BucketNotification } from "../storage/bucket-notification";
import { bucketFunctions } from "./facts";
import { timeoutSeconds } from "./function-props";
import type { BucketTrigger, DocumentTrigger, FunctionTrigger, TopicTrigger } from "./trigger";

/** A function, by what delivers to it. */
interface Called extends Invokable {
  readonly key: string;
  /** Of its service. */
  readonly service: string;
  readonly identity: AnyServiceAccount;
  readonly timeout: Duration;
}

/**
 * Makes what calls a function, beside it: a trigger within the function is Eventarc's, and cannot be changed without
 * making the function anew.
 */
export function deliver(owner: Construct & Called, trigger: FunctionTrigger): void {
  if ("topic" in trigger) pushMessages(owner, trigger);
  if ("bucket" in trigger) pushObjects(owner, trigger);
  if ("document" in trigger) deliverDocuments(owner, trigger);
  if ("cron" in trigger) {
    const { body, headers, ...schedule } = trigger;
    new Schedule(owner, "schedule", {
      ...schedule,
      name: owner.key,
      target: { to: owner, body, headers, deadline: deadline(owner.timeout) },
    });
  }
}

/** By a subscription of its own: Eventarc's sets no message aside, and gives up on it after a day. */
function pushMessages(owner: Construct & Called, { topic, subscription, ...delivery }: TopicTrigger): void {
  new PushSubscription(owner, "subscription", {
    ...delivery,
    deadLetters: delivery.deadLetters ?? new DeadLetters(owner, "dead-letters", { name: `${owner.key}-dead-letters` }),
    name: subscription ?? owner.key,
    topic,
    to: owner,
    ackDeadline: ackDeadline(owner.timeout),
  });
}

function pushObjects(owner: Construct & Called, trigger: BucketTrigger): void {
  const { bucket, events = ["finalized"], prefix, ...delivery } = trigger;
  const topic = new Topic(owner, "events", { name: `${delivery.subscription ?? owner.key}-events` });
  new BucketNotification(owner, owner.key, { bucket, topic, events, prefix });
  pushMessages(owner, { ...delivery, topic });
  bucketFunctions.tell(owner, { bucket: bucket.fullName, prefix, member: owner.identity.member });
}

/** Longer than the function may take: a message is never with two instances at once. */
const ackDeadline = (timeout: Duration): Duration => `${Math.max(timeoutSeconds(timeout) + 10, 10)}s`;

/** As long as the function may take; Cloud Scheduler waits 15s at least. */
const deadline = (timeout: Duration): Duration => `${Math.max(timeoutSeconds(timeout), 15)}s`;

function deliverDocuments(owner: Construct & Called, { document, on = "written", database }: DocumentTrigger): void {
  const identity = new ServiceAccount(owner, "trigger-identity", { name: accountName(`${owner.key}-trigger`) });
  const receive = grantOnProject("roles/eventarc.eventReceiver", identity, { why: "Eventarc takes events as it" });
  const invoke = owner.grantInvoke(identity, { why: "Eventarc calls it as this account" });
  const agent = serviceAgent(owner, "eventarc");
  const { region } = Site.of(owner).settings;
  const pattern = /[{*]/.test(document);
  make(
    owner,
    "trigger",
    EventarcTrigger,
    owner.key,
    {
      name: physicalName(owner, owner.key),
      location: database?.location ?? region,
      serviceAccount: identity.email,
      // In place of protobuf, which few read.
      eventDataContentType: "application/json",
      matchingCriteria: [
        { attribute: "type", value: `google.cloud.firestore.document.v1.${on}` },
        { attribute: "database", value: database?.name ?? "(default)" },
        { attribute: "document", value: document, operator: pattern ? "match-path-pattern" : undefined },
      ],
      destination: { cloudRunService: { service: owner.service, region } },
    },
    settled(owner, `events-of-${owner.key}`, () => [...receive.waits(), ...invoke.waits(), ...agent.waits()]),
  );
}
