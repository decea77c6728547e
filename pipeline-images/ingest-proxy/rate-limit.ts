import type { Clock } from "../../runtime/clock";

/**
 * A token bucket: `rate` requests a second, and a burst of what one second allows.
 * It limits one instance; the service's limit is this times its instances.
 */
export class RateLimit {
  private tokens: number;
  private filled: number;

  constructor(
    private readonly rate: number,
    private readonly clock: Clock,
  ) {
    this.tokens = this.burst;
    this.filled = clock.now();
  }

  /** @returns 0 when the request may pass, else the whole seconds after which one may. */
  take(): number {
    const now = this.clock.now();
    // A clock set back must not take tokens away.
    const passed = Math.max(0, now - this.filled);
    this.tokens = Math.min(this.burst, this.tokens + (passed / 1000) * this.rate);
    this.filled = now;
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - this.tokens) / this.rate));
  }

  private get burst(): number {
    return Math.max(1, this.rate);
  }
}
