import type { Attributes, HistogramName } from "./catalogue";

/** How often something took at most so much. */
export interface Distribution {
  readonly metric: HistogramName;
  readonly attributes: Attributes;
  /** Upper bounds, rising; what is above the last is counted after it. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const BYTES = [1e3, 1e4, 1e5, 1e6, 4e6, 16e6, 64e6];
const bounds: { readonly [Name in HistogramName]: readonly number[] } = {
  "checkpoint.duration": SECONDS,
  "checkpoint.size": BYTES,
  "sink.duration": SECONDS,
};

/** What is measured when it happens, and not only when somebody looks. */
export class Histograms {
  private readonly all = new Map<string, Distribution & { counts: number[]; sum: number; count: number }>();

  observe(metric: HistogramName, value: number, attributes: Attributes = {}): void {
    const name = `${metric} ${Object.values(attributes).join(" ")}`;
    let found = this.all.get(name);
    if (found === undefined) {
      const counts = Array.from({ length: bounds[metric].length + 1 }, () => 0);
      found = { metric, attributes, bounds: bounds[metric], counts, sum: 0, count: 0 };
      this.all.set(name, found);
    }
    const place = found.bounds.findIndex((bound) => value <= bound);
    const at = place < 0 ? found.bounds.length : place;
    found.counts[at] = (found.counts[at] ?? 0) + 1;
    found.sum += value;
    found.count += 1;
  }

  get distributions(): readonly Distribution[] {
    return [...this.all.values()];
  }
}
