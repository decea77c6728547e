import type { OutputBinding, OutputBindings } from "../../pipeline/bindings";
import type { PipelineSpec } from "../../pipeline/spec";

/**
 * Why the stream processor does not run a pipeline: a sentence that names what it is and the way out; undefined where
 * it does. Pure, so that it can be said when a stack is synthesized, not first by a container that will not start.
 */
export function unsupported(spec: PipelineSpec): string | undefined {
  if (!isBounded(spec)) return undefined;
  const streams = Object.entries(spec.inputs).filter(([, { kind }]) => kind === "unbounded");
  if (streams.length === 0) return undefined;
  const problems = streams.map(([name]) => `${name} (a stream)`).join(", ");
  return `${spec.name}: the stream processor does not run ${problems} beside what ends. Dataflow does: Runner.dataflow()`;
}

/** Whether a pipeline ends: it has an input that is all there. */
const isBounded = ({ inputs }: PipelineSpec): boolean => Object.values(inputs).some(({ kind }) => kind === "bounded");

/** Why it does not write what a pipeline's outputs are bound to; undefined where it does. */
export function unsupportedOutputs(spec: PipelineSpec, outputs: OutputBindings): string | undefined {
  // What ends is written to everything there is.
  if (isBounded(spec)) return undefined;
  const problems = Object.entries(outputs).flatMap(([name, binding]) => {
    const why = whyNotWritten(binding);
    return why === undefined ? [] : [`${name} (${why})`];
  });
  return problems.length === 0 ? undefined : `${spec.name}: the stream processor does not write ${problems.join(", ")}`;
}

function whyNotWritten(binding: OutputBinding): string | undefined {
  if ("topic" in binding) return undefined;
  if ("table" in binding) return binding.write === "truncate" ? "a table by truncate" : undefined;
  return "files" in binding ? "files" : undefined;
}
