/** From a pipeline's steps to its spec: order, ids, and the checks that need more than one step. */
import { subjectOf, type Graph, type InputNode, type Node, type StepNode } from "./graph";
import { schemaOf, type Inputs } from "./inputs";
import { Report } from "./report";
import { fieldSpecs } from "./schema/field-spec";
import { fieldProblems, Schema } from "./schema/schema";
import { SPEC_VERSION, type FieldSpec, type InputSpec, type PipelineSpec, type StepSpec } from "./spec";
import { sayKeys } from "./transforms/checks";

/**
 * @param outputs each output's rows
 * @throws InvalidPipeline with all that is wrong
 */
export function buildSpec(graph: Graph, inputs: Inputs, outputs: { readonly [name: string]: Node }): PipelineSpec {
  const report = new Report();
  const made = graph.close();
  sayNames(report, graph.pipeline, inputs, outputs);
  sayForeign(report, graph, [...Object.values(outputs), ...made.flatMap((step) => [...step.inputs, ...sidesOf(step)])]);
  const order = inOrder(Object.values(outputs));
  sayUnused(report, made, inputs, order, Object.values(outputs));
  sayMixed(report, Object.values(outputs));
  const ids = idsOf(order, outputs, inputs, report);
  const spec: PipelineSpec = {
    version: SPEC_VERSION,
    name: graph.pipeline,
    inputs: mapValues(inputs, (input, name) => inputSpec(report, name, input)),
    steps: order.map((step) => stepSpec(report, step, ids)),
    outputs: mapValues(outputs, (node) => referenceTo(node, ids)),
  };
  report.check(graph.pipeline);
  return spec;
}

const mapValues = <A, B>(
  object: { readonly [name: string]: A },
  change: (value: A, name: string) => B,
): { readonly [name: string]: B } =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));

// --- names

/** @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create a service's id has fewer than 50 characters */
const LONGEST_PIPELINE_NAME = 49;
const pipelineName = /^[a-z](?:-?[a-z0-9])*$/;
const partName = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

