import { Construct } from "constructs";
import type { Inputs } from "../../pipeline/inputs";
import { mapValues } from "../../pipeline/objects";
import type { FieldsOfOutputs, Pipeline } from "../../pipeline/pipeline";
import { Dataset, type AnyDataset } from "../bigquery/dataset";
import type { AnyTable } from "../bigquery/table";
import { errorFields } from "../../pipeline/transforms/errors";
import { check, type Rules } from "../core/rules";
import { list, snake } from "../core/text";
import type { AnyServiceAccount } from "../iam/service-account";
import type { AnyNetwork } from "../network/network";
import type { AnyTopic } from "../pubsub/topic";
import { Bucket, type AnyBucket } from "../storage/bucket";
import { sinkOf, type Destination } from "./destination";
import { columnsFit, outputsFit } from "./output-rules";
import type { PipelineSchedule, Runner } from "./runner";
import { partitionIsTold } from "./replaced-partition";
import { filesNamed, rowsInput, type RowsSource } from "./source";

export interface BatchPipelineProps<I extends Inputs = Inputs, O extends FieldsOfOutputs = FieldsOfOutputs> {
  readonly pipeline: Pipeline<I, O, "bounded">;
  /** Where it runs: `Runner.job()` or `Runner.dataflow()`. */
  readonly runner: Runner<"bounded">;
  /** Where each input comes from. One that is missing or unknown does not compile. */
  readonly from: { readonly [Input in keyof NoInfer<I>]: RowsSource };
  /** Where each output goes. One that is missing or unknown does not compile. */
  readonly into: { readonly [Output in keyof NoInfer<O>]: Destination<NoInfer<O>[Output]> };
  /** When it runs. @default when somebody starts it */
  readonly schedule?: PipelineSchedule;
  /**
   * Where rows go that a step refused and no output took.
   * @default files in the bucket: "errors/<pipeline>-..."
   */
  readonly errors?: Destination;
  /** What runs it is called so. @default the pipeline's name */
  readonly name?: string;
  /** The account it runs as. @default one of its own */
  readonly identity?: AnyServiceAccount;
  /** Where tables are made. @default one that is called as the pipeline */
  readonly dataset?: AnyDataset;
  /** Where the pipeline's spec, its runs' counts and what they refuse are kept. @default "<project>-<pipeline>" */
  readonly bucket?: AnyBucket;
  /** Needed for Dataflow. @default none */
  readonly network?: AnyNetwork;
}

/** What rules and the constructor see: without the types that tie the parts together. */
interface Given extends Omit<BatchPipelineProps, "pipeline" | "from" | "into"> {
  readonly pipeline: Pipeline;
  readonly from: { readonly [input: string]: RowsSource };
  readonly into: { readonly [output: string]: Destination };
}

const rules: Rules<Given> = [
  {
    id: "pipeline-source",
    reads: [],
    page: "https://beam.apache.org/documentation/programming-guide/#size-and-boundedness",
    broken({ pipeline, from }) {
      const names = Object.keys(pipeline.inputs);
      const wrong = [
        ...names.filter((name) => !(name in from)),
        ...Object.keys(from).filter((name) => !names.includes(name)),
      ];
      return wrong.length === 0
        ? undefined
        : `from does not fit: pipeline ${pipeline.name} reads ${list(names)}, and from has ${list(Object.keys(from))}`;
    },
  },
  filesNamed("that end"),
  outputsFit,
  columnsFit,
  partitionIsTold,
];

/**
 * A pipeline that reads all there is and ends: a Cloud Run job, or a Dataflow job that is launched by the clock.
 * @throws InvalidProps
 */
export class BatchPipeline<I extends Inputs = Inputs, O extends FieldsOfOutputs = FieldsOfOutputs> extends Construct {
  /** Tables and topics that outputs go to, by output. */
  readonly outputs: { readonly [output: string]: AnyTable | AnyTopic | undefined };

  constructor(scope: Construct, id: string, props: BatchPipelineProps<I, O>) {
    super(scope, id);
    // The types of the parts fit each other by now; below, nothing depends on them.
    const given = props as unknown as Given;
    check(this, given, rules);
    const { pipeline } = given;
    const name = given.name ?? pipeline.name;
    const bucket = given.bucket ?? new Bucket(this, "bucket", { name: pipeline.name });
    const around = { scope: this, bucket, dataset: this.datasetOf(given) };
    const outputs = mapValues(pipeline.outputs, ({ fields }, output) =>
      sinkOf(output, fields, given.into[output] as Destination, around),
    );
    this.outputs = mapValues(outputs, ({ to }) => to);
    const refused: Destination = given.errors ?? { files: `errors/${pipeline.name}`, format: "json-lines" };
    props.runner.provision(
      this,
      {
        pipeline,
        streams: {},
        rows: mapValues(given.from, rowsInput),
        outputs,
        errors: sinkOf("errors", errorFields, refused, around),
        deadLetters: undefined,
        bucket,
        network: given.network,
        name,
        identity: given.identity,
        schedule: given.schedule,
      },
      props.pipeline.shape,
    );
  }

  /** Made when a table is to be in it. */
  private datasetOf({ dataset, pipeline }: Given): () => AnyDataset {
    let made = dataset;
    return () => (made ??= new Dataset(this, "dataset", { name: snake(pipeline.name) }));
  }
}
