import { readFileSync } from "node:fs";
import { Document, visit } from "yaml";
import type { Grant, Identity } from "../core/grants";
import { reference, type Reference } from "./expression";
import { dataOf, type Part } from "./step-data";
import { Steps, type Flow, type Subworkflow } from "./steps";
import { given, type Parameters } from "./steps-props";

/** A right that what a workflow calls asks of its account. */
type Need = (identity: Identity) => Grant;

/** A workflow that is written in TypeScript: what {@link workflow} makes. */
export class WrittenWorkflow {
  /** As Workflows takes it, in YAML. */
  readonly source: string;
  readonly needs: readonly Need[];

  constructor(main: Part, subworkflows: Part, needs: readonly Need[]) {
    this.needs = needs;
    this.source = yamlOf(dataOf({ main, ...(subworkflows as object) }));
  }
}

/**
 * Where a workflow's steps come from: TypeScript, a file of YAML or JSON (beside cdktf.json, or by its absolute path), or
 * its text.
 */
export type WorkflowDefinition = WrittenWorkflow | { readonly file: string } | { readonly source: string };

/**
 * A workflow, step by step. `run` has a method for each kind of step, `args` is what it is started with.
 *
 *     const greet = workflow<{ name: string }>((run, args) => {
 *       const { words } = run.assign("say", { words: text`Hello ${args.name}` });
 *       run.log("write", words);
 *       run.return("done", words);
 *     });
 */
export function workflow<Args = unknown>(body: (run: Steps, args: Reference<Args>) => void): WrittenWorkflow {
  const needs: Need[] = [];
  const subworkflows = new Map<string, { readonly of: Subworkflow; readonly part: Part }>();
  const flow: Flow = {
    needs: (right) => needs.push(right),
    add(of) {
      const known = subworkflows.get(of.name);
      if (known?.of === of) return;
      if (known) throw new Error(`two subworkflows are called ${of.name}: give one of them another name`);
      // Before its steps, for one that calls itself.
      subworkflows.set(of.name, { of, part: undefined });
      subworkflows.set(of.name, { of, part: subworkflowOf(flow, of) });
    },
  };
  const main = { params: ["args"], steps: Steps.of(flow, (run) => body(run, reference("args"))) };
  const others = Object.fromEntries([...subworkflows].map(([name, { part }]) => [name, part]));
  return new WrittenWorkflow(main, others, needs);
}

/**
 * Steps with a name and parameters of their own. It becomes part of each workflow that calls it.
 *
 *     const shout = subworkflow("shout", { word: given, times: 1 }, (run, { word }) => {
 *       run.return("done", std("text.to_upper", word));
 *     });
 */
export function subworkflow<const P extends Parameters>(
  name: string,
  parameters: P,
  body: (run: Steps, parameters: { readonly [Name in keyof P]: Reference }) => void,
): Subworkflow<P> {
  return { name, parameters, body };
}

function subworkflowOf(flow: Flow, { parameters, body }: Subworkflow): Part {
  const names = Object.keys(parameters);
  const params = Object.entries(parameters).map(([name, value]) => (value === given ? name : { [name]: value }));
  const references = Object.fromEntries(names.map((name) => [name, reference(name)]));
  return { params, steps: Steps.of(flow, (run) => body(run, references)) };
}

/** For people to read, and the same for who reads YAML by its older rules, in which "yes" is true. */
function yamlOf(data: unknown): string {
  const document = new Document(data, { compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, scalar) {
      // What Terraform puts in place of a reference might end a text without quotes.
      if (typeof scalar.value === "string" && scalar.value.includes("${TfToken[")) scalar.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** What a definition comes to. */
export interface ReadDefinition {
  readonly source: string;
  readonly needs: readonly Need[];
  /** Whether somebody wrote the source, who wants to be told the line. */
  readonly lines: boolean;
}

/** @throws Error where there is no such file */
export function readDefinition(definition: WorkflowDefinition): ReadDefinition {
  if (definition instanceof WrittenWorkflow)
    return { source: definition.source, needs: definition.needs, lines: false };
  const source = "file" in definition ? readFileSync(definition.file, "utf8") : definition.source;
  return { source, needs: [], lines: true };
}