function sayNames(
  report: Report,
  pipeline: string,
  inputs: { readonly [name: string]: unknown },
  outputs: { readonly [name: string]: unknown },
): void {
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

// --- what belongs to the pipeline

const sidesOf = (step: StepNode): readonly Node[] => (step.side === undefined ? [] : [step.side]);

function sayForeign(report: Report, graph: Graph, nodes: readonly Node[]): void {
  const others = new Set(nodes.filter((node) => node.graph !== graph).map((node) => node.graph.pipeline));
  for (const other of others) {
    report.say(`it uses rows of the pipeline ${other}: what one gives another reads from a topic or a table`);
  }
}

/** A step that no output depends on would not run: an assertion whose rows nobody takes checks nothing. */
function sayUnused(
  report: Report,
  made: readonly StepNode[],
  inputs: Inputs,
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
  const read = new Set(
    [...outputs, ...order.flatMap((step) => [...step.inputs, ...sidesOf(step)])].map(stepOf).map(inputName),
  );
  for (const name of Object.keys(inputs)) {
    if (!read.has(name)) report.say(`input "${name}" leads to no output: leave it out`);
  }
}

const stepOf = (node: Node): StepNode | InputNode => (node.type === "errors" ? node.of : node);
const inputName = (node: StepNode | InputNode): string | undefined => (node.type === "input" ? node.name : undefined);

function sayMixed(report: Report, outputs: readonly Node[]): void {
  const flows = outputs.map(({ stream }) => stream.flow.startsWith("bounded"));
  if (flows.includes(true) && flows.includes(false)) {
    report.say(
      "some outputs are of a stream and some of bounded input: one never ends and one does, make two pipelines",
    );
  }
}

// --- order and ids

/** Every step that an output depends on, each after what it reads. By the graph alone: moving code changes nothing. */
function inOrder(outputs: readonly Node[]): readonly StepNode[] {
  const order = new Set<StepNode>();
  const visit = (node: Node): void => {
    const step = stepOf(node);
    if (step.type === "input" || order.has(step)) return;
    step.inputs.forEach(visit);
    order.add(step);
  };
  outputs.forEach(visit);
  return [...order];
}

/** The first output that each step leads to; one that it leads to by its errors counts only where there is no other. */
function ownersOf(outputs: { readonly [name: string]: Node }): ReadonlyMap<Node, string> {
  const owners = new Map<Node, string>();
  const visit = (node: Node, owner: string, byErrors: boolean): void => {
    if (node.type === "errors" && !byErrors) return;
    const step = stepOf(node);
    if (step.type === "input" || owners.has(step)) return;
    owners.set(step, owner);
    step.inputs.forEach((input) => visit(input, owner, byErrors));
  };
  for (const byErrors of [false, true]) {
    for (const [owner, node] of Object.entries(outputs)) visit(node, owner, byErrors);
  }
  return owners;
}

/** What a step, or an input, is called in the spec. */
type Ids = ReadonlyMap<Node, string>;

function idsOf(
  order: readonly StepNode[],
  outputs: { readonly [name: string]: Node },
  inputs: Inputs,
  report: Report,
): Ids {
  const owners = ownersOf(outputs);
  const taken = new Map<string, StepNode | undefined>(Object.keys(inputs).map((name) => [name, undefined]));
  const counts = new Map<string, number>();
  const ids = new Map<Node, string>();
  for (const step of order) {
    if (step.name === undefined) {
      // Names have no dot, so that these ids meet none of them.
      const id = `${owners.get(step) ?? step.kind}.${step.kind}`;
      const nth = (counts.get(id) ?? 0) + 1;
      counts.set(id, nth);
      ids.set(step, nth === 1 ? id : `${id}-${nth}`);
      continue;
    }
    if (!partName.test(step.name)) {
      report.say(`${subjectOf(step)}: a name has letters, digits, "_" and "-", a letter first, at most 63`);
    }
    if (taken.has(step.name)) {
      const other = taken.get(step.name);
      const what = other === undefined ? "an input" : subjectOf(other);
      report.say(`${subjectOf(step)}: its name is ${what}'s already, and state is found by it: choose another`);
    }
    taken.set(step.name, step);
    ids.set(step, step.name);
  }
  return ids;
}

function referenceTo(node: Node, ids: Ids): string {
  const of = stepOf(node);
  const id = of.type === "input" ? of.name : (ids.get(of) ?? "");
  return node.type === "errors" ? `${id}#errors` : id;
}

// --- parts of the spec

function inputSpec(report: Report, name: string, input: Inputs[string]): InputSpec {
  const schema = schemaOf(input);
  const common = {
    schema: schema.name,
    fields: fieldSpecs(schema.fields),
    ...(schema.metadata.length > 0 && { metadata: schema.metadata }),
  };
  if (input instanceof Schema) return { kind: "unbounded", ...common };
  if (schema.metadata.length > 0) {
    report.say(`input "${name}": only messages have metadata, leave out .withMetadata()`);
  }
  if (input.kind === "bounded") return { kind: "bounded", ...common };
  const own = report.of(`input "${name}"`);
  sayKeys(own, schema.fields, input.key);
  if (input.key.length === 0) own.say("it has no key: name what it is looked up by");
  const refresh = input.refresh && { refresh: own.duration("refresh", input.refresh, "more than nothing") };
  return { kind: "side", ...common, key: input.key, ...refresh };
}

function stepSpec(report: Report, step: StepNode, ids: Ids): StepSpec {
  const own = report.of(subjectOf(step));
  const body = step.describe(own);
  const fields = fieldSpecs(step.fields);
  const first = step.inputs[0];
  const changes = first === undefined || !sameFields(fields, fieldSpecs(first.fields));
  if (changes)
    for (const problem of fieldProblems(step.fields)) own.say(problem.replace("the schema has", "its rows have"));
  const inputs = step.inputs.map((input) => referenceTo(input, ids));
  const { kind, ...rest } = body;
  return {
    id: ids.get(step) ?? "",
    kind,
    inputs,
    ...rest,
    ...((changes || alwaysFields.has(kind)) && { fields }),
  } as StepSpec;
}

/** Steps that make rows of their own say what they are, even if those are as before. */
const alwaysFields = new Set<StepSpec["kind"]>([
  "processingTime",
  "map",
  "flatMap",
  "withFields",
  "select",
  "rename",
  "aggregate",
  "join",
  "enrich",
  "stateful",
]);

const sameFields = (a: readonly FieldSpec[], b: readonly FieldSpec[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
