import type { Clock } from "../../service";

/** Something with an end. Its place is kept in itself, so that it is found and removed in constant time. */
export abstract class Timed {
  /** Milliseconds since the epoch; meaningful while it is set in {@link Deadlines}. */
  due = 0;
  /** @internal */ before: Timed | undefined;
  /** @internal */ after: Timed | undefined;
}

class Slot extends Timed {
  constructor(readonly index: number) {
    super();
    this.before = this;
    this.after = this;
  }
}

/** Milliseconds: everything that ends within one slot ends together, at most this much late. */
const SLOT = 100;

/**
 * A hundred thousand leases a second end, are extended or given up, and a timer each would cost more than the
 * messages: ends are kept in slots, and one timer waits for the first of them.
 */
export class Deadlines<T extends Timed> {
  private readonly slots = new Map<number, Slot>();
  private first = Infinity;
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onDue: (item: T) => void,
  ) {}

  /** From now on it ends at `due`, whatever was set before. */
  set(item: T, due: number): void {
    this.clear(item);
    item.due = due;
    const index = Math.ceil(due / SLOT);
    let slot = this.slots.get(index);
    if (slot === undefined) {
      slot = new Slot(index);
      this.slots.set(index, slot);
      if (index < this.first) this.waitFor(index);
    }
    const last = slot.before as Timed;
    last.after = item;
    item.before = last;
    item.after = slot;
    slot.before = item;
  }

  /** It has no end any more. */
  clear(item: T): void {
    if (item.after === undefined) return;
    (item.before as Timed).after = item.after;
    item.after.before = item.before;
    item.before = undefined;
    item.after = undefined;
  }

  stop(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.slots.clear();
    this.first = Infinity;
  }

  private waitFor(index: number): void {
    this.cancelTimer?.();
    this.first = index;
    this.cancelTimer = this.clock.after(Math.max(0, index * SLOT - this.clock.now()), () => this.run());
  }

  private run(): void {
    this.cancelTimer = undefined;
    this.first = Infinity;
    const now = this.clock.now();
    const over = [...this.slots.keys()].filter((index) => index * SLOT <= now).toSorted((a, b) => a - b);
    for (const index of over) {
      const slot = this.slots.get(index) as Slot;
      this.slots.delete(index);
      // What is due may end others or set new ends: the list is read anew for each.
      while (slot.after !== slot) {
        const item = slot.after as T;
        this.clear(item);
        this.onDue(item);
      }
    }
    const next = Math.min(...this.slots.keys());
    if (next < this.first) this.waitFor(next);
  }
}
