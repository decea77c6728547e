import type { Attributes, StackResource } from "../service";
import type { Block, StackDocument } from "./document";
import { evaluateTemplate, type Scope } from "./evaluate";
import { inOrder } from "./order";
import { StackProblem } from "./problem";
import { templateAt } from "./references";
import { isList, isRecord, toNumber, toText, UnusableValue, type Value } from "./values";

/** A resource and all that is known of it. */
interface Resolved {
  readonly resource: StackResource;
  /** Configured and computed. */
  readonly attributes: Attributes;
}

/** A resource that could not be made, or that needs one which could not. */
export interface Failure {
  readonly address: string;
  readonly error: Error;
}

export interface Resolution {
  readonly resolved: readonly Resolved[];
  readonly failures: readonly Failure[];
  readonly outputs: { readonly [name: string]: Value };
  /** What Terraform would refuse and a run here need not: sentences. */
  readonly warnings: readonly string[];
}

/**
 * Goes through a stack as `terraform apply` does: each resource after all that it needs, its references put in place,
 * then made. What needs a resource that failed is left out; all else is made, so that every failure is seen at once.
 * @param make gives what is known of a resource once it is there
 * @param variables values of the stack's variables that have no default, or another than theirs
 * @throws StackProblem for references to nothing, circles, and text that cannot be read
 */
export async function resolveStack(
  stack: StackDocument,
  make: (resource: StackResource) => Attributes | Promise<Attributes>,
  variables: { readonly [name: string]: string | undefined } = {},
): Promise<Resolution> {
  const { blocks, needs, dangling } = inOrder(stack);
  const names = new StackNames(stack, variables);
  const resolved: Resolved[] = [];
  const failures: Failure[] = [];
  const failed = new Set<string>();
  for (const block of blocks) {
    const missing = (needs.get(block.address) ?? []).find((address) => failed.has(address));
    try {
      if (missing !== undefined) throw new StackProblem(`it needs ${missing}, which failed`);
      const known: (readonly [key: string, value: Value])[] = [];
      for (const instance of instancesOf(block, names)) {
        const resource = { address: instance.address, type: block.type, name: block.name, config: instance.config };
        // One after the other: a later one may need what an earlier one made.
        const computed = await make(resource);
        const attributes = { ...instance.config, ...computed };
        resolved.push({ resource, attributes });
        known.push([instance.key, attributes as Value]);
      }
      names.add(block, known);
    } catch (error) {
      failed.add(block.address);
      failures.push({ address: block.address, error: asError(error) });
    }
  }
  const outputs = Object.entries(stack.outputs).flatMap(([name, value]) => {
    try {
      return [[name, resolveValue(value, names.scope(), `output.${name}`)] as const];
    } catch (error) {
      if (failed.size === 0) failures.push({ address: `output.${name}`, error: asError(error) });
      return [];
    }
  });
  return { resolved, failures, outputs: Object.fromEntries(outputs), warnings: dangling };
}

/** All that failed, a line each. */
export function notApplied(id: string, failures: readonly Failure[]): StackProblem {
  const lines = failures.map(({ address, error: { message } }) =>
    message.startsWith(address) ? `  ${message}` : `  ${address}: ${message}`,
  );
  return new StackProblem(`${id} cannot be applied:\n${lines.join("\n")}`);
}

interface Instance {
  readonly address: string;
  /** Its index of `count`, its key of `for_each`. */
  readonly key: string;
  readonly config: { readonly [argument: string]: Value };
}

/** One, or as many as `count` or `for_each` says. */
function instancesOf({ address, body, count, forEach }: Block, names: StackNames): Instance[] {
  const instance = (at: string, key: string, extra: { readonly [name: string]: Value }): Instance => ({
    address: at,
    key,
    config: resolveValue(body, names.scope(extra), address) as Instance["config"],
  });
  if (count !== undefined) {
    const times = toNumber(resolveValue(count, names.scope(), `${address}.count`), () => `${address}.count`);
    return Array.from({ length: times }, (_, index) =>
      instance(`${address}[${index}]`, String(index), { count: { index } }),
    );
  }
  if (forEach !== undefined) {
    return entriesOf(resolveValue(forEach, names.scope(), `${address}.for_each`), address).map(([key, value]) =>
      instance(`${address}[${JSON.stringify(key)}]`, key, { each: { key, value } }),
    );
  }
  return [instance(address, "", {})];
}

/** What `for_each` goes through: a map, or a set of texts that are keys and values alike. */
function entriesOf(over: Value, address: string): (readonly [string, Value])[] {
  if (isRecord(over)) return Object.entries(over);
  if (!isList(over)) throw new StackProblem(`${address}.for_each is neither a map nor a set`);
  return over.map((key) => [toText(key, () => `an element of ${address}.for_each`), key] as const);
}

/** A value with every template in it evaluated. */
function resolveValue(value: Value, scope: Scope, where: string): Value {
  if (typeof value === "string") {
    try {
      return evaluateTemplate(templateAt(value, where), scope);
    } catch (error) {
      if (!(error instanceof UnusableValue)) throw error;
      throw new StackProblem(`${where}: ${error.message}`);
    }
  }
  if (isList(value)) return value.map((one, index) => resolveValue(one, scope, `${where}[${index}]`));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      // cdktf's own notes on where in the construct tree a block comes from.
      .filter(([name]) => name !== "//")
      .map(([name, one]) => [name, resolveValue(one, scope, `${where}.${name}`)]),
  );
}

/** All that expressions can name, growing as resources are made. */
class StackNames {
  private readonly resources: { [type: string]: { [name: string]: Value } } = {};
  private readonly data: { [type: string]: { [name: string]: Value } } = {};

  constructor(
    private readonly stack: StackDocument,
    private readonly variables: { readonly [name: string]: string | undefined },
  ) {}

  /** @param known what is known of each instance, by its key */
  add({ type, name, count, forEach }: Block, known: readonly (readonly [string, Value])[]): void {
    const isData = type.startsWith("data.");
    const section = isData ? this.data : this.resources;
    const byName = (section[isData ? type.slice("data.".length) : type] ??= {});
    if (count !== undefined) byName[name] = known.map(([, value]) => value);
    else byName[name] = forEach === undefined ? (known[0]?.[1] ?? null) : Object.fromEntries(known);
  }

  scope(extra: { readonly [name: string]: Value } = {}): Scope {
    return (name) => {
      if (Object.hasOwn(extra, name)) return extra[name];
      switch (name) {
        case "data":
          return this.data;
        case "local":
          return lazily(this.stack.locals, (value, local) => resolveValue(value, this.scope(), `local.${local}`));
        case "var":
          return lazily(this.stack.variables, (value, variable) => this.variable(variable, value));
        case "path":
          return { module: this.stack.folder, root: this.stack.folder, cwd: this.stack.folder };
        case "terraform":
          return { workspace: "default" };
        default:
          return this.resources[name];
      }
    };
  }

  private variable(name: string, otherwise: Value | undefined): Value {
    const value = this.variables[name] ?? otherwise;
    if (value !== undefined) return value;
    throw new UnusableValue(`the variable ${name} has no default: set TF_VAR_${name}`);
  }
}

/** An object whose values are made when they are asked for: one local may need what another does not. */
function lazily<T>(from: { readonly [name: string]: T }, read: (value: T, name: string) => Value): Value {
  const made = {};
  for (const [name, value] of Object.entries(from)) {
    Object.defineProperty(made, name, { enumerable: true, get: () => read(value, name) });
  }
  return made;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
