/** What a running local cloud shows of itself: all that the command line prints and the console draws. */
import type { JourneyGraph } from "./graph";
import type { Attributes, Counters, Denial, Door, Grant, LogEntry } from "./service";

export interface CloudView {
  readonly stack: StackView;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Everything that the stack has, in the order in which it was applied. */
  readonly resources: readonly ResourceView[];
  /** The stack's outputs, their references resolved. */
  readonly outputs: { readonly [name: string]: unknown };
  /** The services that run here: "pubsub", "bigquery" ... */
  readonly services: readonly string[];
  readonly graph: JourneyGraph;
  readonly grants: readonly Grant[];
  /** Every different refusal so far, first seen first. */
  readonly denials: readonly Denial[];
  /** The door of the person at the laptop: its variables point Google's own tools here. */
  readonly owner: Door;
  readonly logs: LogStream;
  /** What every service counted so far, by resource address. */
  counters(): Counters;
  workloads(): readonly WorkloadView[];
}

export interface StackView {
  /** gaming-events-dev */
  readonly id: string;
  readonly project: string;
  readonly projectNumber: string;
  readonly region: string;
}

export interface ResourceView {
  /** google_pubsub_topic.dj-pubsub-topic */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  /** Configured and computed, as references see them. */
  readonly attributes: Attributes;
  /** The service that runs it; undefined for what does not run on a laptop. */
  readonly service: string | undefined;
  /** Why it does not run here, a sentence; undefined for what runs. */
  readonly notHere: string | undefined;
}

export type WorkloadState = "stopped" | "starting" | "running" | "restarting" | "stopping";

/** A service, a worker pool or a job of Cloud Run, as processes. */
export interface WorkloadView {
  readonly address: string;
  readonly name: string;
  readonly kind: "service" | "worker-pool" | "job";
  /** serviceAccount:name@project.iam.gserviceaccount.com */
  readonly identity: string;
  /** The folder that its image is built from; undefined where it is built from none, and does not run here. */
  readonly folder: string | undefined;
  /** Where a service is reached, its tokens checked; undefined for others. */
  readonly url: string | undefined;
  /** Of a job, the tasks that run now. */
  readonly instances: readonly InstanceView[];
}

export interface InstanceView {
  readonly state: WorkloadState;
  /** Of the running process. */
  readonly pid: number | undefined;
  /** Times that it was started again. */
  readonly restarts: number;
  /** How the last process ended: "exited with 1", "was killed by SIGKILL". */
  readonly lastExit: string | undefined;
  /** http://127.0.0.1:port of the process itself, past the check of tokens: `/state`, `/drain`. */
  readonly controlUrl: string | undefined;
  /** What it wrote last, oldest first, at most 50. */
  readonly lines: readonly LogEntry[];
}

export interface LogStream {
  /** The newest entries, oldest first, at most 1,000. */
  recent(limit?: number): readonly TimedEntry[];
  /** Calls back with every entry from now on, until the returned function is called. */
  follow(listener: (entry: TimedEntry) => void): () => void;
}

export interface TimedEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly entry: LogEntry;
}
