import type { Clock } from "../../service";

interface Waiting {
  enter(): void;
}

/**
 * So many at once, the others in a queue.
 * @see https://cloud.google.com/run/docs/about-instance-autoscaling#max-instances
 */
export class Slots {
  private taken = 0;
  private readonly queue = new Set<Waiting>();

  /** @param patience milliseconds that one waits at most */
  constructor(
    private readonly limit: number,
    private readonly patience: number,
    private readonly clock: Clock,
  ) {}

  /** Those that are in. */
  get inside(): number {
    return this.taken;
  }

  /** @returns what lets the next one in, once; undefined where no place came free in time */
  enter(): Promise<(() => void) | undefined> {
    if (this.taken < this.limit) return Promise.resolve(this.take());
    return new Promise((resolve) => {
      const waiting: Waiting = {
        enter: () => {
          cancel();
          this.queue.delete(waiting);
          resolve(this.take());
        },
      };
      const cancel = this.clock.after(this.patience, () => {
        this.queue.delete(waiting);
        resolve(undefined);
      });
      this.queue.add(waiting);
    });
  }

  private take(): () => void {
    this.taken += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.taken -= 1;
      const [next] = this.queue;
      next?.enter();
    };
  }
}
