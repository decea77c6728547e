/** In what order steps stand in the spec, and what they are called there: by the graph alone, so that moving code changes nothing. */
import { partName } from "./checks";
import { stepOf, subjectOf, type Node, type StepNode } from "./graph";
import type { Report } from "./report";

/** Every step that an output depends on, each after what it reads. */
export function inOrder(outputs: readonly Node[]): readonly StepNode[] {
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
export type Ids = ReadonlyMap<Node, string>;

export function idsOf(
  order: readonly StepNode[],
  outputs: { readonly [name: string]: Node },
  inputs: { readonly [name: string]: unknown },
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

export function referenceTo(node: Node, ids: Ids): string {
  const of = stepOf(node);
  const id = of.type === "input" ? of.name : (ids.get(of) ?? "");
  return node.type === "errors" ? `${id}#errors` : id;
}
