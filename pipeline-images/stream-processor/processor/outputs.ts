/** The outputs of a pipeline, each by the kind of its sink: taken up where the log left them, or without a log. */
import { rowsOfSpec } from "../../../pipeline/rows-of-spec";
import { fieldSpecs } from "../../../pipeline/schema/field-spec";
import type { AnyRow } from "../../../pipeline/schema/row";
import type { FieldSpec } from "../../../pipeline/spec";
import { errorFields } from "../../../pipeline/transforms/errors";
import type { OutputBinding } from "../../../pipeline/bindings";
import type { Ledger } from "../checkpoint/ledger";
import { partsOf } from "../checkpoint/output-parts";
import { RecordedOutput } from "../checkpoint/recorded-output";
import { writeErrorRow } from "../operators/error-rows";
import type { Moment, TakeRow } from "../operators/flow";
import { windowOfRows } from "../operators/stage";
import type { SinkClients } from "../sinks/clients";
import { sinkKind, sinkName } from "../sinks/kinds";
import type { LoggedOutput } from "../sinks/logged-output";
import type { OutputOptions } from "../sinks/output";
import type { DirectOutput, LoggedSink, RefuseRow, SinkOptions } from "../sinks/sink";
import type { Attributes } from "../sinks/topic-message";
import { directTopic, loggedTopic, type TopicBinding } from "../sinks/topic-sink";
import { type Bound, ERRORS } from "./meaning";
import type { Troubles } from "./troubles";

export interface OutputsOptions {
  readonly bound: Bound;
  readonly clients: SinkClients;
  /** What is being worked on. */
  readonly moment: () => Moment;
  /** A row that the sink of an output refused is counted. */
  readonly refused: (output: string) => void;
}

export interface LoggedOptions extends OutputsOptions, Omit<OutputOptions, "trouble"> {
  readonly ledger: Ledger;
  readonly term: number;
  readonly begun: number;
  /** How far the rows of an output have come. */
  readonly watermark: (output: string) => number;
  readonly troubles: Troubles;
  readonly assume: "written" | "lost" | undefined;
}

/** By name; the error output is the last. */
export function loggedOutputs(options: LoggedOptions): ReadonlyMap<string, LoggedOutput> {
  const { bound, ledger, troubles } = options;
  const logged = <Binding extends OutputBinding>(of: SinkOptions<Binding>) => {
    const sink = sinkName(of.binding);
    return {
      ...options,
      ...of,
      ...recordedOf(ledger, of.output, sink),
      trouble: troubles.about(sink),
      rowWindow: windowOfRows(bound.spec.outputs[of.output] ?? "", bound.spec),
      watermark: () => options.watermark(of.output),
    };
  };
  const errors = loggedTopic(logged(errorSink(options, () => errors.take)), errorAttributes(bound));
  const outputs = outputsOf(
    options,
    () => errors.take,
    (of) => sinkKind(of.binding).logged(logged(of)),
  );
  return outputs.set(ERRORS, errors);
}

/** By name, the error output apart: what sinks refuse goes to it, so that it is sent last. */
export function directOutputs(options: OutputsOptions): {
  outputs: ReadonlyMap<string, DirectOutput>;
  errors: DirectOutput;
} {
  const errors = directTopic(
    errorSink(options, () => errors.take),
    errorAttributes(options.bound),
  );
  return {
    outputs: outputsOf(
      options,
      () => errors.take,
      (of) => sinkKind(of.binding).direct(of),
    ),
    errors,
  };
}

function outputsOf<Made>(
  options: OutputsOptions,
  errors: () => TakeRow,
  make: (of: SinkOptions<OutputBinding>) => Made,
): Map<string, Made> {
  const { bound } = options;
  const rows = rowsOfSpec(bound.spec);
  return new Map(
    Object.entries(bound.spec.outputs).map(([output, reference]) => {
      const binding = bound.outputs[output] as OutputBinding;
      return [output, make(sinkOptions(options, output, binding, rows.get(reference) ?? errorRows, errors))];
    }),
  );
}

function sinkOptions<Binding extends OutputBinding>(
  { clients, moment, refused }: OutputsOptions,
  output: string,
  binding: Binding,
  fields: readonly FieldSpec[],
  errors: () => TakeRow,
): SinkOptions<Binding> {
  const refuse: RefuseRow = (row, why) => {
    refused(output);
    errors()(writeErrorRow(output, why, row), 0);
  };
  return { output, binding, fields, clients, moment, refuse };
}

const errorRows = fieldSpecs(errorFields);

const errorSink = (options: OutputsOptions, errors: () => TakeRow): SinkOptions<TopicBinding> =>
  sinkOptions(options, ERRORS, { topic: options.bound.errors }, errorRows, errors);

/** The attributes that the contract promises of a message of the error output. */
export const errorAttributes =
  ({ spec }: Pick<Bound, "spec">) =>
  (row: AnyRow): Attributes => ({
    pipeline: spec.name,
    step: row["step"] as string,
    reason: row["reason"] as string,
    message_id: (row["message_id"] as string | null) ?? undefined,
  });

function recordedOf(
  { outputs, context }: Ledger,
  output: string,
  sink: string,
): Pick<LoggedSink<OutputBinding>, "recorded" | "parts"> {
  const found = outputs.get(output);
  const isSame = context?.sinks[output] === sink;
  // Bound to another sink, and nothing is left to write: a new stream, and the numbers go on.
  const recorded =
    found !== undefined && isSame
      ? found
      : Object.assign(new RecordedOutput(output), { next: found?.next ?? 0, latest: found?.latest ?? 0 });
  return { recorded, parts: isSame ? partsOf(outputs, output) : new Map() };
}
