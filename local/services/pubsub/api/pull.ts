import type { Clock } from "../../../service";
import type { CloudError } from "../../../errors";
import type { Consumer, Delivery } from "../delivery";
import type { Subscription } from "../subscription";

/** Milliseconds that a pull waits for a first message before it answers with none. */
const PATIENCE = 30_000;
/** One answer has at most so many messages, and about so many bytes. */
export const MOST_MESSAGES = 1_000;
export const MOST_BYTES = 4 * 1024 * 1024;

/** One call of Pull: takes what is there, or waits for something to be there. */
export class Pull implements Consumer {
  private waiting = true;
  private settle: ((taken: readonly Delivery[]) => void) | undefined;
  private reject: ((reason: CloudError) => void) | undefined;

  constructor(
    private readonly subscription: Subscription,
    private readonly maxMessages: number,
  ) {}

  get severalOfOneKey(): boolean {
    return this.waiting;
  }

  /** @returns messages; none when there are none now. */
  now(): readonly Delivery[] {
    const taken = this.take(MOST_MESSAGES);
    this.leave();
    return taken;
  }

  /**
   * @param cancelled called with what to do when the caller goes away
   * @returns messages as soon as there are some; none after a while
   */
  soon(clock: Clock, cancelled: (then: () => void) => void): Promise<readonly Delivery[]> {
    return new Promise((resolve, reject) => {
      const stop = clock.after(PATIENCE, () => this.answer([]));
      cancelled(() => this.answer([]));
      this.settle = (taken) => {
        stop();
        resolve(taken);
      };
      this.reject = (reason) => {
        stop();
        reject(reason);
      };
      this.subscription.join(this);
    });
  }

  offer(share: number): number {
    const taken = this.take(share);
    if (taken.length > 0) this.answer(taken);
    return taken.length;
  }

  released(): void {}

  end(reason: CloudError): void {
    this.waiting = false;
    this.reject?.(reason);
  }

  private take(share: number): readonly Delivery[] {
    return this.subscription.take(this, {
      messages: Math.min(share, this.maxMessages, MOST_MESSAGES),
      bytes: MOST_BYTES,
      leaseSeconds: this.subscription.config.ackDeadlineSeconds,
    });
  }

  private answer(taken: readonly Delivery[]): void {
    if (!this.waiting) return;
    this.leave();
    this.settle?.(taken);
  }

  private leave(): void {
    this.waiting = false;
    this.subscription.leave(this);
  }
}
