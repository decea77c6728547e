/** First in, first out, both ends in constant time. */
export class Fifo<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  get first(): T | undefined {
    return this.items[this.head];
  }

  push(item: T): void {
    this.items.push(item);
  }

  shift(): T | undefined {
    if (this.head === this.items.length) return undefined;
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    // The taken half is cut off once it is the larger one, so that every item is moved at most once on average.
    if (this.head > 64 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  /** Before all others, the first of `items` first. */
  putBack(items: readonly T[]): void {
    this.items = [...items, ...this.items.slice(this.head)];
    this.head = 0;
  }

  /** Takes one out, wherever it stands. */
  remove(item: T): void {
    if (this.first === item) {
      this.shift();
      return;
    }
    this.items = [...this].filter((one) => one !== item);
    this.head = 0;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let at = this.head; at < this.items.length; at++) yield this.items[at] as T;
  }
}
