import type { DocumentEvents } from "../eventarc/event-source";
import type { PushSubscriptionProps } from "../pubsub/push-subscription";
import type { Duration } from "../../pipeline/duration";
import type { ScheduleProps } from "../scheduler/schedule-props";
import type { InvokeTarget } from "../scheduler/target";
import type { ObjectEvent } from "../storage/bucket-notification";
import type { AnyBucket } from "../storage/bucket";

/** Requests, of whoever may send them. */
export interface HttpTrigger {
  /** "private": only who was granted it may call it. "public": anybody may, by a grant that many organisations forbid. */
  readonly http: "private" | "public";
}

/** How messages are delivered: what a push subscription takes, but for what follows from the function. */
type Delivery = Omit<PushSubscriptionProps, "topic" | "name" | "to" | "as" | "ackDeadline" | "filter">;

/** Messages of a topic, as Pub/Sub pushes them: `httpFunction(onMessage(...))`. */
export interface TopicTrigger extends Delivery, Pick<PushSubscriptionProps, "topic" | "filter"> {
  /** The subscription's name. @default the function's */
  readonly subscription?: string;
}

/**
 * Objects of a bucket that come, change or go, as messages of Cloud Storage: `httpFunction(onMessage(...))`. The message's
 * attributes say which object (`objectId`) and what of it (`eventType`), its data is what Cloud Storage knows of it.
 * @see https://cloud.google.com/storage/docs/pubsub-notifications#format
 */
export interface BucketTrigger extends Delivery {
  readonly bucket: AnyBucket;
  /** @default ["finalized"]: an object is there, new or again */
  readonly events?: readonly ObjectEvent[];
  /**
   * Only of objects whose names begin so: "incoming/". A function that writes into the same bucket needs it, or calls
   * itself without end.
   * @default of all
   */
  readonly prefix?: string;
  /** The subscription's name, and with "-events" the topic's. @default the function's */
  readonly subscription?: string;
}

/**
 * Documents of Firestore, as events of Eventarc: `httpFunction(onCloudEvent(...))`. Eventarc alone knows of them, and
 * delivers by a subscription of its own: what it could not deliver within a day is gone, and nothing keeps it.
 */
export type DocumentTrigger = DocumentEvents;

/**
 * A time table: Cloud Scheduler sends a POST with a token, and tries again what is answered with an error. There is
 * nothing to set aside, as the next turn comes anyway.
 */
export interface ScheduleTrigger
  extends Omit<ScheduleProps, "target" | "name">, Pick<InvokeTarget, "headers" | "body"> {}

export type FunctionTrigger = HttpTrigger | TopicTrigger | BucketTrigger | DocumentTrigger | ScheduleTrigger;

/** How long it may take at most, by who waits for it. */
export function longestOf(trigger: FunctionTrigger): { readonly longest: Duration; readonly why: string } {
  if ("http" in trigger) return { longest: "3600s", why: "requests" };
  // Cloud Scheduler's longest wait for an answer.
  if ("cron" in trigger) return { longest: "1800s", why: "schedules" };
  return { longest: "540s", why: "events" };
}
