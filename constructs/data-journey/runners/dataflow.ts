import type { Construct } from "constructs";
import type { BeamPipelineParameters } from "../../../pipeline-images/beam-pipeline/contract";
import type { Shape } from "../../../pipeline/flow";
import { mapValues, omit } from "../../../pipeline/objects";
import { shapeOf } from "../../../pipeline/shape-of";
import { DataflowLaunch, type FlexLaunchProps } from "../../dataflow/dataflow-launch";
import { FlexTemplate } from "../../dataflow/flex-template";
import { FlexTemplateJob, type FlexTemplateJobProps } from "../../dataflow/flex-template-job";
import type {
  FlexBatchOptions,
  FlexOptions,
  JobOptions as AllJobOptions,
  SizedWorkers,
  StreamingOptions,
} from "../../dataflow/job-options";
import type { AnyServiceAccount } from "../../iam/service-account";
import type { AnyNetwork } from "../../network/network";
import { beamPipelineImage } from "../images";
import { pipelines } from "../journey-rules";
import type { Runner, StreamShape, Task } from "../runner";
import { bindings, grantData, identityOf, specObject } from "./binding";
import { pulled } from "./pull";

/** What a job takes that is not the pipeline's own: machines, disks, sizing, tags, keys, labels. */
type JobOptions = Omit<AllJobOptions, "bucket" | "identity" | "name" | "network" | "parameters"> &
  SizedWorkers &
  FlexOptions &
  Pick<FlexBatchOptions, "disk">;

export interface DataflowOptions extends JobOptions {
  /** @default the journey's */
  readonly network?: AnyNetwork;
  /** @default the pipeline's name */
  readonly jobName?: string;
  /** The template's object in the journey's bucket. @default "templates/<pipeline>.json" */
  readonly template?: string;
}

/** Of pipelines that never end. */
export interface DataflowStreamOptions
  extends DataflowOptions, Omit<StreamingOptions, "graph">, Pick<FlexTemplateJobProps, "overrides"> {}

/** Of pipelines that end. */
export interface DataflowBatchOptions
  extends DataflowOptions, Omit<FlexBatchOptions, "disk">, Pick<FlexLaunchProps, "launcher" | "shuffle"> {}

const parameters: { readonly [Name in keyof BeamPipelineParameters]: string } = {
  pipeline: "The pipeline as data: gs://bucket/object",
  inputs: "Where each input comes from, as JSON",
  outputs: "Where each output's rows go, as JSON",
  errors: "Where rows go that a step refused, as JSON",
};

/**
 * A Dataflow job: many machines. Of a stream it is a job that Terraform keeps; a changed pipeline is updated in place
 * where its graph allows, else the job drains, which ends all open windows, each with what it has. What ends is launched
 * by the clock and is no resource: one that has ended would be run again by the next apply.
 */
export function dataflow(options?: DataflowOptions): Runner;
export function dataflow(options: DataflowStreamOptions): Runner<StreamShape>;
export function dataflow(options: DataflowBatchOptions): Runner<"bounded">;
export function dataflow(options: DataflowStreamOptions | DataflowBatchOptions = {}): Runner {
  return {
    kind: "dataflow",
    provision(scope, task, shape) {
      if (shape === "bounded") launch(scope, task, options);
      else run(scope, task, options);
      tell(scope, task, shape);
    },
  };
}

function run(scope: Construct, task: Task, options: DataflowStreamOptions): void {
  const identity = identityOf(scope, task);
  const subscriptions = pulled(scope, task, "dataflow");
  for (const subscription of Object.values(subscriptions)) {
    subscription.grantSubscribe(identity, { why: "takes and acknowledges messages" });
    subscription.grantView(identity, { why: "Dataflow looks at what it reads" });
  }
  const paths = mapValues(subscriptions, ({ path }) => path);
  new FlexTemplateJob(scope, "job", {
    ...omit(options, ours),
    ...common(scope, task, options, identity, paths),
    template: new FlexTemplate(scope, "template", { ...templateOf(task, options), mode: "streaming" }),
    graph: shapeOf(task.pipeline.toJSON()),
  });
}

function launch(scope: Construct, task: Task, options: DataflowBatchOptions): void {
  const { pipeline, schedule } = task;
  if (schedule === undefined) {
    throw new Error(
      `${scope.node.path}: pipeline ${pipeline.name} ends, and a Dataflow job that ends is launched by the clock: give it a schedule`,
    );
  }
  new DataflowLaunch(scope, "job", {
    ...omit(options, ours),
    ...common(scope, task, options, identityOf(scope, task), {}),
    template: new FlexTemplate(scope, "template", { ...templateOf(task, options), mode: "batch" }),
    schedule,
  });
}

/** What is said of a pipeline and not of its job. */
const ours = ["network", "jobName", "template"] as const;

/** What a job is told, and what it runs in, whether it ends or not. */
function common(
  scope: Construct,
  task: Task,
  { network = task.network, jobName = task.name }: DataflowOptions,
  identity: AnyServiceAccount,
  subscriptions: { readonly [input: string]: string },
) {
  if (network === undefined) {
    throw new Error(
      `${scope.node.path}: Dataflow needs a network: give the journey one, or Runner.dataflow({ network }). Without it workers look for "default", which most projects lack (https://cloud.google.com/dataflow/docs/guides/specifying-networks)`,
    );
  }
  grantData(task, identity);
  const told: BeamPipelineParameters = { pipeline: specObject(scope, task).url, ...bindings(task, subscriptions) };
  return { name: jobName, parameters: { ...told }, bucket: task.bucket, network, identity };
}

const templateOf = ({ name, pipeline, bucket }: Task, { template = `templates/${name}.json` }: DataflowOptions) => ({
  image: beamPipelineImage,
  bucket,
  object: template,
  name: pipeline.name,
  sdk: { language: "java" } as const,
  parameters: Object.entries(parameters).map(([id, helpText]) => ({ name: id, label: id, helpText })),
});

const tell = (scope: Construct, { pipeline }: Task, shape: Shape): void =>
  pipelines.tell(scope, { spec: pipeline.toJSON(), shape, runner: "dataflow" });
