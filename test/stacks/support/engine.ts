/** A pipeline run by the stream processor's engine, on messages that come one by one, without a cloud around it. */
import type { PipelineSpec } from "../../../pipeline";
import type { AnyRow } from "../../../pipeline/schema/row";
import { Engine } from "../../../pipeline-images/stream-processor/operators/engine";
import { GivenMessages } from "../../pipeline-images/stream-processor/support/messages";

export interface Arrival {
  /** The message, as it comes. */
  readonly data: string;
  /** When it comes, which is when it was published: RFC 3339. */
  readonly at: string;
}

export interface Sides {
  readonly [input: string]: readonly AnyRow[];
}

export interface Rows {
  readonly [output: string]: readonly { readonly [field: string]: unknown }[];
}

/**
 * What each output gets, in order, and what is refused under `errors`; at the end, every window gives what it has.
 * @param sides rows of side inputs
 */
export function runPipeline(spec: PipelineSpec, arrivals: readonly Arrival[], sides: Sides = {}): Rows {
  const rows: { [output: string]: { readonly [field: string]: unknown }[] } = { errors: [] };
  const into = (name: string) => {
    const taken = (rows[name] ??= []);
    return (row: object) => void taken.push(row as { readonly [field: string]: unknown });
  };
  const engine = new Engine({ spec, output: into, errors: into("errors") });
  for (const [name, side] of Object.entries(sides)) engine.setSide(name, side);
  arrivals.forEach(({ data, at }, index) => {
    const now = Date.parse(at);
    engine.advanceClock(now);
    engine.take(new GivenMessages([{ data, id: `${index + 1}` }], now), 0);
    engine.endBatch();
    engine.advanceWatermark({ time: now, quiet: false, lastMessage: now });
  });
  engine.close();
  return rows;
}

/** A pipeline without one of its steps: what came to it goes on to what came after. */
export function withoutStep(spec: PipelineSpec, id: string): PipelineSpec {
  const [before] = spec.steps.find((one) => one.id === id)?.inputs ?? [];
  if (before === undefined) throw new Error(`${spec.name} has no step ${id}`);
  const around = (name: string): string => (name === id ? before : name);
  return {
    ...spec,
    steps: spec.steps.filter((one) => one.id !== id).map((one) => ({ ...one, inputs: one.inputs.map(around) })),
    outputs: Object.fromEntries(Object.entries(spec.outputs).map(([name, from]) => [name, around(from)])),
  };
}
