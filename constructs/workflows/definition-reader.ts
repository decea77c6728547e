import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { BlockModel, Named, Report, StepModel, WorkflowModel } from "./definition-model";

type Entries = ReadonlyMap<string, { readonly value: Node; readonly key: Node }>;

/** Keys that a step may have beside what it does. */
const besides: { readonly [action: string]: readonly string[] } = {
  assign: ["next"],
  call: ["args", "result", "next"],
  for: ["next"],
  parallel: ["next"],
  raise: ["next"],
  return: ["next"],
  steps: ["next"],
  switch: ["next"],
  try: ["retry", "except", "next"],
};
const actions = Object.keys(besides);

/** Reads a definition's nodes as workflows and steps, and reports what has not their form. */
export class DefinitionReader {
  constructor(
    private readonly report: Report,
    private where = "definition",
  ) {}

  /** @returns main and its subworkflows */
  all(root: Node | null): readonly WorkflowModel[] {
    if (isSeq(root)) return [this.workflow("main", root)];
    if (root === null || !isMap(root)) {
      this.fault(root ?? undefined, "is neither a list of steps nor a map of workflows with main among them");
      return [];
    }
    const entries = this.entries(root);
    if (!entries.has("main")) this.fault(root, "has no main, where a workflow begins");
    return [...entries].map(([name, { value }]) => this.workflow(name, value));
  }

  private workflow(name: string, at: Node): WorkflowModel {
    const before = this.where;
    this.where = name;
    const model = this.workflowBody(name, at);
    this.where = before;
    return model;
  }

  private workflowBody(name: string, at: Node): WorkflowModel {
    if (isSeq(at)) return { name, at, parameters: [], steps: this.steps(at) };
    const entries = this.mapOf(at, "a workflow", ["params", "steps"]);
    const params = entries.get("params")?.value;
    const parameters = params === undefined ? [] : this.parameters(params);
    if (name === "main" && parameters.length > 1) {
      this.fault(params, `has ${parameters.length} params: main takes one, a map of all that it is started with`);
    }
    const steps = entries.get("steps")?.value;
    if (steps === undefined) this.fault(at, "has no steps");
    return { name, at, parameters, steps: steps === undefined ? [] : this.steps(steps) };
  }

  private parameters(at: Node): WorkflowModel["parameters"] {
    return this.items(at, "params").flatMap((item): WorkflowModel["parameters"] => {
      if (isScalar(item)) return [{ name: String(item.value), optional: false }];
      const [name] = this.mapOf(item, "a parameter").keys();
      return name === undefined ? [] : [{ name, optional: true }];
    });
  }

  private steps(at: Node): readonly StepModel[] {
    return this.items(at, "steps").flatMap((item) => {
      const entries = this.mapOf(item, "a step");
      const [first] = entries;
      if (entries.size !== 1 || first === undefined) {
        this.fault(item, `has a step of ${entries.size} names: begin each with "- name:"`);
        return [];
      }
      const [name, { value, key }] = first;
      const before = this.where;
      this.where = `${before.split(", step ")[0]}, step ${name}`;
      const step = this.step(name, key, this.mapOf(value, "a step"));
      this.where = before;
      return step;
    });
  }

  /** @param also keys that were read before: a case's condition */
  private step(name: string, at: Node, entries: Entries, also: readonly string[] = []): StepModel {
    const does = actions.filter((action) => entries.has(action));
    const [action] = does;
    if (does.length > 1) this.fault(at, `is several things at once: ${does.join(" and ")}`);
    const allowed = [...also, ...(action === undefined ? ["next"] : [action, ...(besides[action] ?? [])])];
    const strange = [...entries].filter(([key]) => !allowed.includes(key) && !does.includes(key));
    for (const [key, { key: node }] of strange) {
      this.fault(node, `has ${key}, which ${action === undefined ? "no step" : `no ${action} step`} takes`);
    }
    if (action === undefined && !entries.has("next") && strange.length === 0) {
      this.fault(at, `does nothing: give it one of ${actions.join(", ")}`);
    }
    return { name, at, ...nothing, ...this.action(action, entries), nexts: this.named(entries, "next") };
  }

  private action(action: string | undefined, entries: Entries): Partial<StepModel> {
    const at = action === undefined ? undefined : entries.get(action)?.value;
    if (at === undefined) return {};
    switch (action) {
      case "assign":
        return this.assign(at);
      case "call":
        return this.call(at, entries);
      case "switch":
        return this.switch(at);
      case "for":
        return this.for(at, false);
      case "parallel":
        return this.parallel(at);
      case "try":
        return this.try(at, entries);
      case "steps":
        return { blocks: [this.inline(this.steps(at))] };
      default:
        return { values: [at] };
    }
  }

  private assign(at: Node): Partial<StepModel> {
    const items = this.items(at, "assign").flatMap((item) => [...this.mapOf(item, "an assignment")]);
    return {
      values: items.map(([, { value }]) => value),
      writes: items.map(([name, { key }]) => ({ name, at: key })),
      size: { of: "assign", count: items.length },
    };
  }

  private call(at: Node, entries: Entries): Partial<StepModel> {
    const args = entries.get("args")?.value;
    const given = args === undefined ? new Map() : this.mapOf(args, "args");
    return {
      values: args === undefined ? [] : [args],
      writes: this.named(entries, "result"),
      call: {
        name: this.text(at, "call"),
        at,
        args: new Map([...given].map(([name, { value }]): [string, Node] => [name, value])),
      },
    };
  }

