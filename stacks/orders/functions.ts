import { ContainerImage, EventHandler, EventTopic, Table, type AnyTopic, type DataJourney } from "../../constructs";
import type { FirestoreDatabase } from "../../constructs/firestore";
import { FunctionSource } from "../../constructs/functions";
import { nullable, numeric, string, timestamp } from "../../pipeline";
import { anyEvent, created, FirstResult, newOrders, SecondResult, shipped, type OrderEvent } from "./events";

type Orders = DataJourney<typeof OrderEvent.fields>;

const source = (name: string): FunctionSource => FunctionSource.fromFolder(`stacks/orders/functions/${name}`);
const step = (name: string): ContainerImage =>
  ContainerImage.fromFolder(`stacks/orders/handlers/${name}`, {
    builtFrom: ["stacks/orders/events.ts", "handler", "runtime", "pipeline"],
  });

/** A function on each order. */
export function processOrders(journey: Orders): void {
  journey.handle({
    name: "process-pubsub-message",
    source: source("process-pubsub-message"),
    entryPoint: "processPubsubMessage",
    filter: newOrders,
    memory: "256Mi",
    timeout: "60s",
    maxInstances: 100,
  });
}

/** A function on each event, by its type: it keeps what happened, and tells of it. */
export function processEvents(journey: Orders, database: FirestoreDatabase, results: AnyTopic): void {
  const { identity } = journey.handle({
    name: "process-event",
    source: source("process-event"),
    entryPoint: "processEvent",
    filter: anyEvent,
    publishTo: results,
    env: { DATABASE: database.path },
  });
  database.grantWrite(identity, { why: "keeps events, and what failed" });
}

/** A function for each type of events, which is delivered no other, and one for the figures of all. */
export function fanOut(journey: Orders): void {
  journey.handle({
    name: "order-created-handler",
    source: source("order-created-handler"),
    entryPoint: "handleOrderCreated",
    filter: created,
  });
  journey.handle({
    name: "order-shipped-handler",
    source: source("order-shipped-handler"),
    entryPoint: "handleOrderShipped",
    filter: shipped,
  });
  const table = new Table(journey, "events table", {
    dataset: journey.dataset,
    name: "order_events",
    columns: {
      message_id: string({ description: "the same in every copy" }),
      publish_time: nullable(timestamp()),
      event_type: nullable(string()),
      order_id: string(),
      amount: nullable(numeric()),
    },
  });
  const { identity } = journey.handle({
    name: "order-analytics-function",
    source: source("order-analytics-function"),
    entryPoint: "analyzeOrders",
    env: { TABLE: table.path },
  });
  table.grantWrite(identity, { why: "adds a row for each event" });
}

/** Three services with a topic between each two: any of them may be slow, or away, and no order is lost. */
export function chain(journey: Orders, results: AnyTopic): void {
  // Whatever cannot be handled is kept in one place, wherever in the chain it was.
  const { deadLetters } = journey.events;
  const second = new EventTopic(journey, "second", { event: FirstResult, name: "process-topic-2", deadLetters });
  const third = new EventTopic(journey, "third", { event: SecondResult, name: "process-topic-3", deadLetters });
  journey.handle({ name: "step-1", image: step("step-1"), filter: created, publishTo: second });
  new EventHandler(journey, "step-2", { name: "step-2", events: second, image: step("step-2"), publishTo: third });
  new EventHandler(journey, "step-3", { name: "step-3", events: third, image: step("step-3"), publishTo: results });
}
