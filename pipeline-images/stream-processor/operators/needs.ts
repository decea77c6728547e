/**
 * Which fields of the rows behind each reference of a spec anybody reads, so that no other is decoded or carried on:
 * from the outputs back to the inputs.
 */
import { rowsOfSpec } from "../../../pipeline/rows-of-spec";
import type { FunctionSpec, PipelineSpec, StepSpec } from "../../../pipeline/spec";

export class Needs {
  private readonly needed = new Map<string, Set<string>>();
  private readonly rows: ReturnType<typeof rowsOfSpec>;
  /** Of inputs, the field that nobody reads but to tell the time of rows. */
  private times: ReadonlyMap<string, string>;

  constructor(private readonly spec: PipelineSpec) {
    this.rows = rowsOfSpec(spec);
    this.times = epochTimes(spec);
    this.find();
    // Where others read such a field, it is a field as others are.
    const alone = [...this.times].filter(([input, field]) => !this.of(input).includes(field));
    if (alone.length === this.times.size) return;
    this.times = new Map(alone);
    this.needed.clear();
    this.find();
  }

  /** Name of the input's field that is read as a number, and is in no row. */
  timeOf(input: string): string | undefined {
    return this.times.get(input);
  }

  /** Whether the time of rows that come to the step was read as a number. */
  isDecoded(step: EventTimeStep): boolean {
    const input = inputBehind(step, this.spec);
    return input !== undefined && this.times.get(input) === step.field;
  }

  private find(): void {
    const { outputs, steps } = this.spec;
    for (const reference of Object.values(outputs)) this.need(reference, this.names(reference));
    for (const step of steps.toReversed()) this.needOf(step);
  }

  /** Names of the fields that are read of a reference's rows, in their order. */
  of(reference: string): readonly string[] {
    const needed = this.needed.get(reference);
    return this.names(reference).filter((name) => needed?.has(name));
  }

  private needOf(step: StepSpec): void {
    const after = this.of(step.id);
    const need = (names: readonly string[]): void => {
      for (const input of step.inputs) this.need(input, names);
    };
    const [first = ""] = step.inputs;
    switch (step.kind) {
      case "filter":
      case "assert":
        return need([...after, ...this.reads(step.function, first)]);
      case "map":
      case "flatMap":
        return need(this.reads(step.function, first));
      case "withFields":
        return need([...without(after, step.sets), ...this.reads(step.function, first)]);
      case "rename": {
        const old = new Map(Object.entries(step.names).map(([from, to]) => [to, from]));
        return need(after.map((name) => old.get(name) ?? name));
      }
      case "eventTime":
        return need(this.isDecoded(step) ? after : [...after, step.field]);
      case "processingTime":
        return need(without(after, [step.field]));
      case "aggregate":
        return need([...(step.keys ?? []), ...step.aggregates.flatMap((spec) => this.read(spec, first))]);
      case "enrich":
        return need([...after, ...Object.values(step.on)]);
      case "join":
        return need([...step.on, ...after]);
      case "stateful":
        return need([...step.keys, ...this.reads(step.process, first)]);
      case "distinct":
        return need([...after, ...step.keys]);
      case "select":
      case "flatten":
      case "window":
        return need(after);
      default:
        return need(this.names(first));
    }
  }

  private read(
    spec: Extract<StepSpec, { readonly kind: "aggregate" }>["aggregates"][number],
    input: string,
  ): readonly string[] {
    if (spec.kind === "sample") return this.names(input);
    if (spec.kind === "combine") return spec.input;
    return "field" in spec && spec.field !== undefined ? [spec.field] : [];
  }

  private reads({ reads }: FunctionSpec, input: string): readonly string[] {
    return reads === "all" ? this.names(input) : reads;
  }

  private names(reference: string): readonly string[] {
    return (this.rows.get(reference) ?? []).map(({ name }) => name);
  }

  private need(reference: string, names: readonly string[]): void {
    const needed = this.needed.get(reference) ?? new Set();
    for (const name of names) needed.add(name);
    this.needed.set(reference, needed);
  }
}

type EventTimeStep = Extract<StepSpec, { readonly kind: "eventTime" }>;

/** Of each input, the one field that tells the time of its rows, where events write it as a number. */
function epochTimes(spec: PipelineSpec): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>();
  for (const step of spec.steps) {
    const input = step.kind === "eventTime" ? inputBehind(step, spec) : undefined;
    if (input !== undefined) found.set(input, (found.get(input) ?? new Set()).add((step as EventTimeStep).field));
  }
  return new Map(
    [...found].flatMap(([input, [field, ...others]]) => {
      const { encoding = "text", mode } = spec.inputs[input]?.fields.find(({ name }) => name === field) ?? {};
      const isOne = others.length === 0 && encoding !== "text" && mode === "REQUIRED";
      return isOne ? [[input, field as string] as const] : [];
    }),
  );
}

/** The input whose rows come to a step as they are, within the work on their message; undefined for others. */
function inputBehind(step: StepSpec, spec: PipelineSpec): string | undefined {
  const [reference = ""] = step.inputs;
  if (reference in spec.inputs) return reference;
  const before = spec.steps.find(({ id }) => id === reference);
  const passes = before !== undefined && ["assert", "filter", "select", "window"].includes(before.kind);
  return passes ? inputBehind(before, spec) : undefined;
}

const without = (names: readonly string[], others: readonly string[]): readonly string[] =>
  names.filter((name) => !others.includes(name));
