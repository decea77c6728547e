import { FinishingTrigger, type Layout, type Moment, type Trigger, type TriggerState } from "./trigger";

/** A trigger made of several. */
abstract class Composite extends FinishingTrigger {
  readonly byElements: boolean;
  readonly seesElements: boolean;

  constructor(
    layout: Layout,
    protected readonly of: readonly Trigger[],
  ) {
    super(layout);
    this.byElements = of.some((one) => one.byElements);
    this.seesElements = of.some((one) => one.seesElements);
  }

  clear(state: TriggerState): void {
    for (const one of this.of) one.clear(state);
  }

  override reset(state: TriggerState): void {
    super.reset(state);
    for (const one of this.of) one.reset(state);
  }

  wakeAt(state: TriggerState): number {
    return this.of.reduce(
      (wake, one) => Math.min(wake, one.isFinished(state) ? Infinity : one.wakeAt(state)),
      Infinity,
    );
  }
}

/** Once one of them fires. */
export class AfterAny extends Composite {
  onElements(state: TriggerState, count: number, moment: Moment): void {
    for (const one of this.of) one.onElements(state, count, moment);
  }

  shouldFire(state: TriggerState, moment: Moment): boolean {
    return this.of.some((one) => one.isFinished(state) || one.shouldFire(state, moment));
  }

  override wakeAt(state: TriggerState): number {
    return Math.min(...this.of.map((one) => one.wakeAt(state)));
  }

  onFire(state: TriggerState, moment: Moment): void {
    for (const one of this.of) {
      if (one.shouldFire(state, moment)) one.onFire(state, moment);
      // The pane that it waited for is gone.
      else one.clear(state);
    }
    this.finish(state);
  }
}

/** Once all of them would fire. */
export class AfterAll extends Composite {
  onElements(state: TriggerState, count: number, moment: Moment): void {
    for (const one of this.of) if (!one.isFinished(state)) one.onElements(state, count, moment);
  }

  shouldFire(state: TriggerState, moment: Moment): boolean {
    return this.of.every((one) => one.isFinished(state) || one.shouldFire(state, moment));
  }

  onFire(state: TriggerState, moment: Moment): void {
    for (const one of this.of) one.onFire(state, moment);
    this.finish(state);
  }

  /** Before the last of them it cannot fire. */
  override wakeAt(state: TriggerState): number {
    const times = this.of.map((one) => one.wakeAt(state)).filter((time) => time !== Infinity);
    return times.length === 0 ? Infinity : Math.max(...times);
  }
}

/** One after the other: each until it has finished. */
export class AfterEach extends Composite {
  onElements(state: TriggerState, count: number, moment: Moment): void {
    this.current(state)?.onElements(state, count, moment);
  }

  shouldFire(state: TriggerState, moment: Moment): boolean {
    return this.current(state)?.shouldFire(state, moment) ?? false;
  }

  onFire(state: TriggerState, moment: Moment): void {
    this.current(state)?.onFire(state, moment);
    if (this.current(state) === undefined) this.finish(state);
  }

  override wakeAt(state: TriggerState): number {
    return this.current(state)?.wakeAt(state) ?? Infinity;
  }

  private current(state: TriggerState): Trigger | undefined {
    return this.of.find((one) => !one.isFinished(state));
  }
}
