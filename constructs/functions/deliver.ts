import type { Construct } from "constructs";
import type { Duration } from "../../pipeline/duration";
import type { EventReceiver } from "../eventarc/event-destination";
import { EventTrigger } from "../eventarc/event-trigger";
import type { AnyServiceAccount } from "../iam/service-account";
import { DeadLetters } from "../pubsub/dead-letters";
import { PushSubscription, type Invokable } from "../pubsub/push-subscription";
import { Topic } from "../pubsub/topic";
import { Schedule } from "../scheduler/schedule";
import { BucketNotification } from "../storage/bucket-notification";
import { bucketFunctions } from "./facts";
import { timeoutSeconds } from "./function-props";
import type { BucketTrigger, FunctionTrigger, TopicTrigger } from "./trigger";

/** A function, by what delivers to it. */
interface Called extends Invokable, EventReceiver {
  readonly key: string;
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
  if ("document" in trigger) new EventTrigger(owner, "trigger", { name: owner.key, on: trigger, to: owner });
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
