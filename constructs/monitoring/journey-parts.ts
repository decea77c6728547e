import type { AnyDataset } from "../bigquery/dataset";
import type { Relation } from "../bigquery/relation";
import type { AnyCloudRunJob } from "../cloud-run/cloud-run-job";
import type { AnyCloudRunService } from "../cloud-run/cloud-run-service";
import type { WorkerPool } from "../cloud-run/worker-pool";
import type { AnyCloudFunction } from "../functions/cloud-function";
import type { AnySubscription } from "../pubsub/subscription";
import type { AnyTopic } from "../pubsub/topic";
import type { Schedule } from "../scheduler/schedule";
import type { WatchedService } from "./signals/cloud-run";
import type { WatchedJob } from "./signals/dataflow";
import type { WatchedProcessor } from "./signals/stream-processor";

/** What runs a pipeline of the stream processor's. */
export interface Processor {
  /** The pipeline's name, as it says it in its log. */
  readonly pipeline: string;
  readonly workerPool: WorkerPool;
}

/** What there is of a journey, in the order in which data goes through it. */
export interface JourneyParts {
  /** Services and functions that take events in. @default none */
  readonly ingest?: readonly (AnyCloudRunService | AnyCloudFunction)[];
  /** @default none */
  readonly topics?: readonly AnyTopic[];
  /** Those that something reads, or that deliver by themselves. @default none */
  readonly subscriptions?: readonly AnySubscription[];
  /** Those that hold dead letters. @default none */
  readonly deadLetters?: readonly AnySubscription[];
  /** Services and functions that work on events. @default none */
  readonly services?: readonly (AnyCloudRunService | AnyCloudFunction)[];
  /** @default none */
  readonly processors?: readonly Processor[];
  /** Worker pools that run something of your own. @default none */
  readonly workerPools?: readonly WorkerPool[];
  /** Dataflow's streaming jobs. @default none */
  readonly streamingJobs?: readonly { readonly name: string }[];
  /** Dataflow's batch jobs, as they are called when they are launched. @default none */
  readonly batchJobs?: readonly { readonly name: string }[];
  /** Cloud Run's. @default none */
  readonly jobs?: readonly AnyCloudRunJob[];
  /** What calls or starts something by the clock. @default none */
  readonly schedules?: readonly Schedule[];
  /** Tables that are written to. @default none */
  readonly tables?: readonly Relation[];
  /** Datasets in which tables are made as they are needed. @default those of the tables */
  readonly datasets?: readonly AnyDataset[];
}

/** The parts by the names that metrics know them by. */
export interface JourneyNames {
  readonly ingest: readonly WatchedService[];
  readonly topics: readonly string[];
  readonly subscriptions: readonly string[];
  readonly deadLetters: readonly string[];
  readonly services: readonly WatchedService[];
  readonly processors: readonly WatchedProcessor[];
  /** Those of processors too. */
  readonly workerPools: readonly string[];
  readonly dataflowJobs: readonly WatchedJob[];
  readonly jobs: readonly string[];
  readonly schedules: readonly string[];
  readonly datasets: readonly string[];
  readonly apis: readonly string[];
}

export function namesOf(parts: JourneyParts): JourneyNames {
  const processors = (parts.processors ?? []).map(({ pipeline, workerPool }) => ({
    pipeline,
    workerPool: nameOf(workerPool),
  }));
  const pools = [...processors.map(({ workerPool }) => workerPool), ...(parts.workerPools ?? []).map(nameOf)];
  return {
    ingest: servicesOf(parts.ingest),
    topics: lastNames(parts.topics),
    subscriptions: lastNames(parts.subscriptions),
    deadLetters: lastNames(parts.deadLetters),
    services: servicesOf(parts.services),
    processors,
    workerPools: [...new Set(pools)],
    dataflowJobs: [
      ...(parts.streamingJobs ?? []).map(({ name }) => ({ name, mode: "streaming" as const })),
      ...(parts.batchJobs ?? []).map(({ name }) => ({ name, mode: "batch" as const })),
    ],
    jobs: (parts.jobs ?? []).map(({ name }) => name),
    schedules: (parts.schedules ?? []).map(nameOf),
    datasets: [
      ...new Set(
        [...(parts.tables ?? []).map(({ dataset }) => dataset), ...(parts.datasets ?? [])].map(({ name }) => name),
      ),
    ],
    apis: apisOf(parts),
  };
}

/** As plain text: what is watched need not be there yet. */
const lastNames = (things: readonly { readonly fullName: string }[] = []): readonly string[] =>
  things.map(({ fullName }) => fullName.slice(fullName.lastIndexOf("/") + 1));

const servicesOf = (services: readonly (AnyCloudRunService | AnyCloudFunction)[] = []): readonly WatchedService[] =>
  services.map((service) => ({
    name: service.name,
    maxInstances:
      "maxInstances" in service && typeof service.maxInstances === "number" ? service.maxInstances : undefined,
  }));

/** As plain text, where it has one. */
const nameOf = ({ resource }: WorkerPool | Schedule): string => resource.nameInput ?? resource.name;

/** The APIs whose quotas the parts use up. */
function apisOf(parts: JourneyParts): readonly string[] {
  return [
    ...(some(parts.topics, parts.subscriptions, parts.deadLetters) ? ["pubsub"] : []),
    ...(some(parts.ingest, parts.services, parts.processors, parts.workerPools, parts.jobs) ? ["run"] : []),
    ...(some(parts.streamingJobs, parts.batchJobs) ? ["dataflow", "compute"] : []),
    ...(some(parts.tables, parts.datasets) ? ["bigquery", "bigquerystorage"] : []),
  ];
}

const some = (...all: readonly (readonly unknown[] | undefined)[]): boolean =>
  all.some((parts) => parts !== undefined && parts.length > 0);

/** Whether there is nothing at all. */
export function isEmpty(parts: JourneyParts): boolean {
  const { ingest, topics, subscriptions, deadLetters, services, processors, workerPools } = parts;
  const { streamingJobs, batchJobs, jobs, schedules, tables, datasets } = parts;
  const first = some(ingest, topics, subscriptions, deadLetters, services);
  return !first && !some(processors, workerPools, streamingJobs, batchJobs, jobs, schedules, tables, datasets);
}
