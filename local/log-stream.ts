import type { Clock, LogEntry } from "./service";
import type { LogStream, TimedEntry } from "./view";

/** Entries that are kept for who comes later. */
const kept = 1_000;

/** What all services and workloads say, in the order in which it was said. */
export class Logs implements LogStream {
  private readonly entries: TimedEntry[] = [];
  private readonly listeners = new Set<(entry: TimedEntry) => void>();

  constructor(private readonly clock: Clock) {}

  add(entry: LogEntry): void {
    const timed = { at: this.clock.now(), entry };
    this.entries.push(timed);
    if (this.entries.length > kept * 2) this.entries.splice(0, this.entries.length - kept);
    for (const listener of this.listeners) listener(timed);
  }

  recent(limit = kept): readonly TimedEntry[] {
    return this.entries.slice(-Math.min(limit, kept));
  }

  follow(listener: (entry: TimedEntry) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
