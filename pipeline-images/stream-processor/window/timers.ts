/** Who is to be woken when: a heap of times, and at each of them however many sleepers. */
export class Timers<T> {
  private readonly times: number[] = [];
  private readonly sleepers = new Map<number, T[]>();

  /** The earliest time, or Infinity. */
  get earliest(): number {
    return this.times[0] ?? Infinity;
  }

  /** Whether anybody is to be woken up to a time; also where that is the end of all times. */
  isDue(until: number): boolean {
    return this.times.length > 0 && (this.times[0] as number) <= until;
  }

  set(time: number, sleeper: T): void {
    const there = this.sleepers.get(time);
    if (there !== undefined) there.push(sleeper);
    else {
      this.sleepers.set(time, [sleeper]);
      this.rise(this.times.push(time) - 1);
    }
  }

  /** Those of the earliest time. */
  peek(): readonly T[] {
    return this.sleepers.get(this.earliest) ?? [];
  }

  /** Takes out those of the earliest time. */
  next(): readonly T[] {
    const time = this.times[0];
    if (time === undefined) return [];
    const last = this.times.pop() as number;
    if (this.times.length > 0) {
      this.times[0] = last;
      this.sink();
    }
    const due = this.sleepers.get(time) as T[];
    this.sleepers.delete(time);
    return due;
  }

  private rise(from: number): void {
    const { times } = this;
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      if ((times[parent] as number) <= (times[i] as number)) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  private sink(): void {
    const { times } = this;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      const right = left + 1;
      let least = i;
      if (left < times.length && (times[left] as number) < (times[least] as number)) least = left;
      if (right < times.length && (times[right] as number) < (times[least] as number)) least = right;
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private swap(a: number, b: number): void {
    const held = this.times[a] as number;
    this.times[a] = this.times[b] as number;
    this.times[b] = held;
  }
}
