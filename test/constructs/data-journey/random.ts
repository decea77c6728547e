/** Journeys at random: what comes in, where it lands, what runs on it and handles it, each with options of its own. */
import type { Construct } from "constructs";
import * as fc from "fast-check";
import { Dataset } from "../../../constructs/bigquery/dataset";
import { ContainerImage } from "../../../constructs/core/image";
import { DataJourney } from "../../../constructs/data-journey/data-journey";
import { Runner } from "../../../constructs/data-journey/runners";
import { Network } from "../../../constructs/network/network";
import { PullSubscription } from "../../../constructs/pubsub/pull-subscription";
import { Topic } from "../../../constructs/pubsub/topic";
import { ServiceAccount } from "../../../constructs/iam/service-account";
import { Bucket } from "../../../constructs/storage/bucket";
import { duration, IMAGE, maybe } from "../support";
import { accounted, labelled, large, Order, perMinute } from "./events";

type Journey = DataJourney<typeof Order.fields>;
/** One thing that a journey is told, by a name of its own. */
type Step = (journey: Journey, name: string, network: () => Network) => void;

const image = ContainerImage.fromRegistry(IMAGE);

const ingest: fc.Arbitrary<Step> = fc
  .record({
    access: maybe(fc.constantFrom("public" as const, "private" as const)),
    attributes: maybe(fc.subarray(["order_id", "amount", "created_at"] as const)),
    maxBodyBytes: maybe(fc.integer({ min: 1, max: 10_000_000 })),
    minInstances: maybe(fc.integer({ min: 0, max: 20 })),
    timeout: maybe(duration("1s", "3600s")),
    ingress: maybe(fc.constantFrom("all" as const, "internal" as const)),
  })
  .map((options) => (journey, name) => void journey.ingest({ ...options, name }));

const delivery = {
  maxDeliveryAttempts: maybe(fc.integer({ min: 5, max: 100 })),
  filter: maybe(fc.constantFrom("attributes:a", 'attributes.type = "b"', 'NOT hasPrefix(attributes.type, "c")')),
};

const landInTable: fc.Arbitrary<Step> = fc
  .record({ metadata: maybe(fc.boolean()), view: fc.boolean(), ...delivery })
  .map(({ view, ...options }) => (journey, name) => {
    const table = name.replaceAll("-", "_");
    journey.landRaw({ ...options, into: table, subscription: name, view: view ? `${table}_view` : undefined });
  });

const landInFiles: fc.Arbitrary<Step> = fc
  .record({
    format: maybe(fc.constantFrom("text" as const, "avro" as const)),
    file: maybe(
      fc.record({ duration: maybe(duration("1m", "10m")), bytes: maybe(fc.integer({ min: 1_000, max: 1e9 })) }),
    ),
  })
  .map((into) => (journey, name) => {
    const bucket = new Bucket(journey, `${name} bucket`, { name });
    journey.landRaw({ into: { ...into, bucket }, subscription: name });
  });

const rowWise = fc.constantFrom(large, accounted, labelled);

const push: fc.Arbitrary<Step> = fc
  .record({
    pipeline: rowWise,
    maxInstances: maybe(fc.integer({ min: 1, max: 1000 })),
    maxDeliveryAttempts: delivery.maxDeliveryAttempts,
    ackDeadline: maybe(duration("10s", "600s")),
    filter: delivery.filter,
  })
  .map(({ pipeline, filter, ...options }) => (journey, name) => {
    const runner = Runner.pushService(options);
    journey.process(renamed(pipeline, name) as never, { runner, into: destinations(pipeline, name), filter } as never);
  });

const windowed: fc.Arbitrary<Step> = fc
  .record({
    pipeline: fc.oneof(rowWise, fc.constant(perMinute)),
    dataflow: fc.boolean(),
    maxWorkers: maybe(fc.integer({ min: 1, max: 1000 })),
    lease: maybe(duration("10s", "15s")),
    checkpointEvery: maybe(fc.constantFrom("100ms" as const, "1s" as const, "60s" as const)),
  })
  .map(({ pipeline, dataflow, maxWorkers, ...pool }) => (journey, name, network) => {
    const runner = dataflow ? Runner.dataflow({ maxWorkers, network: network() }) : Runner.workerPool(pool);
    journey.process(renamed(pipeline, name) as never, { runner, into: destinations(pipeline, name) } as never);
  });

const handle: fc.Arbitrary<Step> = fc
  .record({
    publishes: fc.boolean(),
    ordering: maybe(fc.constant(false)),
    retention: maybe(duration("10m", "31d")),
    ...delivery,
  })
  .map(({ publishes, ...options }) => (journey, name) => {
    const publishTo = publishes ? readTopic(journey, `${name}-results`) : undefined;
    journey.handle({ ...options, name, image, publishTo });
  });

/** A journey under another name, so that many can be in one stack. */
export const journey = fc
  .record({
    enforceSchema: maybe(fc.boolean()),
    retention: maybe(duration("10m", "31d")),
    monitored: fc.boolean(),
    steps: fc.array(fc.oneof(ingest, landInTable, landInFiles, push, windowed, handle), { maxLength: 5 }),
  })
  .map(({ steps, monitored, ...props }) => (scope: Construct, name: string) => {
    const dataset = new Dataset(scope, "dataset", { name: name.replaceAll("-", "_") });
    const made: Journey = new DataJourney(scope, "journey", { ...props, event: Order, name, dataset });
    let network: Network | undefined;
    const once = (): Network => (network ??= new Network(scope, "network", { name: `${name}-net`.slice(0, 40) }));
    for (const [index, step] of steps.entries()) step(made, `${name}-${index}`, once);
    if (monitored) made.monitor({ channels: [] });
    return made;
  });

/** The same pipeline under another name: resources are called by it. */
function renamed<P extends { readonly name: string }>(pipeline: P, name: string): P {
  return Object.create(pipeline, { name: { value: name, enumerable: true } }) as P;
}

const destinations = (pipeline: { readonly outputs: object }, name: string): { readonly [output: string]: string } =>
  Object.fromEntries(Object.keys(pipeline.outputs).map((output) => [output, `${name.replaceAll("-", "_")}_${output}`]));

/** A topic that somebody reads. */
function readTopic(scope: Construct, name: string): Topic {
  const topic = new Topic(scope, name);
  const read = new PullSubscription(scope, `${name}-read`, { topic });
  read.grantSubscribe(new ServiceAccount(scope, `${name}-reader`));
  return topic;
}
