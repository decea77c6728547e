import { Construct } from "constructs";
import type { Inputs } from "../../pipeline/inputs";
import { mapValues } from "../../pipeline/objects";
import { fieldSpecs } from "../../pipeline/schema/field-spec";
import type { Fields } from "../../pipeline/schema/field";
import { Schema } from "../../pipeline/schema/schema";
import type { FieldsOfOutputs, Pipeline } from "../../pipeline/pipeline";
import type { AnyDataset } from "../bigquery/dataset";
import type { AnyTable } from "../bigquery/table";
import { errorFields } from "../../pipeline/transforms/errors";
import { check, type Rules } from "../core/rules";
import { kebab, list } from "../core/text";
import type { AnyServiceAccount } from "../iam/service-account";
import type { AnyNetwork } from "../network/network";
import { deadLetterTopics } from "../pubsub/journey-rules";
import { AnySubscription } from "../pubsub/subscription";
import { AnyTopic } from "../pubsub/topic";
import type { AnyBucket } from "../storage/bucket";
import { sinkOf, type Destination } from "./destination";
import type { EventTopic } from "./event-topic";
import { columnsFit, endless, outputsFit } from "./output-rules";
import type { Runner, StreamShape } from "./runner";
import {
  filesNamed,
  rowsInput,
  streamOf,
  type RowsInput,
  type RowsSource,
  type SourcesOf,
  type Stream,
  type StreamSource,
} from "./source";

/** What is said of a pipeline on a stream of such events, whatever it is. */
interface CommonOptions<O extends FieldsOfOutputs, S extends StreamShape> {
  /** Where it runs. What the pipeline needs and the runner lacks does not compile. */
  readonly runner: Runner<NoInfer<S>>;
  /** Where each output goes. One that is missing or unknown does not compile. */
  readonly into: { readonly [Output in keyof NoInfer<O>]: Destination<NoInfer<O>[Output]> };
  /** What runs it is called so. @default the pipeline's name */
  readonly name?: string;
  /** The subscription's name, or for a pull runner one that is there. @default the pipeline's name */
  readonly subscription?: string | AnySubscription;
  /** Which messages, by their attributes. @default all */
  readonly filter?: string;
  /** The account it runs as. @default one of its own */
  readonly identity?: AnyServiceAccount;
}

/** Where inputs come from that are no stream of the topic's events. One that is missing or unknown does not compile. */
type FromOption<Sources> = keyof Sources extends never
  ? { readonly from?: { readonly [input: string]: never } }
  : { readonly from: Sources };

export type ProcessOptions<
  E extends Fields = Fields,
  I extends Inputs = Inputs,
  O extends FieldsOfOutputs = FieldsOfOutputs,
  S extends StreamShape = StreamShape,
> = CommonOptions<O, S> & FromOption<SourcesOf<NoInfer<I>, E>>;

export type StreamPipelineProps<
  E extends Fields = Fields,
  I extends Inputs = Inputs,
  O extends FieldsOfOutputs = FieldsOfOutputs,
  S extends StreamShape = StreamShape,
> = ProcessOptions<E, I, O, S> & {
  readonly pipeline: Pipeline<I, O, S>;
  readonly events: EventTopic<E>;
  /** Where tables are made. */
  readonly dataset: AnyDataset;
  /** Where the pipeline's spec is kept, and a runner's checkpoints. */
  readonly bucket: AnyBucket;
  /** Needed for Dataflow. @default none */
  readonly network?: AnyNetwork;
};

const page = "https://cloud.google.com/pubsub/docs/subscriber";

/** What rules and the constructor see: without the types that tie the parts together. */
interface Given extends Omit<CommonOptions<FieldsOfOutputs, StreamShape>, "runner" | "into"> {
  readonly pipeline: Pipeline;
  readonly events: EventTopic;
  readonly into: { readonly [output: string]: Destination };
  readonly from?: { readonly [input: string]: StreamSource | RowsSource };
  readonly dataset: AnyDataset;
  readonly bucket: AnyBucket;
  readonly network?: AnyNetwork;
}

