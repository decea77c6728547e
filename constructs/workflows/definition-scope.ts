import type { BlockModel, Named, Report, StepModel, WorkflowModel } from "./definition-model";

/** What variables there are at a step. */
export class Scope {
  private readonly names: Set<string>;

  constructor(
    names: Iterable<string>,
    private readonly outer?: Scope,
    /** Where it runs beside others: the variables of outside that it may change. */
    private readonly shared?: ReadonlySet<string>,
  ) {
    this.names = new Set(names);
  }

  has(name: string): boolean {
    return this.names.has(name) || this.outer?.has(name) === true;
  }

  /** @returns whether the name may be written to; a new one becomes a variable of this scope */
  write(name: string): boolean {
    if (!this.has(name)) this.names.add(name);
    return this.mayWrite(name);
  }

  private mayWrite(name: string): boolean {
    if (this.names.has(name)) return true;
    if (this.shared !== undefined && !this.shared.has(name)) return false;
    return this.outer?.mayWrite(name) === true;
  }
}

/** Asked of each step, with what there is for it. */
export type Visit = (step: StepModel, scope: Scope, where: string) => void;

/**
 * Goes through a workflow with the variables that are known at each step. Which steps come first is not looked at: with
 * jumps, any may.
 */
export function visitScopes(workflow: WorkflowModel, report: Report, visit: Visit): void {
  const scope = new Scope(workflow.parameters.map(({ name }) => name));
  new Visitor(workflow.name, report, visit).steps(workflow.steps, scope);
}

class Visitor {
  constructor(
    private readonly workflow: string,
    private readonly report: Report,
    private readonly visit: Visit,
  ) {}

  steps(steps: readonly StepModel[], scope: Scope): void {
    this.declare(steps, scope);
    this.enter(steps, scope);
  }

  /** What is assigned anywhere in the scope, before anything in it is looked at. */
  private declare(steps: readonly StepModel[], scope: Scope): void {
    for (const step of steps) {
      for (const { name, at } of step.writes) {
        const variable = baseOf(name);
        if (variable === undefined || scope.write(variable)) continue;
        this.report(
          "variables",
          at,
          this.where(step),
          `assigns ${variable}, a variable from outside of its parallel step: list it in shared there`,
        );
      }
      for (const block of step.blocks) if (block.kind === "inline") this.declare(block.steps, scope);
    }
  }

  private enter(steps: readonly StepModel[], scope: Scope): void {
    for (const step of steps) {
      this.visit(step, scope, this.where(step));
      const shared = step.parallel?.shared ?? [];
      for (const { name, at } of shared) this.sharedIsThere(step, { name, at }, scope);
      for (const block of step.blocks) {
        if (block.kind === "inline") this.enter(block.steps, scope);
        else this.steps(block.steps, this.inner(block, scope, shared));
      }
    }
  }

  private sharedIsThere(step: StepModel, { name, at }: Named, scope: Scope): void {
    if (scope.has(name)) return;
    this.report("variables", at, this.where(step), `shares ${name}, which is no variable outside of it`);
  }

  private inner({ variables, parallel }: BlockModel, scope: Scope, shared: readonly Named[]): Scope {
    return new Scope(variables, scope, parallel ? new Set(shared.map(({ name }) => name)) : undefined);
  }

  private where({ name }: StepModel): string {
    return name === "" ? this.workflow : `${this.workflow}, step ${name}`;
  }
}

/** "report" of "report.pages[0]". */
export const baseOf = (place: string): string | undefined => /^[A-Za-z_]\w*/.exec(place)?.[0];
