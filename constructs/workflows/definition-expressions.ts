import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { Report, StepModel, WorkflowModel } from "./definition-model";
import { baseOf, type Scope } from "./definition-scope";
import { ExpressionFault } from "./expression-lexer";
import { isKeyword, parseExpression } from "./expression-parser";
import { dottedName, partsOf, type ExpressionTree } from "./expression-tree";
import { isModule, isStandardName, namesLike, standardFunction } from "./standard-library";

/** Modules of the library whose functions are not listed here. */
const unchecked = ["experimental.", "gke.", "shell."];
/** @see https://cloud.google.com/workflows/quotas */
const LONGEST = 400;

/** Expressions, what they name and what they call, step by step. */
export class ExpressionChecks {
  private readonly subworkflows: ReadonlyMap<string, WorkflowModel>;

  constructor(
    workflows: readonly WorkflowModel[],
    private readonly report: Report,
  ) {
    this.subworkflows = new Map(workflows.map((one) => [one.name, one]));
  }

  step(step: StepModel, scope: Scope, where: string): void {
    for (const value of step.values) this.value(value, scope, where);
    for (const { name, at } of step.writes) this.place(name, at, scope, where);
    if (step.call) this.call(step.call, where);
  }

  private value(at: Node, scope: Scope, where: string): void {
    if (isSeq(at)) for (const item of at.items) this.value(item as Node, scope, where);
    else if (isMap(at)) for (const { value } of at.items) this.value(value as Node, scope, where);
    else if (isScalar(at) && typeof at.value === "string") this.text(at.value.trim(), at, scope, where);
  }

  private text(text: string, at: Node, scope: Scope, where: string): void {
    if (!/\$\{.*\}/s.test(text)) return;
    if (!text.startsWith("${") || !text.endsWith("}")) {
      this.report(
        "expressions",
        at,
        where,
        `has \${ within the text ${shortly(text)}: an expression is the whole of a value, \${"a text " + value}, and is not escaped for Terraform`,
      );
      return;
    }
    if (text.length > LONGEST) {
      this.report(
        "limits",
        at,
        where,
        `has an expression of ${text.length} characters: Workflows takes ${LONGEST}. Assign a part of it first`,
      );
    }
    this.parsed(text, text.slice(2, -1), at, where, (tree) => this.tree(tree, at, scope, where));
  }

  /** What is assigned to: a variable, or a part of one. */
  private place(name: string, at: Node, scope: Scope, where: string): void {
    const base = baseOf(name);
    if (base === undefined || isKeyword(base)) {
      this.report(
        "variables",
        at,
        where,
        `assigns ${name}, which is no variable: letters, digits and "_", a letter first`,
      );
      return;
    }
    this.parsed(name, name, at, where, (tree) => this.tree(tree, at, scope, where));
  }

  private parsed(whole: string, text: string, at: Node, where: string, then: (tree: ExpressionTree) => void): void {
    try {
      then(parseExpression(text));
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
      this.report("expressions", at, where, `${shortly(whole)} is no expression: it ${error.message}`);
    }
  }

  private tree(tree: ExpressionTree, at: Node, scope: Scope, where: string): void {
    if (tree.kind === "call") {
      this.called(tree.callee, tree.given.length, at, scope, where);
      for (const given of tree.given) this.tree(given, at, scope, where);
      return;
    }
    const name = dottedName(tree);
    if (name === undefined) for (const part of partsOf(tree)) this.tree(part, at, scope, where);
    else this.named(name, at, scope, where);
  }

  /** A variable, a policy of the library's, or a subworkflow that is handed on. */
  private named(name: string, at: Node, scope: Scope, where: string): void {
    const [base = name] = name.split(".");
    if (scope.has(base) || isStandardName(name) || this.subworkflows.has(name)) return;
    if (isModule(base))
      this.report("expressions", at, where, `names ${name}, which is not in the standard library${like(name)}`);
    else this.report("variables", at, where, `names ${base}, which is no variable there`);
  }

  private called(callee: ExpressionTree, given: number, at: Node, scope: Scope, where: string): void {
    const name = dottedName(callee);
    if (name?.startsWith("googleapis.")) return;
    const known = name === undefined ? undefined : standardFunction(name);
    if (name === undefined || (known === undefined && scope.has(name.split(".")[0] ?? name))) {
      this.report("expressions", at, where, "calls a value: functions are called by their names");
      return;
    }
    if (known?.blocking) {
      this.report(
        "expressions",
        at,
        where,
        `calls ${name} in an expression: it waits, and stands in a call step of its own`,
      );
      return;
    }
    const takes =
      known?.takes.map((one) => ({ optional: one.endsWith("?") })) ?? this.subworkflows.get(name)?.parameters;
    if (takes === undefined) {
      this.report(
        "expressions",
        at,
        where,
        `calls ${name}, which is neither in the standard library nor a subworkflow here${like(name)}`,
      );
      return;
    }
    const least = takes.filter(({ optional }) => !optional).length;
    if (given >= least && given <= takes.length) return;
    const takesSo = least === takes.length ? String(least) : `${least} to ${takes.length}`;
    this.report("expressions", at, where, `calls ${name} with ${given} values: it takes ${takesSo}`);
  }

  /** A call step, whose arguments have names. */
  private call({ name, at, args }: NonNullable<StepModel["call"]>, where: string): void {
    if (name.startsWith("googleapis.")) {
      if (/^googleapis\.[a-z0-9]+\.v\d\w*(\.[A-Za-z]\w*)+$/.test(name)) return;
      this.report("steps", at, where, `calls ${name}: connectors are named as googleapis.SERVICE.VERSION.METHOD`);
      return;
    }
    if (unchecked.some((module) => name.startsWith(module))) return;
    const takes =
      standardFunction(name)?.takes.map((one) => ({ name: one.replace("?", ""), optional: one.endsWith("?") })) ??
      this.subworkflows.get(name)?.parameters;
    if (takes === undefined) {
      this.report(
        "steps",
        at,
        where,
        `calls ${name}, which is neither in the standard library nor a subworkflow here${like(name)}`,
      );
      return;
    }
    for (const [given, node] of args) {
      if (takes.some((one) => one.name === given)) continue;
      const names = takes.map((one) => one.name).join(", ");
      this.report(
        "steps",
        node,
        where,
        `gives ${name} ${given}, which it does not take: ${names || "it takes nothing"}`,
      );
    }
    for (const missing of takes) {
      if (!missing.optional && !args.has(missing.name))
        this.report("steps", at, where, `does not give ${name} its ${missing.name}`);
    }
  }
}

/** ". It has text.split and text.to_lower" */
function like(name: string): string {
  const names = namesLike(name);
  return names.length === 0 || !name.includes(".") ? "" : `. There are ${names.join(", ")}`;
}

const SHORT = 60;
const shortly = (text: string): string => (text.length <= SHORT ? text : `${text.slice(0, SHORT)}...`);
