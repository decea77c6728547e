import type { ProcessorState } from "../contract";

/** Error rows since the process began, by the step and why. */
export class Refusals {
  private readonly rows = new Map<string, Map<string, number>>();

  count(step: string, reason: string): void {
    const reasons = this.rows.get(step) ?? new Map<string, number>();
    this.rows.set(step, reasons.set(reason, (reasons.get(reason) ?? 0) + 1));
  }

  get all(): ProcessorState["refused"] {
    return [...this.rows].flatMap(([step, reasons]) => [...reasons].map(([reason, rows]) => ({ step, reason, rows })));
  }
}