const rules: Rules<Given> = [
  {
    id: "pipeline-input",
    reads: [],
    page,
    broken({ pipeline, events, from = {} }) {
      const own = Object.entries(pipeline.inputs).filter(([name]) => !(name in from));
      const wrong = own.flatMap(([name, input]) => {
        if (!(input instanceof Schema)) return [`${name} is no stream: say where it comes from (from: { ${name} })`];
        if (sameFields(input.eventFields, events.event.eventFields)) return [];
        return [
          `${name} is a stream of ${input.name}, and the topic carries ${events.event.name} with other fields: say where it comes from (from: { ${name} })`,
        ];
      });
      const unknown = Object.keys(from).filter((name) => !(name in pipeline.inputs));
      if (unknown.length > 0) wrong.push(`from has ${list(unknown)}, which the pipeline does not read`);
      return wrong.length === 0 ? undefined : `pipeline ${pipeline.name}: ${wrong.join("; ")}`;
    },
  },
  {
    id: "pipeline-source",
    reads: [],
    page,
    broken({ pipeline, from = {} }) {
      const wrong = Object.entries(from).filter(([name, source]) => {
        const input = pipeline.inputs[name];
        return input !== undefined && isStream(source) !== input instanceof Schema;
      });
      if (wrong.length === 0) return undefined;
      const words = wrong.map(([name, source]) =>
        isStream(source)
          ? `${name} is read as a whole, and from gives a stream: give a table, a query or files`
          : `${name} is a stream, and from gives what is read as a whole: give a topic`,
      );
      return `pipeline ${pipeline.name}: ${words.join("; ")}`;
    },
  },
  filesNamed("that never end"),
  outputsFit,
  columnsFit,
  endless,
];

const sameFields = (one: Fields, other: Fields): boolean =>
  JSON.stringify(fieldSpecs(one)) === JSON.stringify(fieldSpecs(other));

const isStream = (source: StreamSource | RowsSource): source is StreamSource =>
  source instanceof AnyTopic || source instanceof AnySubscription || "topic" in source;

/**
 * A pipeline that runs on a stream of events: its subscriptions, its tables, its spec, its identity and grants, and what
 * runs it. A subscription outlives its runner: another one takes over its backlog (but not the state of open windows).
 * @throws InvalidProps
 */
export class StreamPipeline<
  E extends Fields = Fields,
  I extends Inputs = Inputs,
  O extends FieldsOfOutputs = FieldsOfOutputs,
  S extends StreamShape = StreamShape,
> extends Construct {
  /** The pipeline's name, as it says it in its log. */
  readonly pipeline: string;
  /** Tables and topics that outputs go to, by output. */
  readonly outputs: { readonly [output: string]: AnyTable | AnyTopic | undefined };

  constructor(scope: Construct, id: string, props: StreamPipelineProps<E, I, O, S>) {
    super(scope, id);
    // The types of the parts fit each other by now; below, nothing depends on them.
    const given = props as unknown as Given;
    check(this, given, rules);
    const { pipeline, events, dataset, bucket, from = {} } = given;
    const name = given.name ?? pipeline.name;
    this.pipeline = pipeline.name;
    const streams: { [input: string]: Stream | AnySubscription } = {};
    const rows: { [input: string]: RowsInput } = {};
    for (const input of Object.keys(pipeline.inputs)) {
      const source = from[input];
      if (source === undefined) {
        const first = Object.keys(streams).length === 0;
        const subscription = first ? (given.subscription ?? pipeline.name) : `${pipeline.name}-${kebab(input)}`;
        streams[input] = { topic: events.topic, subscription, filter: given.filter };
      } else if (isStream(source)) streams[input] = streamOf(source, `${pipeline.name}-${kebab(input)}`);
      else rows[input] = rowsInput(source);
    }
    const around = { scope: this, dataset: () => dataset, bucket };
    const outputs = mapValues(pipeline.outputs, ({ fields }, output) =>
      sinkOf(output, fields, given.into[output] as Destination, around),
    );
    this.outputs = mapValues(outputs, ({ to }) => to);
    deadLetterTopics.tell(this, { topic: events.deadLetters.topic.fullName });
    const errors = sinkOf("errors", errorFields, events.deadLetters.topic, around);
    props.runner.provision(
      this,
      {
        pipeline,
        streams,
        rows,
        outputs,
        errors,
        deadLetters: events.deadLetters,
        bucket,
        network: given.network,
        name,
        identity: given.identity,
        schedule: undefined,
      },
      props.pipeline.shape,
    );
  }
}
