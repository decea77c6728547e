import type { StreamProcessorEnvironment } from "../../../pipeline-images/stream-processor/contract";
import { aggregates } from "../../../pipeline/aggregates";
import { CloudRunJob, type CloudRunJobProps } from "../../cloud-run/cloud-run-job";
import { check, type Rules } from "../../core/rules";
import { streamProcessorImage } from "../images";
import { noteUnsupported, pipelines } from "../journey-rules";
import type { Runner, Task } from "../runner";
import { bindings, grantData, identityOf, specObject } from "./binding";
import { spilling, type SpillProps, spillRule } from "./spill";

export interface JobOptions
  extends
    SpillProps,
    Pick<
      CloudRunJobProps,
      "cpu" | "tasks" | "parallelism" | "timeout" | "retries" | "labels" | "egress" | "overrides"
    > {}

const rules: Rules<JobOptions & Pick<Task, "pipeline">> = [
  {
    id: "tasks-aggregate",
    reads: ["tasks"],
    page: "https://cloud.google.com/run/docs/create-jobs",
    broken({ tasks = 1, pipeline }) {
      const step = aggregates(pipeline.toJSON());
      return tasks > 1 && step !== undefined
        ? `tasks is ${tasks}, and ${pipeline.name} puts rows together (${step.id}), which one task does: the others would see a part each. Many machines: Runner.dataflow()`
        : undefined;
    },
  },
  spillRule,
];

/**
 * A Cloud Run job of our stream processor, for pipelines that end: by the clock, or when somebody starts it. Row by row
 * its tasks share the input; what puts rows together has one task, which puts aside what its memory does not hold. A run
 * that is repeated writes nothing twice into what it replaces.
 */
export function job(options: JobOptions = {}): Runner<"bounded"> {
  return {
    kind: "job",
    provision(scope, task, shape) {
      check(scope, { ...options, pipeline: task.pipeline }, rules);
      const { name, pipeline, bucket, schedule } = task;
      const identity = identityOf(scope, task);
      grantData(task, identity);
      bucket.grantReadWrite(identity, { why: "reads the pipeline, keeps what its tasks agree on, writes its counts" });
      const bound = bindings(task, {});
      const { spill: _spill, ...sizes } = options;
      const { env: spill, ...room } = spilling({ ...options, pipeline });
      const env: StreamProcessorEnvironment = {
        PIPELINE: specObject(scope, task).url,
        MODE: "batch",
        INPUTS: bound.inputs,
        OUTPUTS: bound.outputs,
        ERRORS: bound.errors,
        CHECKPOINTS: `gs://${bucket.name}/runs/${pipeline.name}`,
        METRICS: `gs://${bucket.name}/metrics/${pipeline.name}`,
        ...spill,
      };
      new CloudRunJob(scope, "job", {
        timeout: "24h",
        ...sizes,
        ...room,
        name,
        identity,
        image: streamProcessorImage,
        env: { ...env },
        schedule,
      });
      noteUnsupported(scope, task);
      pipelines.tell(scope, { spec: pipeline.toJSON(), shape, runner: "job" });
    },
  };
}
