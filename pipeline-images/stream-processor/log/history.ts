/**
 * Reading the log: the newest snapshot, then every entry after it.
 */
import { decodeEntry, unframe, type Entry } from "./entry";
import {
  BEGINNING,
  ENTRIES,
  entryName,
  isAfter,
  isSame,
  next,
  nextTerm,
  type Position,
  positionOf,
  SNAPSHOTS,
  snapshotName,
} from "./position";
import type { LogStore } from "./store";

/** What records add up to. `State` is changed in place: it may be large. */
export interface Fold<State> {
  empty(): State;
  apply(state: State, record: Uint8Array, at: Position): void;
  /** A term ended with a seal: another owner begins. */
  sealed(state: State): void;
  /** A snapshot in parts, one after the other: it may be too large to be put together twice. */
  encode(state: State): readonly Uint8Array[];
  decode(snapshot: Uint8Array): State;
}

export interface History<State> {
  readonly state: State;
  /** The snapshot that it began with; {@link BEGINNING} where there was none. */
  readonly base: Position;
  /** Up to where it was read. */
  at: Position;
  /** The last entry that was read after the snapshot. */
  last: Entry | undefined;
  /** Names of the records that were read after the snapshot. */
  readonly records: Set<string>;
  /** Bytes of the snapshot, and of the entries after it. */
  readonly snapshotBytes: number;
  entryBytes: number;
}

/** How many objects are read at once, and about how many bytes: those before them tell how large they will be. */
const AT_ONCE = 16;
const BYTES_AT_ONCE = 16 * 1024 * 1024;
const AT_FIRST = 4;

/**
 * The log as it stands, or as it stood at `until`.
 *
 * An object that is missed was compacted away meanwhile, so the reading begins again. It also does when there is
 * a newer snapshot at the end: then entries that this reading needed may be gone, and where one was, somebody who
 * slept through it all may have put a seal, behind which the log would seem to go on.
 */
export async function readHistory<State>(
  store: LogStore,
  fold: Fold<State>,
  until?: Position,
): Promise<History<State>> {
  for (;;) {
    const history = await readSnapshot(store, fold);
    if (history !== undefined && (await readOn(store, fold, history, until))) return history;
  }
}

/** @returns whether the history still stands; if not, it is to be read again from a newer snapshot. */
export async function readOn<State>(
  store: LogStore,
  fold: Fold<State>,
  history: History<State>,
  until?: Position,
): Promise<boolean> {
  const there = new Set(await store.list(ENTRIES, entryName(next(history.at))));
  for (let atOnce = AT_FIRST; ;) {
    const names = following(history.at, there, until, atOnce);
    if (names.length === 0) break;
    const before = history.entryBytes;
    const contents = await Promise.all(names.map((at) => store.read(entryName(at))));
    for (const [i, content] of contents.entries()) {
      const at = names[i] as Position;
      if (content === undefined) return false;
      step(fold, history, decodeEntry(content, at), content.length);
      // After a seal the names go on in the next term.
      if (history.last?.record === undefined) break;
    }
    // A seal is small whatever records are.
    if (history.last?.record === undefined) continue;
    const bytesEach = (history.entryBytes - before) / names.length;
    atOnce = Math.max(1, Math.min(AT_ONCE, Math.floor(BYTES_AT_ONCE / bytesEach)));
  }
  return isSame(await newestSnapshot(store), history.base);
}

/** The next names of the term, as far as they are there. */
function following(at: Position, there: ReadonlySet<string>, until: Position | undefined, most: number): Position[] {
  const names: Position[] = [];
  for (let position = next(at); names.length < most; position = next(position)) {
    if (!there.has(entryName(position)) || (until !== undefined && isAfter(position, until))) break;
    names.push(position);
  }
  return names;
}

function step<State>(fold: Fold<State>, history: History<State>, entry: Entry, size: number): void {
  if (entry.record === undefined) {
    fold.sealed(history.state);
    history.at = nextTerm(entry.at);
  } else {
    fold.apply(history.state, entry.record, entry.at);
    history.at = entry.at;
    history.records.add(entryName(entry.at));
  }
  history.last = entry;
  history.entryBytes += size;
}

async function readSnapshot<State>(store: LogStore, fold: Fold<State>): Promise<History<State> | undefined> {
  const base = await newestSnapshot(store);
  const beginning = { base, at: base, last: undefined, records: new Set<string>(), entryBytes: 0 };
  if (isSame(base, BEGINNING)) return { ...beginning, state: fold.empty(), snapshotBytes: 0 };
  const name = snapshotName(base);
  const content = await store.read(name);
  if (content === undefined) return undefined;
  return { ...beginning, state: fold.decode(unframe(content, name)), snapshotBytes: content.length };
}

export async function newestSnapshot(store: LogStore): Promise<Position> {
  const names = await store.list(SNAPSHOTS);
  return names.reduce((newest, name) => {
    const position = positionOf(name);
    return position !== undefined && isAfter(position, newest) ? position : newest;
  }, BEGINNING);
}
