import { FinishingTrigger, type Layout, type Moment, type Trigger, type TriggerState } from "./trigger";

/**
 * When the watermark passes the end of the window; before that as often as `early` says, after that as often as
 * `late` says. Without `late` it has finished then.
 */
export class AfterWatermark extends FinishingTrigger {
  readonly byElements: boolean;
  readonly seesElements: boolean;
  private readonly passed: number;

  constructor(
    layout: Layout,
    private readonly early: Trigger | undefined,
    private readonly late: Trigger | undefined,
  ) {
    super(layout);
    this.passed = layout.place(0);
    this.byElements = early?.byElements ?? false;
    this.seesElements = early !== undefined || late !== undefined;
  }

  onElements(state: TriggerState, count: number, moment: Moment): void {
    this.current(state)?.onElements(state, count, moment);
  }

  shouldFire(state: TriggerState, moment: Moment): boolean {
    if (this.isFinished(state)) return false;
    if (!this.hasPassed(state) && moment.ended) return true;
    return this.current(state)?.shouldFire(state, moment) ?? false;
  }

  onFire(state: TriggerState, moment: Moment): void {
    // Early and late triggers fire again and again.
    this.current(state)?.reset(state);
    if (this.hasPassed(state) || !moment.ended) return;
    state[this.passed] = 1;
    if (this.late === undefined) this.finish(state);
  }

  clear(state: TriggerState): void {
    this.early?.clear(state);
    this.late?.clear(state);
  }

  override reset(state: TriggerState): void {
    super.reset(state);
    state[this.passed] = 0;
    this.early?.reset(state);
    this.late?.reset(state);
  }

  wakeAt(state: TriggerState): number {
    return this.isFinished(state) ? Infinity : (this.current(state)?.wakeAt(state) ?? Infinity);
  }

  private hasPassed(state: TriggerState): boolean {
    return state[this.passed] === 1;
  }

  private current(state: TriggerState): Trigger | undefined {
    return this.hasPassed(state) ? this.late : this.early;
  }
}
