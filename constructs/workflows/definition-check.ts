import { LineCounter, parseDocument, type Node } from "yaml";
import { ExpressionChecks } from "./definition-expressions";
import type { DefinitionFault, Report } from "./definition-model";
import { DefinitionReader } from "./definition-reader";
import { visitScopes } from "./definition-scope";
import { StepChecks } from "./definition-steps";

/** @see https://cloud.google.com/workflows/quotas */
const BYTES = 128 * 1024;

/**
 * All that is wrong with a workflow's definition, in YAML or JSON, in the order in which it is found.
 * @see https://cloud.google.com/workflows/docs/reference/syntax
 */
export function definitionFaults(source: string): readonly DefinitionFault[] {
  const faults: DefinitionFault[] = [];
  const bytes = Buffer.byteLength(source);
  if (bytes > BYTES) {
    const says = `is ${bytes} bytes: Workflows takes ${BYTES}. Give a part of it a workflow of its own`;
    faults.push({ kind: "limits", line: 1, where: "definition", says });
  }
  const lines = new LineCounter();
  const document = parseDocument(masked(source), { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) {
    const line = broken.linePos?.[0].line ?? 1;
    return [
      ...faults,
      { kind: "form", line, where: "definition", says: `is no YAML: ${whyNoYaml(broken.message, source, line)}` },
    ];
  }
  const report: Report = (kind, at, where, says) => {
    const [start = 0] = (at as Node & { range?: readonly number[] })?.range ?? [];
    faults.push({ kind, line: lines.linePos(start).line, where, says });
  };
  const workflows = new DefinitionReader(report).all(document.contents);
  const expressions = new ExpressionChecks(workflows, report);
  for (const workflow of workflows) {
    new StepChecks(workflow, report);
    visitScopes(workflow, report, (step, scope, where) => expressions.step(step, scope, where));
  }
  return faults;
}

/** What cdktf puts in place of a value that is known only at apply looks like an expression, and is none. */
const masked = (source: string): string => source.replace(/\$\{(TfToken\[[^\]]*\])\}/g, "$1");

function whyNoYaml(message: string, source: string, line: number): string {
  const [first = message] = message.split("\n");
  const text = source.split("\n")[line - 1] ?? "";
  const hint = text.includes("${")
    ? `. An expression within [] or {}, or with ": " or " #" in it, stands between single quotes`
    : "";
  return `${first.replace(/ at line \d+, column \d+:?$/, "")}${hint}`;
}
