/** A pipeline that ends, as one without an end: the engine is given its rows as messages until it reads files. */
import type { PipelineSpec, StepSpec } from "../../../pipeline/spec";
import { runPipeline, type Rows } from "./engine";

/** @param lines of the file: JSON, a row each */
export function runBounded(spec: PipelineSpec, lines: readonly string[]): Rows {
  // All of them come at one moment, so that none is late; no message may be of a time after it was published.
  return runPipeline(
    asStream(spec),
    lines.map((data) => ({ data, at: "2030-01-01T00:00:00Z" })),
  );
}

/** Rows that are all there are in one window, and in order of nothing. */
function asStream(spec: PipelineSpec): PipelineSpec {
  const inputs = Object.keys(spec.inputs);
  const windows = inputs.map((input): StepSpec => ({
    id: all(input),
    kind: "window",
    inputs: [input],
    windowing: { type: "global" },
    trigger: { type: "afterWatermark" },
    allowedLateness: "0s",
    accumulation: "discarding",
  }));
  const after = (step: StepSpec): StepSpec => {
    const moved = { ...step, inputs: step.inputs.map((name) => (inputs.includes(name) ? all(name) : name)) };
    return moved.kind === "eventTime" ? { ...moved, maxDelay: "36500d" } : moved;
  };
  return {
    ...spec,
    inputs: Object.fromEntries(
      Object.entries(spec.inputs).map(([name, input]) => [name, { ...input, kind: "unbounded" }]),
    ),
    steps: [...windows, ...spec.steps.map(after)],
  };
}

/** The window of an input. */
const all = (input: string): string => `${input}.all`;
