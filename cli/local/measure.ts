/** How it can be told that every click reached a table. */
import type { PipelineSpec, StepKind, StepSpec } from "../../pipeline/spec";

export type Measure =
  /** The table keeps the message's id. */
  | { readonly by: "message ids"; readonly column: string; readonly mayDrop: readonly string[] }
  /** The column counts messages; its sum over all rows is their number. */
  | { readonly by: "counts"; readonly column: string; readonly mayDrop: readonly string[] }
  /** Neither: that the subscription was acknowledged is all there is, which is done after the rows are durable. */
  | { readonly by: "acknowledgements"; readonly why: string };

const MESSAGE_ID = "message_id";

/** Rows may end here, or become many, and nothing is wrong. */
const dropping: readonly StepKind[] = ["filter", "flatMap", "distinct", "join", "enrich", "stateful"];

/** @param columns of the table */
export function measureOfTable(columns: readonly string[]): Measure {
  if (columns.includes(MESSAGE_ID)) return { by: "message ids", column: MESSAGE_ID, mayDrop: [] };
  return { by: "acknowledgements", why: `the table has no column ${MESSAGE_ID}` };
}

/**
 * @param output that is bound to the table
 * @param columns of the table
 */
export function measureOfOutput(spec: PipelineSpec, output: string, columns: readonly string[]): Measure {
  const steps = pathTo(spec, spec.outputs[output]);
  const mayDrop = steps.filter(({ kind }) => dropping.includes(kind)).map(({ id }) => id);
  const counting = steps.findLast((step) => step.kind === "aggregate");
  if (counting === undefined) {
    const measure = measureOfTable(columns);
    return measure.by === "message ids" ? { ...measure, mayDrop } : measure;
  }
  const count = counting.aggregates.find((one) => one.kind === "count" && one.field === undefined);
  if (count === undefined || !columns.includes(count.name)) {
    return { by: "acknowledgements", why: `${counting.id} does not count its rows` };
  }
  if (steps.some((step) => step.kind === "window" && step.accumulation === "accumulating")) {
    return { by: "acknowledgements", why: `${counting.id} has accumulating panes, whose counts do not add up` };
  }
  return { by: "counts", column: count.name, mayDrop };
}

/** The steps that lead to a step, itself last; an input ends it. */
function pathTo(spec: PipelineSpec, reference: string | undefined): readonly StepSpec[] {
  const steps = new Map<string, StepSpec>();
  const visit = (id: string): void => {
    const step = spec.steps.find((one) => one.id === id.replace(/#errors$/, ""));
    if (step === undefined || steps.has(step.id)) return;
    for (const input of step.inputs) visit(input);
    steps.set(step.id, step);
  };
  if (reference !== undefined) visit(reference);
  return [...steps.values()];
}
