import type { Clock } from "../../runtime/clock";

/** Something to wait for: whoever waits goes on at the next call, or after a time. */
export class Signal {
  private waiting: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  /** Those who wait go on. */
  readonly call = (): void => {
    const { waiting } = this;
    this.waiting = [];
    for (const resume of waiting) resume();
  };

  wait(atMost = Infinity): Promise<void> {
    return new Promise((resolve) => {
      const cancel = atMost === Infinity ? () => {} : this.clock.after(atMost, resolve);
      this.waiting.push(() => {
        cancel();
        resolve();
      });
    });
  }
}
