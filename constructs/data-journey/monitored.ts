import type { IConstruct } from "constructs";
import { AnyDataset } from "../bigquery/dataset";
import { AnyTable } from "../bigquery/table";
import { CloudRunJob } from "../cloud-run/cloud-run-job";
import { CloudRunService } from "../cloud-run/cloud-run-service";
import { WorkerPool } from "../cloud-run/worker-pool";
import { DataflowLaunch } from "../dataflow/dataflow-launch";
import { FlexTemplateJob } from "../dataflow/flex-template-job";
import { CloudFunction } from "../functions/cloud-function";
import type { JourneyMonitoringProps } from "../monitoring/journey-monitoring";
import type { JourneyParts, Processor } from "../monitoring/journey-parts";
import { DeadLetters } from "../pubsub/dead-letters";
import { AnySubscription } from "../pubsub/subscription";
import { AnyTopic } from "../pubsub/topic";
import { Schedule } from "../scheduler/schedule";
import { BatchPipeline } from "./batch-pipeline";
import type { EventTopic } from "./event-topic";
import { IngestProxy } from "./ingest-proxy";
import { StreamPipeline } from "./stream-pipeline";

export interface MonitorOptions extends Omit<JourneyMonitoringProps, keyof JourneyParts | "name"> {
  /** In addresses. @default the topic's name */
  readonly name?: string;
  /** Made beside the journey and watched with it, all that is in them: a BatchPipeline, another stack. @default nothing */
  readonly beside?: readonly IConstruct[];
  /** What else belongs to the journey, part by part. @default nothing */
  readonly also?: JourneyParts;
}

/**
 * What there is to watch of a journey: all that it made, and the topic, the dead letters and the tables it was given.
 * A subscription of somebody else's that a pipeline reads is not among them: name it.
 */
export function partsOf(
  journey: IConstruct,
  { topic, deadLetters }: Pick<EventTopic, "topic" | "deadLetters">,
  { also = {}, beside = [] }: Pick<MonitorOptions, "also" | "beside"> = {},
): JourneyParts {
  const all = unique([journey, ...beside].flatMap(({ node }) => node.findAll()));
  const of = <T extends IConstruct>(kind: abstract new (...args: never) => T): readonly T[] =>
    all.filter((one): one is T => one instanceof kind);
  const kept: readonly AnySubscription[] = deadLetters instanceof DeadLetters ? [deadLetters.kept] : [];
  const doors: readonly IConstruct[] = of(IngestProxy).map(({ service }) => service);
  const services = [...of(CloudRunService), ...of(CloudFunction)];
  const streams = of(StreamPipeline);
  const processors = streams.flatMap(processorsOf);
  const processing = new Set(processors.map(({ workerPool }) => workerPool));
  const outputs = [...streams, ...of(BatchPipeline)]
    .flatMap((one) => Object.values(one.outputs))
    .filter((to) => to !== undefined);
  return joined(
    {
      ingest: services.filter((one) => doors.includes(one)),
      topics: unique([topic, ...of(AnyTopic), ...outputs.filter((to) => to instanceof AnyTopic)]).filter(
        (one) => one !== deadLetters.topic,
      ),
      subscriptions: of(AnySubscription).filter((one) => !kept.includes(one)),
      deadLetters: kept,
      services: services.filter((one) => !doors.includes(one)),
      processors,
      workerPools: of(WorkerPool).filter((one) => !processing.has(one)),
      streamingJobs: of(FlexTemplateJob),
      batchJobs: of(DataflowLaunch),
      jobs: of(CloudRunJob),
      schedules: of(Schedule),
      tables: unique([...of(AnyTable), ...outputs.filter((to) => to instanceof AnyTable)]),
      datasets: of(AnyDataset),
    },
    also,
  );
}

const processorsOf = ({ node, pipeline }: StreamPipeline): readonly Processor[] =>
  node
    .findAll()
    .filter((one) => one instanceof WorkerPool)
    .map((workerPool) => ({ pipeline, workerPool }));

/** What was found, and what was told besides. */
function joined(found: Required<JourneyParts>, also: JourneyParts): JourneyParts {
  const both = <Name extends keyof JourneyParts>(name: Name) => unique([...found[name], ...(also[name] ?? [])]);
  return {
    ingest: both("ingest"),
    topics: both("topics"),
    subscriptions: both("subscriptions"),
    deadLetters: both("deadLetters"),
    services: both("services"),
    processors: both("processors"),
    workerPools: both("workerPools"),
    streamingJobs: both("streamingJobs"),
    batchJobs: both("batchJobs"),
    jobs: both("jobs"),
    schedules: both("schedules"),
    tables: both("tables"),
    datasets: both("datasets"),
  };
}

const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];
