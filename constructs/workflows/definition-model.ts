import type { Node } from "yaml";

/** A definition as it was read: what its checks look at. */
export interface WorkflowModel {
  readonly name: string;
  readonly at: Node;
  readonly parameters: readonly { readonly name: string; readonly optional: boolean }[];
  readonly steps: readonly StepModel[];
}

export interface StepModel {
  readonly name: string;
  readonly at: Node;
  /** What is evaluated where the step is. */
  readonly values: readonly Node[];
  /** What it writes to: `total`, `report.pages[0]`. */
  readonly writes: readonly Named[];
  readonly call?: { readonly name: string; readonly at: Node; readonly args: ReadonlyMap<string, Node> };
  /** Steps that it may go on with. */
  readonly nexts: readonly Named[];
  readonly blocks: readonly BlockModel[];
  readonly parallel?: { readonly shared: readonly Named[]; readonly branches: number | undefined };
  /** How many assignments or conditions it has. */
  readonly size: { readonly of: "assign" | "switch"; readonly count: number } | undefined;
}

/** Steps within a step. */
export interface BlockModel {
  /** "inline": what is assigned within is known outside too. */
  readonly kind: "inline" | "loop" | "except" | "branch";
  /** Variables that it begins with: a loop's, an error. */
  readonly variables: readonly string[];
  /** Whether it runs beside others. */
  readonly parallel: boolean;
  readonly steps: readonly StepModel[];
}

export interface Named {
  readonly name: string;
  readonly at: Node;
}

export type FaultKind = "form" | "steps" | "variables" | "expressions" | "limits";

/** What is wrong with a definition, and where. */
export interface DefinitionFault {
  readonly kind: FaultKind;
  readonly line: number;
  /** "main, step create" */
  readonly where: string;
  readonly says: string;
}

/** Takes faults as they are found. */
export type Report = (kind: FaultKind, at: Node | undefined, where: string, says: string) => void;
