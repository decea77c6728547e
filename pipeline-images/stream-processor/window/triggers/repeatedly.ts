import type { Moment, Trigger, TriggerState } from "./trigger";

/** Again and again: whenever the trigger has finished, it begins anew. */
export class Repeatedly implements Trigger {
  readonly byElements: boolean;
  readonly seesElements: boolean;

  constructor(private readonly of: Trigger) {
    this.byElements = of.byElements;
    this.seesElements = of.seesElements;
  }

  onElements(state: TriggerState, count: number, moment: Moment): void {
    this.of.onElements(state, count, moment);
  }

  shouldFire(state: TriggerState, moment: Moment): boolean {
    return this.of.shouldFire(state, moment);
  }

  onFire(state: TriggerState, moment: Moment): void {
    this.of.onFire(state, moment);
    if (this.of.isFinished(state)) this.of.reset(state);
  }

  isFinished(): boolean {
    return false;
  }

  clear(state: TriggerState): void {
    this.of.clear(state);
  }

  reset(state: TriggerState): void {
    this.of.reset(state);
  }

  wakeAt(state: TriggerState): number {
    return this.of.wakeAt(state);
  }
}
