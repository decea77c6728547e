/** What goes by a second, from counters that only grow. */

/** Over so many ticks, so that a number can be read before it changes. */
const SPAN = 5;

export class Rates {
  private readonly samples: { readonly at: number; readonly values: readonly (number | null)[] }[] = [];

  /** Takes the counters of a moment, always in the same order. */
  add(at: number, values: readonly (number | null)[]): void {
    this.samples.push({ at, values });
    if (this.samples.length > SPAN + 1) this.samples.shift();
  }

  /** @returns undefined where nothing counts it */
  perSecond(index: number): number | undefined {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    const now = last?.values[index] ?? undefined;
    if (first === undefined || last === undefined || now === undefined) return undefined;
    // What was not counted yet had not begun.
    const before = first.values[index] ?? 0;
    const seconds = (last.at - first.at) / 1000;
    // A counter begins again when its service does.
    return seconds > 0 ? Math.max(0, (now - before) / seconds) : 0;
  }
}
