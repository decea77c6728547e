import type { Subscription } from "./subscription";

/** Runs a task at the end of this turn of the event loop, as setImmediate does. */
export type Soon = (task: () => void) => void;

/**
 * What one turn of the event loop brought in is done together at its end: first written, then confirmed to those
 * who wait for it, then handed out. So a message or an acknowledgement is confirmed only when it is kept.
 */
export class Turn {
  private woken = new Set<Subscription>();
  private waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  private readonly watching: (() => void)[] = [];
  private scheduled = false;

  constructor(
    private readonly soon: Soon,
    private readonly write: () => void,
  ) {}

  /** Something is there to be written. */
  touch(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.soon(() => this.end());
  }

  /** Messages of this subscription can be handed out. */
  wake(subscription: Subscription): void {
    this.woken.add(subscription);
    this.touch();
  }

  /** Resolves when all that happened until now is written; rejects when it could not be. */
  written(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.touch();
    });
  }

  /** Resolves at the end of the next turn, whenever there is one. */
  next(): Promise<void> {
    return new Promise((resolve) => void this.watching.push(resolve));
  }

  private end(): void {
    this.scheduled = false;
    const { waiting, woken } = this;
    this.waiting = [];
    this.woken = new Set();
    try {
      this.write();
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
    for (const subscription of woken) subscription.deliver();
    for (const resolve of this.watching.splice(0)) resolve();
  }
}
