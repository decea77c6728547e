import type { StreamProcessorEnvironment } from "../../../pipeline-images/stream-processor/contract";
import { milliseconds, type Duration } from "../../../pipeline/duration";
import { mapValues } from "../../../pipeline/objects";
import { WorkerPool } from "../../cloud-run/worker-pool";
import { limits } from "../../core/limits";
import { check, type Rules } from "../../core/rules";
import type { Size } from "../../core/size";
import { streamProcessorImage } from "../images";
import { noteUnsupported, pipelines } from "../journey-rules";
import type { Runner, StreamShape } from "../runner";
import { bindings, grantData, identityOf, specObject } from "./binding";
import { pulled } from "./pull";

export interface WorkerPoolOptions {
  /** @default "1" */
  readonly cpu?: `${number}`;
  /** Enough for the state of all open windows. @default "1Gi" */
  readonly memory?: Size;
  /** 1, or 0 to pause: a second instance could only wait. @default 1 */
  readonly instances?: number;
  /** The longest time between two checkpoints while there is work, 100ms to 60s. @default "1s" */
  readonly checkpointEvery?: Duration;
  /** How long a message is the processor's without a word, 10s to 600s. @default "30s" */
  readonly lease?: Duration;
}

const LEASE: Duration = "30s";
const MEMORY: Size = "1Gi";

const rules: Rules<WorkerPoolOptions> = [
  limits("Pub/Sub").lasts("lease", "10s", "600s", "https://cloud.google.com/pubsub/docs/lease-management"),
  {
    id: "checkpointEvery-range",
    reads: ["checkpointEvery"],
    ofTokens: true,
    page: "https://cloud.google.com/storage/docs/request-rate",
    broken({ checkpointEvery }) {
      if (checkpointEvery === undefined) return undefined;
      const good = /^\d+(\.\d+)?(ms|s|m)$/.test(checkpointEvery) && between(milliseconds(checkpointEvery), 100, 60_000);
      return good ? undefined : `checkpointEvery is "${checkpointEvery}": the processor takes 100ms to 60s`;
    },
  },
];

const between = (value: number, low: number, high: number): boolean => value >= low && value <= high;

/**
 * One instance of our stream processor that runs all the time: windows, state, exactly once into BigQuery. Its state is
 * in the journey's bucket, and outlives it.
 */
export function workerPool(options: WorkerPoolOptions = {}): Runner<StreamShape> {
  return {
    kind: "worker-pool",
    provision(scope, task, shape) {
      check(scope, options, rules);
      const { name, pipeline, bucket } = task;
      const { checkpointEvery, lease, memory = MEMORY, ...sizes } = options;
      const identity = identityOf(scope, task);
      const subscriptions = pulled(scope, task);
      for (const subscription of Object.values(subscriptions)) {
        subscription.grantSubscribe(identity, { why: "takes and acknowledges messages" });
      }
      grantData(task, identity);
      bucket.grantReadWrite(identity, { why: "reads the pipeline, keeps its checkpoints" });
      bucket.holdsShortLived();
      const bound = bindings(
        task,
        mapValues(subscriptions, ({ path }) => path),
      );
      const env: StreamProcessorEnvironment = {
        PIPELINE: specObject(scope, task).url,
        MODE: "pull",
        INPUTS: bound.inputs,
        OUTPUTS: bound.outputs,
        ERRORS: bound.errors,
        // By the pipeline's name: a worker pool that is called otherwise goes on with the same state.
        CHECKPOINTS: `gs://${bucket.name}/checkpoints/${pipeline.name}`,
        CHECKPOINT_EVERY: checkpointEvery,
        LEASE: lease,
        // Of its sandbox not every control group says it.
        MEMORY_LIMIT: memory,
      };
      new WorkerPool(scope, "workers", {
        ...sizes,
        memory,
        name,
        identity,
        image: streamProcessorImage,
        env: { ...env },
      });
      noteUnsupported(scope, task);
      pipelines.tell(scope, {
        spec: pipeline.toJSON(),
        shape,
        runner: "worker-pool",
        instances: options.instances,
        lease: lease ?? LEASE,
      });
    },
  };
}
