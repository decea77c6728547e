/**
 * Which fields of the rows behind each reference of a spec anybody reads, so that no other is decoded or carried on:
 * from the outputs back to the inputs.
 */
import { rowsOfSpec } from "../../../pipeline/rows-of-spec";
import type { FunctionSpec, PipelineSpec, StepSpec } from "../../../pipeline/spec";

export class Needs {
  private readonly needed = new Map<string, Set<string>>();
  private readonly rows: ReturnType<typeof rowsOfSpec>;

  constructor(spec: PipelineSpec) {
    this.rows = rowsOfSpec(spec);
    for (const reference of Object.values(spec.outputs)) this.need(reference, this.names(reference));
    for (const step of spec.steps.toReversed()) this.needOf(step);
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
        return need([...after, step.field]);
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

const without = (names: readonly string[], others: readonly string[]): readonly string[] =>
  names.filter((name) => !others.includes(name));
