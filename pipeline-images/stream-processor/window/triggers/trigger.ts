/**
 * When a window's pane is fired, for one key: Beam's state machines. What a trigger has seen of a cell stands in the
 * cell, a few numbers; the trigger itself is made once.
 * @see https://beam.apache.org/documentation/programming-guide/#triggers
 */
export type TriggerState = number[];

/** The time at which a trigger is asked. */
export interface Moment {
  /** Milliseconds since the epoch. */
  now: number;
  /** The watermark has passed the end of the window. */
  ended: boolean;
}

export interface Trigger {
  /** So many elements have come at this moment. */
  onElements(state: TriggerState, count: number, moment: Moment): void;
  shouldFire(state: TriggerState, moment: Moment): boolean;
  /** The pane was fired, for this trigger or another: moves on, and perhaps finishes. */
  onFire(state: TriggerState, moment: Moment): void;
  /** A finished trigger never fires again. */
  isFinished(state: TriggerState): boolean;
  /** Forgets what it saw of the pane. */
  clear(state: TriggerState): void;
  /** Begins anew, as if it had never fired. */
  reset(state: TriggerState): void;
  /** The processing time after which it may have to fire without a new element; Infinity where there is none. */
  wakeAt(state: TriggerState): number;
  /** Whether an element may make it fire before the end of the window. */
  readonly byElements: boolean;
  /** Whether its state tells that elements have come: where not, it need not be told of them. */
  readonly seesElements: boolean;
}

/** Hands out places in a cell's state while triggers are made. */
export class Layout {
  private readonly values: number[] = [];

  /** A place, and what stands there at first. */
  place(initial: number): number {
    return this.values.push(initial) - 1;
  }

  initial(): TriggerState {
    return this.values.slice();
  }
}

/** A trigger that keeps in one place whether it has finished. */
export abstract class FinishingTrigger implements Trigger {
  private readonly finished: number;
  abstract readonly byElements: boolean;
  abstract readonly seesElements: boolean;

  constructor(layout: Layout) {
    this.finished = layout.place(0);
  }

  isFinished(state: TriggerState): boolean {
    return state[this.finished] === 1;
  }

  protected finish(state: TriggerState): void {
    state[this.finished] = 1;
  }

  reset(state: TriggerState): void {
    state[this.finished] = 0;
    this.clear(state);
  }

  abstract onElements(state: TriggerState, count: number, moment: Moment): void;
  abstract shouldFire(state: TriggerState, moment: Moment): boolean;
  abstract onFire(state: TriggerState, moment: Moment): void;
  abstract clear(state: TriggerState): void;
  abstract wakeAt(state: TriggerState): number;
}
