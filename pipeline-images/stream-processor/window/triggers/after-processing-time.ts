import { FinishingTrigger, type Layout, type Moment, type TriggerState } from "./trigger";

/** Later than `delay` milliseconds after the pane's first element came: strictly later, as in Beam. */
export class AfterProcessingTime extends FinishingTrigger {
  readonly byElements = false;
  readonly seesElements = true;
  private readonly until: number;

  constructor(
    layout: Layout,
    private readonly delay: number,
  ) {
    super(layout);
    this.until = layout.place(Infinity);
  }

  onElements(state: TriggerState, _count: number, moment: Moment): void {
    if (state[this.until] === Infinity) state[this.until] = moment.now + this.delay;
  }

  shouldFire(state: TriggerState, moment: Moment): boolean {
    return moment.now > (state[this.until] as number);
  }

  onFire(state: TriggerState): void {
    this.clear(state);
    this.finish(state);
  }

  clear(state: TriggerState): void {
    state[this.until] = Infinity;
  }

  wakeAt(state: TriggerState): number {
    return state[this.until] as number;
  }
}
