import type { Block, StackDocument } from "./document";
import { StackProblem } from "./problem";
import { referencesIn } from "./references";
import type { Value } from "./values";

export interface Ordered {
  /** Every block after all that it needs. */
  readonly blocks: readonly Block[];
  /** What each needs, by address. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** What `depends_on` names and the stack does not have: sentences. Terraform refuses it; here nothing is lost by it. */
  readonly dangling: readonly string[];
}

/**
 * The order in which Terraform would make the blocks of a stack.
 * @throws StackProblem with every reference to what is not there, or with the blocks that wait for one another
 */
export function inOrder(stack: StackDocument): Ordered {
  const byAddress = new Map(stack.blocks.map((block) => [block.address, block]));
  const needs = new Map(
    stack.blocks.map((block) => [block.address, needsOf(block, stack, (address) => byAddress.has(address))]),
  );
  refuseUndeclared(needs, byAddress, stack);
  const done: Block[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (address: string): void => {
    const block = byAddress.get(address);
    if (block === undefined || finished.has(address)) return;
    if (path.includes(address)) {
      const circle = [...path.slice(path.indexOf(address)), address].join(" -> ");
      throw new StackProblem(`${stack.id}: these wait for one another: ${circle}`);
    }
    path.push(address);
    for (const needed of needs.get(address) ?? []) visit(needed);
    path.pop();
    finished.add(address);
    done.push(block);
  };
  for (const { address } of stack.blocks) visit(address);
  const dangling = stack.blocks.flatMap(({ address, dependsOn }) =>
    dependsOn
      .filter((needed) => !byAddress.has(needed))
      .map((needed) => `${address} depends on ${needed}, which the stack does not have: Terraform would refuse it`),
  );
  return { blocks: done, needs, dangling };
}

/** A `depends_on` of nothing is left out: a grant that was taken out by hand must be missed by whoever needs it. */
function needsOf(
  { address, body, dependsOn, count, forEach }: Block,
  stack: StackDocument,
  isThere: (address: string) => boolean,
): string[] {
  const values: Value[] = [body, count ?? null, forEach ?? null];
  const direct = values.flatMap((value) => referencesIn(value, address));
  return [...new Set([...direct.flatMap((name) => throughLocals(name, stack, [])), ...dependsOn.filter(isThere)])];
}

/** What a local refers to is needed by whoever refers to the local. */
function throughLocals(name: string, stack: StackDocument, seen: readonly string[]): string[] {
  if (!name.startsWith("local.")) return [name];
  if (seen.includes(name)) throw new StackProblem(`${stack.id}: ${[...seen, name].join(" -> ")} is a circle`);
  const value = stack.locals[name.slice("local.".length)];
  if (value === undefined) return [name];
  return referencesIn(value, name).flatMap((inner) => throughLocals(inner, stack, [...seen, name]));
}

function refuseUndeclared(
  needs: ReadonlyMap<string, readonly string[]>,
  blocks: ReadonlyMap<string, Block>,
  stack: StackDocument,
): void {
  const isDeclared = (name: string): boolean => {
    const kind = name.slice(0, name.indexOf("."));
    const rest = name.slice(kind.length + 1);
    if (kind === "local") return Object.hasOwn(stack.locals, rest);
    if (kind === "var") return Object.hasOwn(stack.variables, rest);
    return blocks.has(name);
  };
  const missing = [...needs].flatMap(([address, names]) =>
    names
      .filter((name) => !isDeclared(name))
      .map((name) => `${address} refers to ${name}, which the stack does not have`),
  );
  if (missing.length > 0) throw new StackProblem(`${stack.id}: ${missing.join("\n  ")}`);
}
