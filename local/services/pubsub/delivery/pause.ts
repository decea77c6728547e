import type { Clock } from "../../../service";

/** Milliseconds, as Google documents them for push. */
const LEAST = 100;
const MOST = 60_000;
/** Failures in a row that successes before them make up for. */
const PATIENCE = 10;

/**
 * Stops all deliveries to a receiver that refuses most of them, for longer each time, until one succeeds.
 * @see https://cloud.google.com/pubsub/docs/push#push_backoff
 */
export class Pause {
  /** Grows with each success and shrinks with each failure: one bad message among good ones stops nothing. */
  private credit = 0;
  private length = 0;
  private resume: (() => void) | undefined;

  /** @param over called when deliveries may go on */
  constructor(
    private readonly clock: Clock,
    private readonly over: () => void,
  ) {}

  get isOn(): boolean {
    return this.resume !== undefined;
  }

  success(): void {
    this.credit = Math.min(PATIENCE, this.credit + 1);
    this.length = 0;
  }

  failure(): void {
    // Deliveries that were under way when the pause began say nothing new.
    if (this.isOn) return;
    if (this.credit > 0) {
      this.credit -= 1;
      return;
    }
    this.length = Math.min(MOST, Math.max(LEAST, this.length * 2));
    this.resume = this.clock.after(this.length, () => {
      this.resume = undefined;
      this.over();
    });
  }

  stop(): void {
    this.resume?.();
    this.resume = undefined;
  }
}
