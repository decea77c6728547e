import type { Clock } from "../../../service";

/** Milliseconds, as Google documents them for push. */
const LEAST = 100;
const MOST = 60_000;

/**
 * Stops all deliveries to a receiver that refuses most of them, for longer each time, until one succeeds.
 * @see https://cloud.google.com/pubsub/docs/push#push_backoff
 */
export class Pause {
  private succeeded = 0;
  private failed = 0;
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
    this.succeeded += 1;
    this.length = 0;
  }

  failure(): void {
    this.failed += 1;
    // One bad message among good ones does not stop the good ones.
    if (this.isOn || this.failed <= this.succeeded) return;
    this.length = Math.min(MOST, Math.max(LEAST, this.length * 2));
    this.resume = this.clock.after(this.length, () => {
      this.resume = undefined;
      this.succeeded = 0;
      this.failed = 0;
      this.over();
    });
  }

  stop(): void {
    this.resume?.();
    this.resume = undefined;
  }
}
