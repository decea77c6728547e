/** Milliseconds: as long as Google's clients ask again for an acknowledgement. */
const MEMORY = 10 * 60 * 1000;

/**
 * The leases whose acknowledgement was confirmed. An answer can be lost on its way, and who asks again must hear
 * the same: that the message is acknowledged, not that the lease is over.
 */
export class Confirmations {
  private recent = new Set<number>();
  private earlier = new Set<number>();

  /** @param since milliseconds since the epoch */
  constructor(private since: number) {}

  add(lease: number): void {
    this.recent.add(lease);
  }

  has(lease: number): boolean {
    return this.recent.has(lease) || this.earlier.has(lease);
  }

  /** Forgets what is older than ten minutes, and all before it is older than twenty. */
  sweep(now: number): void {
    if (now - this.since < MEMORY) return;
    this.earlier = this.recent;
    this.recent = new Set();
    this.since = now;
  }
}
