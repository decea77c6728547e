/** From a pipeline's steps to its spec. */
import { schemaOf, type Inputs } from "../inputs";
import { mapValues } from "../objects";
import { fieldSpecs } from "../schema/field-spec";
import { fieldProblems, Schema } from "../schema/schema";
import { SPEC_VERSION, type FieldSpec, type InputSpec, type PipelineSpec, type StepSpec } from "../spec";
import { sayKeys } from "../transforms/checks";
import { sayForeign, sayMixed, sayNames, sayUnused } from "./checks";
import { subjectOf, type Graph, type Node, type StepNode } from "./graph";
import { idsOf, inOrder, referenceTo, type Ids } from "./order";
import { Report } from "./report";

/**
 * @param outputs each output's rows
 * @throws InvalidPipeline with all that is wrong
 */
export function buildSpec(graph: Graph, inputs: Inputs, outputs: { readonly [name: string]: Node }): PipelineSpec {
  const report = new Report();
  const made = graph.close();
  const given = Object.values(outputs);
  const order = inOrder(given);
  sayNames(report, graph.pipeline, inputs, outputs);
  sayForeign(report, graph, made, given);
  sayUnused(report, made, inputs, order, given);
  sayMixed(report, given);
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
  const own = report.of(() => `input "${name}"`);
  sayKeys(own, schema.fields, input.key);
  if (input.key.length === 0) own.say("it has no key: name what it is looked up by");
  const refresh = input.refresh && { refresh: own.duration("refresh", input.refresh, "more than nothing") };
  return { kind: "side", ...common, key: input.key, ...refresh };
}

function stepSpec(report: Report, step: StepNode, ids: Ids): StepSpec {
  const own = report.of(() => subjectOf(step));
  const body = step.describe(own);
  const fields = fieldSpecs(step.fields);
  const first = step.inputs[0];
  const changes = first === undefined || !sameFields(fields, fieldSpecs(first.fields));
  const problems = changes ? fieldProblems(step.fields) : [];
  problems.forEach((problem) => own.say(problem.replace("the schema has", "its rows have")));
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
