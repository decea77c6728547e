import type { BeamPipelineParameters } from "../../../pipeline-images/beam-pipeline/contract";
import { mapValues } from "../../../pipeline/objects";
import { shapeOf } from "../../../pipeline/shape-of";
import { FlexTemplate } from "../../dataflow/flex-template";
import { FlexTemplateJob, type FlexTemplateJobProps } from "../../dataflow/flex-template-job";
import type { AnyNetwork } from "../../network/network";
import { beamPipelineImage } from "../images";
import { pipelines } from "../journey-rules";
import type { Runner } from "../runner";
import { bindings, grantData, identityOf, specObject } from "./binding";
import { pulled } from "./pull";

/** What a job takes that is not the pipeline's own: machines, disks, sizing, tags, keys, labels. */
type JobOptions = Omit<
  FlexTemplateJobProps,
  "bucket" | "graph" | "identity" | "name" | "network" | "parameters" | "template"
>;

export interface DataflowOptions extends JobOptions {
  /** @default the journey's */
  readonly network?: AnyNetwork;
  /** @default the pipeline's name */
  readonly jobName?: string;
  /** The template's object in the journey's bucket. @default "templates/<pipeline>.json" */
  readonly template?: string;
}

const parameters: { readonly [Name in keyof BeamPipelineParameters]: string } = {
  pipeline: "The pipeline as data: gs://bucket/object",
  inputs: "Where each input comes from, as JSON",
  outputs: "Where each output's rows go, as JSON",
  errors: "Where rows go that a step refused, as JSON",
};

/**
 * A Dataflow job: many machines. A changed pipeline is updated in place where its graph allows; else the job drains,
 * which ends all open windows, each with what it has.
 */
export function dataflow(options: DataflowOptions = {}): Runner {
  return {
    kind: "dataflow",
    provision(scope, task, shape) {
      const { name, pipeline, bucket } = task;
      const { network = task.network, jobName = name, template: object = `templates/${name}.json`, ...sizes } = options;
      if (network === undefined) {
        throw new Error(
          `${scope.node.path}: Dataflow needs a network: give the journey one, or Runner.dataflow({ network }). Without it workers look for "default", which most projects lack (https://cloud.google.com/dataflow/docs/guides/specifying-networks)`,
        );
      }
      const identity = identityOf(scope, task);
      const subscriptions = pulled(scope, task);
      for (const subscription of Object.values(subscriptions)) {
        subscription.grantSubscribe(identity, { why: "takes and acknowledges messages" });
        subscription.grantView(identity, { why: "Dataflow looks at what it reads" });
      }
      grantData(task, identity);
      const template = new FlexTemplate(scope, "template", {
        image: beamPipelineImage,
        bucket,
        object,
        name: pipeline.name,
        sdk: { language: "java" },
        mode: "streaming",
        parameters: Object.entries(parameters).map(([id, helpText]) => ({ name: id, label: id, helpText })),
      });
      const told: BeamPipelineParameters = {
        pipeline: specObject(scope, task).url,
        ...bindings(
          task,
          mapValues(subscriptions, ({ path }) => path),
        ),
      };
      new FlexTemplateJob(scope, "job", {
        ...sizes,
        name: jobName,
        template,
        parameters: { ...told },
        bucket,
        network,
        identity,
        graph: shapeOf(pipeline.toJSON()),
      });
      pipelines.tell(scope, { spec: pipeline.toJSON(), shape, runner: "dataflow" });
    },
  };
}
