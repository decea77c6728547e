import type { OutputBinding, OutputBindings } from "../../pipeline/bindings";
import type { PipelineSpec } from "../../pipeline/spec";
import { windowOfRows } from "./operators/stage";

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

/** How messages come to a pipeline that does not end. */
export type Coming = "pulled" | "pushed";

/** Why it does not write what a pipeline's outputs are bound to; undefined where it does. */
export function unsupportedOutputs(
  spec: PipelineSpec,
  outputs: OutputBindings,
  coming: Coming = "pulled",
): string | undefined {
  // What ends is written to everything there is.
  if (isBounded(spec)) return undefined;
  const problems = Object.entries(outputs).flatMap(([name, binding]) => {
    const why = whyNotWritten(binding) ?? whyNoFiles(binding, spec.outputs[name] ?? "", spec, coming);
    return why === undefined ? [] : [`${name} (${why})`];
  });
  return problems.length === 0 ? undefined : `${spec.name}: the stream processor does not write ${problems.join(", ")}`;
}

function whyNotWritten(binding: OutputBinding): string | undefined {
  if ("topic" in binding) return undefined;
  if ("table" in binding) return binding.write === "truncate" ? "a table by truncate" : undefined;
  return undefined;
}

/** Rows of a file are known by the log, and its end by a window that many rows share. */
function whyNoFiles(binding: OutputBinding, reference: string, spec: PipelineSpec, coming: Coming): string | undefined {
  if (!("files" in binding)) return undefined;
  if (coming === "pushed") return "files of what is pushed, of which there is no log: Runner.workerPool() writes them";
  const isOfSessions = windowOfRows(reference, spec)?.windowing.type === "sessions";
  return isOfSessions ? "a file for each session: put them into fixed windows first" : undefined;
}
