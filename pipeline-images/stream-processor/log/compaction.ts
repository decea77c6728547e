/**
 * Compaction: a snapshot built from the log itself, apart from the work, and then the end of what it covers.
 */
import { decodeEntry, frame } from "./entry";
import { readHistory, type Fold } from "./history";
import { ENTRIES, isAfter, isSame, type Position, positionOf, SNAPSHOTS, snapshotName } from "./position";
import type { LogStore } from "./store";

export class Compactor<State> {
  /** Names that are known to be seals. */
  private readonly seals = new Set<string>();

  constructor(
    private readonly store: LogStore,
    private readonly fold: Fold<State>,
  ) {}

  /**
   * Writes a snapshot of all up to `upTo`, which must be durable, and deletes the records and snapshots it covers.
   * Seals stay for ever: one who slept would find their names free.
   * @returns the snapshot's bytes; undefined where another has compacted further, so that there is nothing to do.
   */
  async compact(upTo: Position): Promise<number | undefined> {
    const snapshot = await this.snapshotOf(upTo);
    if (snapshot === undefined) return undefined;
    const { content, records } = snapshot;
    await this.store.create(snapshotName(upTo), content);
    await this.deleteCovered(upTo, records);
    return content.length;
  }

  /** By itself, so that what was read is let go before the snapshot is sent: both may be large. */
  private async snapshotOf(upTo: Position) {
    const { at, records, state } = await readHistory(this.store, this.fold, upTo);
    return isSame(at, upTo) ? { content: frame(this.fold.encode(state)), records } : undefined;
  }

  private async deleteCovered(upTo: Position, records: ReadonlySet<string>): Promise<void> {
    for (const name of await this.store.list(ENTRIES)) {
      const at = positionOf(name);
      if (at === undefined || this.seals.has(name)) continue;
      // The names are sorted.
      if (isAfter(at, upTo)) break;
      if (records.has(name) || (await this.isRecord(name, at))) await this.store.delete(name);
      else this.seals.add(name);
    }
    for (const name of await this.store.list(SNAPSHOTS)) {
      const at = positionOf(name);
      if (at !== undefined && isAfter(upTo, at)) await this.store.delete(name);
    }
  }

  /** What an earlier compaction left behind when it was cut off is a record; the rest are seals. */
  private async isRecord(name: string, at: Position): Promise<boolean> {
    const content = await this.store.read(name);
    return content !== undefined && decodeEntry(content, at).record !== undefined;
  }
}
