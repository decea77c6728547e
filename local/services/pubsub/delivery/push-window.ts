/** Google begins with a single-digit window. */
const FIRST = 5;
/**
 * Google's window goes beyond 3,000 because a service has many instances. On a laptop one process stands for all
 * of them, and more than this at once would only wait before it.
 */
const MOST = 100;

/**
 * How many push requests may be open at once: one more after each success, which doubles it per round trip,
 * and half as many after a failure.
 * @see https://cloud.google.com/pubsub/docs/push#push-delivery-rate
 */
export class PushWindow {
  private size = FIRST;
  private open = 0;

  get free(): number {
    return Math.max(0, this.size - this.open);
  }

  begin(): void {
    this.open += 1;
  }

  succeeded(): void {
    this.open -= 1;
    this.size = Math.min(MOST, this.size + 1);
  }

  failed(): void {
    this.open -= 1;
    this.size = Math.max(1, Math.floor(this.size / 2));
  }
}
