import type { Construct } from "constructs";
import {
  Bucket,
  CloudRunService,
  DataJourney,
  DeadLetters,
  PullSubscription,
  ServiceAccount,
  withoutRule,
  type AnyTopic,
  type DataJourneyProps,
  type Invokable,
} from "../../constructs";
import type { FirestoreDatabase } from "../../constructs/firestore";
import { TaskTarget, type AnyTaskQueue } from "../../constructs/tasks";
import { Request, UserEvent } from "./events";
import { handler, sized, source } from "./images";

type Parts = Pick<DataJourneyProps<typeof UserEvent.fields>, "bucket" | "dataset" | "network">;

/**
 * Events come in by HTTP, with what they are filtered by as attributes, and go to all who want them at once: a function,
 * a service, and the pipelines that the stack adds.
 */
export function events(
  scope: Construct,
  parts: Parts & {
    readonly database: FirestoreDatabase;
    readonly queue: AnyTaskQueue;
    /** What a new premium user's task calls. */
    readonly later: Invokable;
  },
): DataJourney<typeof UserEvent.fields> {
  const { database, queue, later, ...rest } = parts;
  const journey = new DataJourney(scope, "events", { ...rest, event: UserEvent, name: "input" });
  const client = new ServiceAccount(scope, "events client", { name: "event-client" });
  const ingest = journey.ingest({ name: "input-ingest", attributes: ["event_type", "region", "user_tier"] });
  ingest.service.grantInvoke(client, { why: "sends events" });

  // Each event, once, in a database.
  const reliable = journey.handle({
    ...sized,
    name: "reliable-function",
    source: source("reliable-function"),
    entryPoint: "reliableFunction",
    env: { ...sized.env, DATABASE: database.path },
  });
  database.grantWrite(reliable.identity, { why: "keeps each event" });

  // New premium users, and no others: Pub/Sub filters, so nothing is paid for what would only be dropped.
  const target = new TaskTarget(scope, "welcome", { queue, to: later, path: "/process" });
  const welcome = journey.handle({
    name: "welcome",
    image: handler("welcome"),
    filter: 'attributes.event_type="user_signup" AND attributes.user_tier="premium"',
    maxDeliveryAttempts: 5,
    env: target.env("WELCOME"),
  });
  target.grantEnqueue(welcome.identity, { why: "makes a task for each new premium user" });
  return journey;
}

/** What takes messages when it is time, many at once: a subscription that is pulled, each message by one task. */
export function pulled(scope: Construct, topic: AnyTopic): PullSubscription {
  const deadLetters = new DeadLetters(scope, "process-data-dead-letters");
  return new PullSubscription(scope, "process-data-messages", {
    topic,
    name: "process-data",
    exactlyOnce: true,
    deadLetters,
    maxDeliveryAttempts: 5,
    ackDeadline: "600s",
  });
}

/** One service asks another one, and does not wait for it: service A, a topic, service B, a bucket. */
export function services(scope: Construct): void {
  const journey = new DataJourney(scope, "requests", { event: Request, name: "requests" });
  const client = new ServiceAccount(scope, "requests client", { name: "request-client" });
  const serviceA = new CloudRunService(scope, "service-a", {
    image: handler("service-a"),
    env: { PUBLISH_TO: journey.events.topic.path },
  });
  serviceA.grantInvoke(client, { why: "sends requests" });
  journey.events.topic.grantPublish(serviceA.identity, { why: "publishes what it is asked" });

  const kept = new Bucket(scope, "kept", { name: "service-b-requests" });
  const serviceB = journey.handle({
    name: "service-b",
    image: handler("service-b"),
    ordering: true,
    env: { BUCKET: kept.name },
  });
  withoutRule(serviceB, "ordering-dead-letters", "a request that is none is not waited for by those after it");
  kept.grantReadWrite(serviceB.identity, { why: "keeps what it is sent" });
}
