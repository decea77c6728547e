import { FinishingTrigger, type Layout, type TriggerState } from "./trigger";

/** Once the pane has so many elements, or more: it is asked after a batch. */
export class AfterCount extends FinishingTrigger {
  readonly byElements = true;
  readonly seesElements = true;
  private readonly seen: number;

  constructor(
    layout: Layout,
    private readonly count: number,
  ) {
    super(layout);
    this.seen = layout.place(0);
  }

  onElements(state: TriggerState, count: number): void {
    state[this.seen] = (state[this.seen] as number) + count;
  }

  shouldFire(state: TriggerState): boolean {
    return (state[this.seen] as number) >= this.count;
  }

  onFire(state: TriggerState): void {
    this.clear(state);
    this.finish(state);
  }

  clear(state: TriggerState): void {
    state[this.seen] = 0;
  }

  wakeAt(): number {
    return Infinity;
  }
}
