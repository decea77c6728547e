import type { Consumer, Delivery } from "./delivery";
import { Fifo } from "./fifo";

/** What waits to be handed out, and in which order. */
export interface Backlog {
  /** About how many can be handed out. */
  readonly available: number;
  /** A new one, after all that were added before. */
  add(delivery: Delivery): void;
  /** The next one for this consumer; it counts as leased from here on. */
  take(consumer: Consumer): Delivery | undefined;
  /** Acknowledged or forwarded, whatever its state was. */
  remove(delivery: Delivery): void;
  /**
   * Its lease is over without an acknowledgement; it waits for {@link ready}.
   * @returns the deliveries that have to go back with it
   */
  failed(delivery: Delivery): readonly Delivery[];
  /** It may be handed out again. */
  ready(delivery: Delivery): void;
  /** This consumer takes no more. */
  leave(consumer: Consumer): void;
}

/** In the order of publishing; what failed comes again after what is there by then. */
export class PlainBacklog implements Backlog {
  private readonly queue = new Fifo<Delivery>();
  private count = 0;

  get available(): number {
    return this.count;
  }

  add(delivery: Delivery): void {
    this.ready(delivery);
  }

  take(): Delivery | undefined {
    for (;;) {
      const next = this.queue.shift();
      if (next === undefined) return undefined;
      // An acknowledgement that came after the lease's end took it away while it stood here.
      if (next.state !== "available") continue;
      this.count -= 1;
      next.state = "leased";
      return next;
    }
  }

  remove(delivery: Delivery): void {
    if (delivery.state === "available") this.count -= 1;
    delivery.state = "gone";
  }

  failed(delivery: Delivery): readonly Delivery[] {
    delivery.state = "waiting";
    return [];
  }

  ready(delivery: Delivery): void {
    delivery.state = "available";
    this.count += 1;
    this.queue.push(delivery);
  }

  leave(): void {}
}
