/** What is wrong with a pipeline as a whole: names, rows of other pipelines, steps and inputs that nobody reads. */
import { isBounded } from "../flow";
import { stepOf, subjectOf, type Graph, type InputNode, type Node, type StepNode } from "./graph";
import type { Report } from "./report";

type Named = { readonly [name: string]: unknown };

/** @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create a service's id has fewer than 50 characters */
const LONGEST_PIPELINE_NAME = 49;
const pipelineName = /^[a-z](?:-?[a-z0-9])*$/;
export const partName = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

export function sayNames(report: Report, pipeline: string, inputs: Named, outputs: Named): void {
  if (!pipelineName.test(pipeline) || pipeline.length > LONGEST_PIPELINE_NAME) {
    report.say(
      `its name is "${pipeline}": resources are called by it, so it has lower-case letters, digits and single "-", a letter first, at most ${LONGEST_PIPELINE_NAME} (https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create)`,
    );
  }
  for (const [kind, names] of Object.entries({ input: Object.keys(inputs), output: Object.keys(outputs) })) {
    if (names.length === 0) report.say(`it has no ${kind}: name one at least`);
    for (const name of names) {
      if (!partName.test(name)) {
        report.say(`${kind} "${name}": a name has letters, digits, "_" and "-", a letter first, at most 63`);
      }
    }
  }
}

/** All that a step reads: rows, and the side input that it looks them up in. */
const readBy = (step: StepNode): readonly Node[] =>
  step.side === undefined ? step.inputs : [...step.inputs, step.side];

export function sayForeign(report: Report, graph: Graph, made: readonly StepNode[], outputs: readonly Node[]): void {
  const nodes = [...outputs, ...made.flatMap(readBy)];
  const others = new Set(nodes.filter((node) => node.graph !== graph).map((node) => node.graph.pipeline));
  for (const other of others) {
    report.say(`it uses rows of the pipeline ${other}: what one gives another reads from a topic or a table`);
  }
}

/** A step that no output depends on would not run: an assertion whose rows nobody takes checks nothing. */
export function sayUnused(
  report: Report,
  made: readonly StepNode[],
  inputs: Named,
  order: readonly StepNode[],
  outputs: readonly Node[],
): void {
  const used = new Set<Node>(order);
  const taken = new Set(made.flatMap(({ inputs: of }) => of.map(stepOf)));
  for (const step of made) {
    if (!used.has(step) && !taken.has(step)) {
      report.say(`${subjectOf(step)} leads to no output, so it would not run: return its rows, or leave it out`);
    }
  }
  const read = new Set([...outputs, ...order.flatMap(readBy)].map(stepOf).map(inputName));
  for (const name of Object.keys(inputs)) {
    if (!read.has(name)) report.say(`input "${name}" leads to no output: leave it out`);
  }
}

const inputName = (node: StepNode | InputNode): string | undefined => (node.type === "input" ? node.name : undefined);

export function sayMixed(report: Report, outputs: readonly Node[]): void {
  const flows = outputs.map(({ stream }) => isBounded(stream.flow));
  if (flows.includes(true) && flows.includes(false)) {
    report.say(
      "some outputs are of a stream and some of bounded input: one never ends and one does, make two pipelines",
    );
  }
}
