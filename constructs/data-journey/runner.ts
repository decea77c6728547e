import type { Construct } from "constructs";
import type { Shape } from "../../pipeline/flow";
import type { Pipeline } from "../../pipeline/pipeline";
import type { AnyServiceAccount } from "../iam/service-account";
import type { AnyNetwork } from "../network/network";
import type { AnySubscription } from "../pubsub/subscription";
import type { AnyTopic } from "../pubsub/topic";
import type { AnyBucket } from "../storage/bucket";
import type { Sink } from "./destination";
import type { RowsInput, Stream } from "./source";

/** Pipelines that never end. */
export type StreamShape = Exclude<Shape, "bounded">;

/** A pipeline and what it is bound to, for a runner to provision. */
export interface Task {
  readonly pipeline: Pipeline;
  /** Inputs without an end. */
  readonly streams: { readonly [input: string]: Stream | AnySubscription };
  /** Inputs that are all there, and side inputs. */
  readonly rows: { readonly [input: string]: RowsInput };
  readonly outputs: { readonly [output: string]: Sink };
  /** Where rows go that a step refused and no output took. */
  readonly errors: Sink;
  /** Where messages go that could not be delivered. Undefined for what reads no stream. */
  readonly deadLetters: { readonly topic: AnyTopic } | undefined;
  readonly bucket: AnyBucket;
  readonly network: AnyNetwork | undefined;
  /** What the workload and its account are called. */
  readonly name: string;
  readonly identity: AnyServiceAccount | undefined;
  /** When it runs, where it ends. */
  readonly schedule: PipelineSchedule | undefined;
}

/** When a pipeline that ends is run. */
export interface PipelineSchedule {
  /** As unix-cron: "0 3 * * *". */
  readonly cron: string;
  /** @default "Etc/UTC": no hour of it comes twice or never */
  readonly timeZone?: string;
}

/**
 * Where a pipeline runs, as a value: another place is another word. `S` are the pipelines that it can run.
 * @see https://beam.apache.org/documentation/runners/capability-matrix/
 */
export interface Runner<in S extends Shape = Shape> {
  readonly kind: string;
  /** Makes all that the pipeline needs to run there. */
  readonly provision: (scope: Construct, task: Task, shape: S) => void;
}
