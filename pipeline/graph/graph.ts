/**
 * What the builder builds: steps and what they read. A step knows how to describe itself; ids, order and checks
 * that need more than one step come when the pipeline is complete.
 */
import type { Flow } from "../flow";
import type { Fields } from "../schema/field";
import type { AccumulationSpec, StepSpec, TriggerSpec, WindowingSpec } from "../spec";
import { callSite, type CallSite } from "./call-site";
import type { StepReport } from "./report";

/** What is known of a stream of rows beside their fields. */
export interface Stream {
  readonly flow: Flow;
  /** The field that tells the event time; without one it is the publish time, and bounded rows have none. */
  readonly eventTime?: string;
  readonly window?: WindowState;
}

/** The windows that rows are in. */
export interface WindowState {
  readonly windowing: WindowingSpec;
  readonly trigger: TriggerSpec;
  readonly allowedLateness: string;
  readonly accumulation: AccumulationSpec;
  /** May a window give a row for one key more than once? Never where all rows are there. */
  readonly firesTwice: boolean;
  /** Are the rows what an aggregation gave, one for each pane? */
  readonly panes: boolean;
}

export interface InputNode {
  readonly type: "input";
  readonly graph: Graph;
  readonly name: string;
  readonly fields: Fields;
  readonly stream: Stream;
}

export interface StepNode {
  readonly type: "step";
  readonly graph: Graph;
  readonly kind: StepSpec["kind"];
  readonly name: string | undefined;
  readonly site: CallSite;
  readonly inputs: readonly Node[];
  /** The side input that it looks rows up in. */
  readonly side: InputNode | undefined;
  readonly fields: Fields;
  readonly stream: Stream;
  readonly describe: Draft["describe"];
}

/** The rows that an input or a step refused. */
interface ErrorsNode {
  readonly type: "errors";
  readonly graph: Graph;
  readonly of: InputNode | StepNode;
  readonly fields: Fields;
  readonly stream: Stream;
}

export type Node = InputNode | StepNode | ErrorsNode;

/** A step's own part of the spec. */
type StepBody = StepSpec extends infer Step
  ? Step extends StepSpec
    ? Omit<Step, "id" | "inputs" | "fields">
    : never
  : never;

/** A step as a transform declares it. */
export interface Draft {
  readonly kind: StepSpec["kind"];
  readonly name?: string | undefined;
  readonly fields: Fields;
  /** What it makes of its first input's stream. */
  readonly stream: Stream;
  readonly side?: InputNode;
  /** Writes the step's own part of the spec, and reports what is wrong with it. */
  readonly describe: (report: StepReport) => StepBody;
}

export class Graph {
  private readonly steps: StepNode[] = [];
  private closed = false;

  /** @param pipeline its name, for messages */
  constructor(readonly pipeline: string) {}

  /** Called by what the user's method calls, and nowhere else: where that was is found two frames above. */
  add(draft: Draft, inputs: readonly Node[]): StepNode {
    const site = callSite(3);
    if (this.closed) {
      throw new Error(
        `${draft.kind} at ${site.where() ?? "?"}: ${this.pipeline} is complete. Add the step where the pipeline is built`,
      );
    }
    const node: StepNode = { type: "step", graph: this, name: undefined, side: undefined, ...draft, inputs, site };
    this.steps.push(node);
    return node;
  }

  /** No more steps. @returns all there are, in the order in which they were made */
  close(): readonly StepNode[] {
    this.closed = true;
    return this.steps;
  }
}

/** The step or the input behind rows, be they the ones that it refused. */
export const stepOf = (node: Node): StepNode | InputNode => (node.type === "errors" ? node.of : node);

/** Rows as a step gives them: what of the stream changes. */
export const after = (stream: Stream, changes: Partial<Stream>): Stream => ({ ...stream, ...changes });

/** `filter at pipeline.ts:14`, `filter "paying" at pipeline.ts:14` */
export function subjectOf({ kind, name, site }: StepNode): string {
  const called = name === undefined ? "" : ` "${name}"`;
  const where = site.where();
  return `${kind}${called}${where === undefined ? "" : ` at ${where}`}`;
}
