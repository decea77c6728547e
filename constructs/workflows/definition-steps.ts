import type { Node } from "yaml";
import { isScalar } from "yaml";
import type { Report, StepModel, WorkflowModel } from "./definition-model";
import { standardFunction } from "./standard-library";

/** @see https://cloud.google.com/workflows/quotas */
const ITEMS = 50;
const BRANCHES = 10;
const PARAMETERS = 10;
const DEPTH = 2;
const SLEEP_SECONDS = 31_536_000;
const REQUEST_SECONDS = 1_800;

/** Where in a workflow steps stand. */
interface Place {
  /** Steps that may be jumped to from here. */
  readonly reach: ReadonlySet<string>;
  readonly loop: boolean;
  /** Parallel steps around it. */
  readonly depth: number;
}

/** Names of steps, jumps between them, and how many there may be of what. */
export class StepChecks {
  private readonly seen = new Set<string>();

  constructor(
    private readonly workflow: WorkflowModel,
    private readonly report: Report,
  ) {
    const { parameters, at, name } = workflow;
    if (parameters.length > PARAMETERS) {
      report("limits", at, name, `has ${parameters.length} params: Workflows takes ${PARAMETERS}`);
    }
    if (standardFunction(name) !== undefined) {
      report("steps", at, name, "has the name of a function of the standard library: give it another one");
    }
    this.steps(workflow.steps, { reach: namesOf(workflow.steps), loop: false, depth: 0 });
  }

  private steps(steps: readonly StepModel[], place: Place): void {
    for (const step of steps) this.step(step, place);
  }

  private step(step: StepModel, place: Place): void {
    const where = step.name === "" ? this.workflow.name : `${this.workflow.name}, step ${step.name}`;
    const fault = (at: Node, says: string): void => this.report("steps", at, where, says);
    if (step.name !== "") {
      if (this.seen.has(step.name))
        fault(step.at, "has the name of another step: a step's name is unique in its workflow");
      this.seen.add(step.name);
    }
    for (const { name, at } of step.nexts) {
      const says = jumpFault(name, place);
      if (says !== undefined) fault(at, says);
    }
    this.limits(step, place, where);
    const depth = place.depth + (step.parallel ? 1 : 0);
    for (const block of step.blocks) {
      // A branch is left at its end only.
      const reach = block.parallel ? namesOf(block.steps) : place.reach;
      const loop = block.kind === "loop" || (place.loop && !block.parallel);
      this.steps(block.steps, { reach, loop, depth });
    }
  }

  private limits(step: StepModel, { depth }: Place, where: string): void {
    const fault = (at: Node, says: string): void => this.report("limits", at, where, says);
    const { size, parallel, call } = step;
    if (size && size.count > ITEMS) {
      fault(
        step.at,
        `has ${size.count} ${size.of === "assign" ? "assignments" : "conditions"}: Workflows takes ${ITEMS} in a step`,
      );
    }
    if (parallel?.branches !== undefined && (parallel.branches < 1 || parallel.branches > BRANCHES)) {
      fault(
        step.at,
        `has ${parallel.branches} branches: Workflows takes 1 to ${BRANCHES}. Loop over a list in parallel for more`,
      );
    }
    if (parallel && depth >= DEPTH)
      fault(step.at, `is parallel within ${depth} parallel steps: Workflows takes ${DEPTH} in all`);
    const seconds = numberOf(call?.args.get("seconds"));
    if (call?.name === "sys.sleep" && seconds !== undefined && (seconds < 0 || seconds > SLEEP_SECONDS)) {
      fault(step.at, `sleeps ${seconds} seconds: Workflows runs a year at most, ${SLEEP_SECONDS}`);
    }
    const timeout = numberOf(call?.args.get("timeout"));
    if (call?.name.startsWith("http.") && timeout !== undefined && (timeout <= 0 || timeout > REQUEST_SECONDS)) {
      fault(step.at, `waits ${timeout} seconds for an answer: Workflows waits ${REQUEST_SECONDS} at most`);
    }
  }
}

function jumpFault(name: string, { reach, loop }: Place): string | undefined {
  if (name === "end" || reach.has(name)) return undefined;
  if (name === "break" || name === "continue") return loop ? undefined : `goes on with ${name} outside of a loop`;
  return `goes on with ${name}, which is no step that can be reached from there`;
}

function namesOf(steps: readonly StepModel[]): ReadonlySet<string> {
  const names = new Set<string>();
  const collect = (all: readonly StepModel[]): void => {
    for (const step of all) {
      names.add(step.name);
      for (const { parallel, steps: within } of step.blocks) if (!parallel) collect(within);
    }
  };
  collect(steps);
  return names;
}

const numberOf = (at: Node | undefined): number | undefined =>
  isScalar(at) && typeof at.value === "number" ? at.value : undefined;
