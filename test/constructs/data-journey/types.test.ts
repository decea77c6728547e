/** What does not compile. The compiler is the test: a line that is expected to be wrong and is not, is an error. */
import { expect, test } from "vitest";
import { DataJourney } from "../../../constructs/data-journey/data-journey";
import { Runner } from "../../../constructs/data-journey/runners";
import { Network } from "../../../constructs/network/network";
import { aStack } from "../support";
import { accounted, batch, enriched, large, Order, others, perMinute, shipped } from "./events";
import { Topic } from "../../../constructs/pubsub/topic";
import { Table } from "../../../constructs/bigquery/table";

const journeyOf = (): DataJourney<typeof Order.fields> => {
  const stack = aStack();
  return new DataJourney(stack, "journey", { event: Order, network: new Network(stack, "net") });
};

test("what the pipeline needs, the runner has", () => {
  const journey = journeyOf();
  journey.process(large, { runner: Runner.pushService(), into: { large: "large" } });
  journey.process(perMinute, { runner: Runner.workerPool(), into: { counts: "counts", refused: "refused" } });
  journey.process(accounted, { runner: Runner.dataflow({ maxWorkers: 2 }), into: { accounted: "accounted" } });
  expect(journey.node.children.length).toBeGreaterThan(3);
});

/** Never called: for the compiler alone. */
export function mistakes(journey: DataJourney<typeof Order.fields>): void {
  const runner = Runner.workerPool();
  const counts = { counts: "counts", refused: "refused" };
  // @ts-expect-error a push service keeps no windows
  journey.process(perMinute, { runner: Runner.pushService(), into: counts });
  // @ts-expect-error an output without a place
  journey.process(perMinute, { runner, into: { counts: "counts" } });
  // @ts-expect-error an output that the pipeline does not have
  journey.process(large, { runner, into: { large: "large", small: "small" } });
  // @ts-expect-error an output of another name
  journey.process(large, { runner, into: { larg: "large" } });
  // @ts-expect-error another event's pipeline
  journey.process(others, { runner, into: { all: "all" } });
  // @ts-expect-error a pipeline that ends
  journey.process(batch, { runner, into: { all: "all" } });
  const topic = Topic.fromName(journey, "topic", { name: "shipments" });
  const table = Table.fromName(journey, "table", { dataset: journey.dataset, name: "products" });
  journey.process(enriched, { runner, from: { products: table }, into: { enriched: "enriched" } });
  journey.process(shipped, { runner, from: { shipments: topic }, into: { shipped: "shipped" } });
  // @ts-expect-error a side input that comes from nowhere
  journey.process(enriched, { runner, into: { enriched: "enriched" } });
  // @ts-expect-error a side input that comes from a stream
  journey.process(enriched, { runner, from: { products: topic }, into: { enriched: "enriched" } });
  // @ts-expect-error a stream that comes from a table
  journey.process(shipped, { runner, from: { shipments: table }, into: { shipped: "shipped" } });
  // @ts-expect-error an input that the pipeline does not have
  journey.process(enriched, { runner, from: { products: table, shops: table }, into: { enriched: "enriched" } });
  // @ts-expect-error the journey's own events come from its topic
  journey.process(large, { runner, from: { orders: topic }, into: { large: "large" } });
  // @ts-expect-error a key that is no field of the output
  journey.process(large, { runner, into: { large: { topic, orderingKey: "region" } } });
  // @ts-expect-error a table's name with a field that the output does not have
  journey.process(large, { runner, into: { large: { tables: "large_{region}" } } });
  // @ts-expect-error a partition of rows that are added
  journey.process(large, { runner, into: { large: { table: "large", write: "append", partitionId: "20240131" } } });
  // @ts-expect-error no partition of BigQuery's
  journey.process(large, { runner, into: { large: { table: "large", write: "truncate", partitionId: "{today}" } } });
  // @ts-expect-error an option of another runner
  journey.process(large, { runner: Runner.pushService({ maxWorkers: 2 }), into: { large: "large" } });
  // @ts-expect-error an attribute that is no field of the event
  journey.ingest({ attributes: ["orderid"] });
  // @ts-expect-error a duration is text with a unit
  journey.process(large, { runner: Runner.workerPool({ lease: 30 }), into: { large: "large" } });
  // @ts-expect-error no unit of time
  journey.process(large, { runner: Runner.workerPool({ lease: "5 minutes" }), into: { large: "large" } });
}
