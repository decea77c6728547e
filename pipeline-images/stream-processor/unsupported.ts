import type { OutputBinding, OutputBindings } from "../../pipeline/bindings";
import type { PipelineSpec } from "../../pipeline/spec";

/**
 * Why the stream processor does not run a pipeline: a sentence that names what it is and the way out; undefined where
 * it does. Pure, so that it can be said when a stack is synthesized, not first by a container that will not start.
 */
export function unsupported(spec: PipelineSpec): string | undefined {
  const bounded = Object.entries(spec.inputs).filter(([, { kind }]) => kind === "bounded");
  if (bounded.length === 0) return undefined;
  const problems = bounded.map(([name]) => `${name} (a bounded input)`).join(", ");
  return `${spec.name}: the stream processor does not run ${problems}. Dataflow does: Runner.dataflow()`;
}

/** Why it does not write what a pipeline's outputs are bound to; undefined where it does. */
export function unsupportedOutputs(pipeline: string, outputs: OutputBindings): string | undefined {
  const problems = Object.entries(outputs).flatMap(([name, binding]) => {
    const why = whyNotWritten(binding);
    return why === undefined ? [] : [`${name} (${why})`];
  });
  return problems.length === 0 ? undefined : `${pipeline}: the stream processor does not write ${problems.join(", ")}`;
}

function whyNotWritten(binding: OutputBinding): string | undefined {
  if ("topic" in binding) return undefined;
  if ("table" in binding) {
    const { write = "append" } = binding;
    return write === "append" ? undefined : `a table by ${write}`;
  }
  if ("tables" in binding) return "tables by the value of a field";
  if ("files" in binding) return "files";
  return "bigtable" in binding ? "Bigtable" : "Firestore";
}
