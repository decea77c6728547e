/** Which records a log has, told from its seals: these stay when the records themselves are compacted away. */
import { CloudStorage } from "../../pipeline-images/stream-processor/google/storage";
import { BucketStore } from "../../pipeline-images/stream-processor/log/bucket-store";
import { decodeEntry } from "../../pipeline-images/stream-processor/log/entry";
import { newestSnapshot } from "../../pipeline-images/stream-processor/log/history";
import { ENTRIES, type Position, positionOf } from "../../pipeline-images/stream-processor/log/position";
import { systemClock } from "../../runtime/clock";

export interface Records {
  /** Whether the log has a record there, or had it. */
  readonly has: (at: Position) => boolean;
  /** Owners that there were. */
  readonly terms: number;
}

/** @param endpoint http://host:port of the storage */
export async function recordsOf(endpoint: string, bucket: string, folder: string): Promise<Records> {
  const store = new BucketStore(new CloudStorage({ clock: systemClock, tokens: undefined, endpoint }), bucket, folder);
  /** Of each term, the number of its last record. */
  const last = new Map<number, number>();
  const note = ({ term, seq }: Position): void => void last.set(term, Math.max(seq, last.get(term) ?? 0));
  const names = await store.list(ENTRIES);
  const ends = new Map(
    names.flatMap((name) => {
      const at = positionOf(name);
      return at === undefined ? [] : [[at.term, { name, at }] as const];
    }),
  );
  for (const { name, at } of ends.values()) {
    // A few hundred, at the end of a run.
    const content = await store.read(name);
    const isSeal = content !== undefined && decodeEntry(content, at).record === undefined;
    note(isSeal ? { term: at.term, seq: at.seq - 1 } : at);
  }
  note(await newestSnapshot(store));
  return { has: ({ term, seq }) => seq <= (last.get(term) ?? 0), terms: Math.max(0, ...last.keys()) };
}
