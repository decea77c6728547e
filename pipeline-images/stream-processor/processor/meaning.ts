/** What recorded state means, so that state of one meaning is never taken for another. */
import { rowsOfSpec } from "../../../pipeline/rows-of-spec";
import type { FieldSpec, PipelineSpec } from "../../../pipeline/spec";
import type { InputBindings, OutputBindings } from "../../../pipeline/bindings";
import type { Ledger } from "../checkpoint/ledger";
import { outputOf } from "../checkpoint/output-parts";
import type { Context } from "../checkpoint/record";
import { COMMON_STORE } from "../operators/watermarks";
import { isStage, type StageStep, windowOf } from "../operators/stage";
import { sinkName } from "../sinks/kinds";

/** The output of error rows that no other output takes. */
export const ERRORS = "#errors";

export interface Bound {
  readonly spec: PipelineSpec;
  /** The subscription of each input that is a stream. */
  readonly subscriptions: { readonly [input: string]: string };
  /** Where each side input comes from. */
  readonly sides: InputBindings;
  readonly outputs: OutputBindings;
  readonly errors: string;
}

/** @param begun when the log began, in milliseconds since the epoch */
export function contextOf({ spec, subscriptions, outputs, errors }: Bound, begun: number): Context {
  const sinks = Object.entries(outputs).map(([output, binding]) => [output, sinkName(binding)] as const);
  return {
    pipeline: spec.name,
    subscriptions,
    state: meanings(spec),
    sinks: Object.fromEntries([...sinks, [ERRORS, errors]]),
    begun,
  };
}

/** Of each step that keeps state: what makes up its keys, its values and its windows. Functions may change. */
function meanings(spec: PipelineSpec): { [step: string]: string } {
  const rows = rowsOfSpec(spec);
  return Object.fromEntries(
    spec.steps.filter(isStage).map((step) => {
      const windows = windowOf(step, spec);
      const window = windows && [windows.windowing, windows.trigger, windows.allowedLateness, windows.accumulation];
      const keys = (rows.get(step.inputs[0] ?? "") ?? []).filter(({ name }) => keysOf(step).includes(name));
      return [step.id, JSON.stringify({ keys: typesOf(keys), window, kept: keptBy(step) })];
    }),
  );
}

const typesOf = (fields: readonly FieldSpec[]): readonly string[] =>
  fields.map(({ name, type, mode, as = "" }) => `${name} ${type} ${mode} ${as}`);

const keysOf = (step: StageStep): readonly string[] => (step.kind === "join" ? step.on : (step.keys ?? []));

/** What a step keeps of each key, beside the key. */
function keptBy(step: StageStep): unknown {
  if (step.kind === "distinct") return step.within;
  if (step.kind === "join") return [step.type, typesOf(step.fields)];
  if (step.kind === "stateful") return typesOf(step.state);
  const parts = step.aggregates.map((one) => [one.name, one.kind, "field" in one ? one.field : "", accumulatorOf(one)]);
  return [typesOf(step.fields), parts];
}

const accumulatorOf = (one: object): unknown => ("accumulator" in one ? one.accumulator : "");

/** Why what a log holds is not for this processor: sentences. None where it is. */
function misfits(ledger: Ledger, own: Context): string[] {
  const { context } = ledger;
  if (context === undefined) return [];
  const problems: string[] = [];
  if (context.pipeline !== own.pipeline)
    problems.push(`it is of the pipeline ${context.pipeline}, not ${own.pipeline}`);
  for (const [input, subscription] of Object.entries(context.subscriptions)) {
    const now = own.subscriptions[input];
    // After a drain nothing is left of it, and nothing of its messages is still to be acknowledged.
    if (now === subscription || (now === undefined && ledger.drained)) continue;
    problems.push(
      `it is of ${subscription}, ${now === undefined ? `and nothing is called ${input} now` : `not ${now}`}`,
    );
  }
  for (const step of ledger.state.held) {
    if (step === COMMON_STORE || context.state[step] === own.state[step]) continue;
    const now =
      own.state[step] === undefined
        ? "which the pipeline no longer has"
        : "whose keys, windows or values are others now";
    problems.push(`it keeps state of ${step}, ${now}`);
  }
  for (const { output, requests } of ledger.outputs.values()) {
    if (requests.length === 0 || context.sinks[outputOf(output)] === own.sinks[outputOf(output)]) continue;
    const now = own.sinks[outputOf(output)] ?? "nowhere";
    problems.push(
      `it has rows for ${context.sinks[outputOf(output)]} that are not written, and output ${output} goes to ${now} now`,
    );
  }
  return problems;
}

/** @throws Error that says all that does not fit, and what to do. */
export function refuseMisfits(ledger: Ledger, own: Context, place: string): void {
  const problems = misfits(ledger, own);
  if (problems.length === 0) return;
  throw new Error(
    `the checkpoints at ${place} are not for this pipeline:\n  ${problems.join("\n  ")}\n` +
      "End the old one first: start with --drain, which goes by the pipeline that is in the log. " +
      "Or start with --reset-state=<name>: all that it keeps is lost then. Or give the pipeline another name, and a log of its own",
  );
}
