import type { Construct } from "constructs";
import type { Shape } from "../../pipeline/flow";
import type { Pipeline } from "../../pipeline/pipeline";
import type { AnyTable } from "../bigquery/table";
import type { AnyServiceAccount } from "../iam/service-account";
import type { AnyNetwork } from "../network/network";
import type { AnySubscription } from "../pubsub/subscription";
import type { AnyTopic } from "../pubsub/topic";
import type { AnyBucket } from "../storage/bucket";

/** A pipeline and what it is bound to, for a runner to provision. */
export interface Task {
  readonly pipeline: Pipeline;
  readonly topic: AnyTopic;
  /** The subscription's name, or one that is there: of the pull runners only. */
  readonly subscription: string | AnySubscription;
  readonly filter: string | undefined;
  readonly outputs: { readonly [output: string]: AnyTable | AnyTopic };
  /** Where rows go that a step refused and no output took. */
  readonly errors: AnyTopic;
  /** Where messages go that could not be delivered. */
  readonly deadLetters: { readonly topic: AnyTopic };
  readonly bucket: AnyBucket;
  readonly network: AnyNetwork | undefined;
  /** What the workload and its account are called. */
  readonly name: string;
  readonly identity: AnyServiceAccount | undefined;
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
