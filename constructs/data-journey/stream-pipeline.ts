import { Construct } from "constructs";
import { fieldSpecs } from "../../pipeline/schema/field-spec";
import type { Fields } from "../../pipeline/schema/field";
import { Schema } from "../../pipeline/schema/schema";
import type { Shape } from "../../pipeline/flow";
import type { FieldsOfOutputs, Pipeline } from "../../pipeline/pipeline";
import type { AnyDataset } from "../bigquery/dataset";
import { AnyTable, Table } from "../bigquery/table";
import { columnsOf } from "../bigquery/table-props";
import { check, type Rules } from "../core/rules";
import { list } from "../core/text";
import type { AnyServiceAccount } from "../iam/service-account";
import type { AnyNetwork } from "../network/network";
import { deadLetterTopics } from "../pubsub/journey-rules";
import type { AnySubscription } from "../pubsub/subscription";
import type { AnyTopic } from "../pubsub/topic";
import type { AnyBucket } from "../storage/bucket";
import type { EventTopic } from "./event-topic";
import type { Runner } from "./runner";

/** Pipelines that never end. */
export type StreamShape = Exclude<Shape, "bounded">;

/** A pipeline that reads a stream of such events, with their metadata or without. */
export type StreamPipelineOf<E extends Fields, O extends FieldsOfOutputs, S extends StreamShape> = Pipeline<
  { readonly [input: string]: Schema<Fields, E> },
  O,
  S
>;

/** What an output's rows go into: a table that is made, by name; a table or a topic of yours. */
export type Destination = string | AnyTable | AnyTopic;

export interface ProcessOptions<O extends FieldsOfOutputs = FieldsOfOutputs, S extends StreamShape = StreamShape> {
  /** Where it runs. What the pipeline needs and the runner lacks does not compile. */
  readonly runner: Runner<NoInfer<S>>;
  /** Where each output goes. One that is missing or unknown does not compile. */
  readonly into: { readonly [Output in keyof NoInfer<O>]: Destination };
  /** What runs it is called so. @default the pipeline's name */
  readonly name?: string;
  /** The subscription's name, or for a pull runner one that is there. @default the pipeline's name */
  readonly subscription?: string | AnySubscription;
  /** Which messages, by their attributes. @default all */
  readonly filter?: string;
  /** The account it runs as. @default one of its own */
  readonly identity?: AnyServiceAccount;
}

export interface StreamPipelineProps<
  E extends Fields = Fields,
  O extends FieldsOfOutputs = FieldsOfOutputs,
  S extends StreamShape = StreamShape,
> extends ProcessOptions<O, S> {
  readonly pipeline: StreamPipelineOf<E, O, S>;
  readonly events: EventTopic<E>;
  /** Where tables are made. */
  readonly dataset: AnyDataset;
  /** Where the pipeline's spec is kept, and a runner's checkpoints. */
  readonly bucket: AnyBucket;
  /** Needed for Dataflow. @default none */
  readonly network?: AnyNetwork;
}

const page = "https://cloud.google.com/pubsub/docs/subscriber";

/** What rules see: all but the runner, which looks after itself. */
type Checked = Omit<StreamPipelineProps, "runner">;

const rules: Rules<Checked> = [
  {
    id: "pipeline-input",
    reads: [],
    page,
    broken({ pipeline, events }) {
      const inputs = Object.entries(pipeline.inputs);
      const [name, input] = inputs[0] ?? [];
      if (inputs.length !== 1 || !(input instanceof Schema)) {
        return `pipeline ${pipeline.name} reads ${list(inputs.map(([each]) => each))}: a journey's pipeline reads one stream, its events`;
      }
      const same =
        JSON.stringify(fieldSpecs(input.eventFields)) === JSON.stringify(fieldSpecs(events.event.eventFields));
      return same
        ? undefined
        : `pipeline ${pipeline.name} reads ${input.name} as ${name}, and the topic carries ${events.event.name} with other fields`;
    },
  },
  {
    id: "pipeline-outputs",
    reads: [],
    page,
    broken({ pipeline, into }) {
      const names = Object.keys(pipeline.outputs);
      const wrong = [
        ...names.filter((name) => !(name in into)),
        ...Object.keys(into).filter((name) => !names.includes(name)),
      ];
      return wrong.length === 0
        ? undefined
        : `into does not fit: pipeline ${pipeline.name} gives ${list(names)}, and into has ${list(Object.keys(into))}`;
    },
  },
  {
    id: "output-columns",
    reads: [],
    page: "https://cloud.google.com/bigquery/docs/write-api",
    broken({ pipeline, into }) {
      const wrong = Object.entries(into).flatMap(([output, to]) => {
        const fields = pipeline.outputs[output]?.fields;
        return to instanceof AnyTable && fields ? misfits(to, fields).map((misfit) => `${output}: ${misfit}`) : [];
      });
      return wrong.length === 0 ? undefined : wrong.join("; ");
    },
  },
];

/** The columns that a table of yours lacks, or has of another type. */
function misfits(table: AnyTable, fields: Fields): string[] {
  if (table.columns === undefined) return [];
  const there = new Map(table.columns.map((column) => [column.name, column]));
  return columnsOf(fields).flatMap(({ name, type }) => {
    const column = there.get(name);
    if (column?.type === type) return [];
    return [
      `table ${table.name} has ${column ? `${name} as ${column.type}` : `no column ${name}`}, the pipeline gives ${type}`,
    ];
  });
}

/**
 * A pipeline that runs on a stream of events: its subscription, its tables, its spec, its identity and grants, and what
 * runs it. The subscription outlives its runner: another one takes over its backlog (but not the state of open windows).
 * @throws InvalidProps
 */
export class StreamPipeline<
  E extends Fields = Fields,
  O extends FieldsOfOutputs = FieldsOfOutputs,
  S extends StreamShape = StreamShape,
> extends Construct {
  /** By output. */
  readonly outputs: { readonly [output: string]: AnyTable | AnyTopic };

  constructor(scope: Construct, id: string, props: StreamPipelineProps<E, O, S>) {
    super(scope, id);
    check<Checked>(this, props, rules);
    const { pipeline, events, runner } = props;
    this.outputs = Object.fromEntries(
      Object.entries<Destination>(props.into).map(([output, to]) => [output, this.destination(output, to, props)]),
    );
    const errors = events.deadLetters.topic;
    deadLetterTopics.tell(this, { topic: errors.fullName });
    runner.provision(
      this,
      {
        pipeline,
        topic: events.topic,
        subscription: props.subscription ?? pipeline.name,
        filter: props.filter,
        outputs: this.outputs,
        errors,
        deadLetters: events.deadLetters,
        bucket: props.bucket,
        network: props.network,
        name: props.name ?? pipeline.name,
        identity: props.identity,
      },
      pipeline.shape,
    );
  }

  private destination(output: string, to: Destination, { pipeline, dataset }: Checked): AnyTable | AnyTopic {
    if (typeof to !== "string") return to;
    return new Table(this, `table ${output}`, { dataset, name: to, columns: pipeline.outputs[output]?.fields ?? [] });
  }
}