  private switch(at: Node): Partial<StepModel> {
    const cases = this.items(at, "switch").map((item) => ({ item, entries: this.mapOf(item, "a case") }));
    const values: Node[] = [];
    const steps = cases.map(({ item, entries }) => {
      const condition = entries.get("condition")?.value;
      if (condition === undefined) this.fault(item, "has a case without a condition");
      else values.push(condition);
      return this.step("", item, entries, ["condition"]);
    });
    return { values, blocks: [this.inline(steps)], size: { of: "switch", count: cases.length } };
  }

  private for(at: Node, parallel: boolean): Partial<StepModel> {
    const entries = this.mapOf(at, "for", ["value", "index", "in", "range", "steps"]);
    const over = ["in", "range"].filter((key) => entries.has(key));
    if (over.length !== 1) this.fault(at, "goes over in or over range: it needs one of them");
    const range = entries.get("range")?.value;
    // Or an expression, which is looked at when it runs.
    if (isSeq(range) && range.items.length !== 2) this.fault(range, "has a range that is not [first, last]");
    if (!entries.has("value")) this.fault(at, "has no value, the variable of a loop");
    const steps = entries.get("steps")?.value;
    if (steps === undefined) this.fault(at, "has no steps to repeat");
    const variables = [...this.named(entries, "value"), ...this.named(entries, "index")].map(({ name }) => name);
    const block = { kind: "loop", variables, parallel, steps: steps === undefined ? [] : this.steps(steps) } as const;
    return { values: over.flatMap((key) => entries.get(key)?.value ?? []), blocks: [block] };
  }

  private parallel(at: Node): Partial<StepModel> {
    const entries = this.mapOf(at, "parallel", ["shared", "concurrency_limit", "exception_policy", "branches", "for"]);
    const [loop, branches] = [entries.get("for")?.value, entries.get("branches")?.value];
    if ((loop === undefined) === (branches === undefined)) this.fault(at, "has branches or for: it needs one of them");
    const policy = entries.get("exception_policy")?.value;
    if (policy !== undefined && !["continueAll", "unhandled"].includes(this.text(policy, "exception_policy"))) {
      this.fault(policy, "has an exception_policy that is not continueAll");
    }
    const shared = entries.get("shared")?.value;
    const limit = entries.get("concurrency_limit")?.value;
    const names = (shared === undefined ? [] : this.items(shared, "shared")).map((item) => ({
      name: this.text(item, "shared"),
      at: item,
    }));
    const { values = [], blocks = [] } = loop === undefined ? {} : this.for(loop, true);
    const written = branches === undefined ? [] : this.branches(branches);
    return {
      values: [...values, ...(limit === undefined ? [] : [limit])],
      blocks: [...blocks, ...written],
      parallel: { shared: names, branches: branches === undefined ? undefined : written.length },
    };
  }

  private branches(at: Node): readonly BlockModel[] {
    return this.items(at, "branches").flatMap((item) =>
      [...this.mapOf(item, "a branch")].map(([, { value, key }]): BlockModel => {
        const steps = [this.step("", key, this.mapOf(value, "a branch"))];
        return { kind: "branch", variables: [], parallel: true, steps };
      }),
    );
  }

  private try(at: Node, entries: Entries): Partial<StepModel> {
    // One step alone stands there without a name.
    const steps = isSeq(at) ? this.steps(at) : [this.step("", at, this.mapOf(at, "try"))];
    const retry = entries.get("retry")?.value;
    const except = entries.get("except")?.value;
    if (retry === undefined && except === undefined)
      this.fault(at, "tries without retry and except, which changes nothing");
    return {
      values: retry === undefined ? [] : [retry],
      blocks: [this.inline(steps), ...(except === undefined ? [] : [this.except(except)])],
    };
  }

  private except(at: Node): BlockModel {
    const entries = this.mapOf(at, "except", ["as", "steps"]);
    const steps = entries.get("steps")?.value;
    if (steps === undefined) this.fault(at, "has an except without steps");
    const variables = this.named(entries, "as").map(({ name }) => name);
    return { kind: "except", variables, parallel: false, steps: steps === undefined ? [] : this.steps(steps) };
  }

  private inline(steps: readonly StepModel[]): BlockModel {
    return { kind: "inline", variables: [], parallel: false, steps };
  }

  private named(entries: Entries, key: string): readonly Named[] {
    const at = entries.get(key)?.value;
    return at === undefined ? [] : [{ name: this.text(at, key), at }];
  }

  private text(at: Node, key: string): string {
    if (isScalar(at) && typeof at.value === "string") return at.value;
    this.fault(at, `has a ${key} that is no name`);
    return "";
  }

  private items(at: Node, what: string): readonly Node[] {
    if (isSeq(at)) return at.items as Node[];
    this.fault(at, `has ${what} that is no list`);
    return [];
  }

  private mapOf(at: Node, what: string, keys?: readonly string[]): Entries {
    if (!isMap(at)) {
      this.fault(at, `has ${what} that is no map`);
      return new Map();
    }
    const entries = this.entries(at);
    for (const [key, { key: node }] of entries) {
      if (keys?.includes(key) === false)
        this.fault(node, `has ${key}, which ${what} does not take: ${keys.join(", ")}`);
    }
    return entries;
  }

  private entries(at: Node): Entries {
    if (!isMap(at)) return new Map();
    return new Map(
      at.items.map(({ key, value }) => [
        String(isScalar(key) ? key.value : key),
        { key: key as Node, value: (value ?? key) as Node },
      ]),
    );
  }

  private fault(at: Node | undefined, says: string): void {
    this.report("form", at, this.where, says);
  }
}

const nothing = { values: [], writes: [], nexts: [], blocks: [], size: undefined } as const;
