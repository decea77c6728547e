/**
 * Owning the log: taking it over, and appending to it.
 *
 * There is one owner at a time because there is one next name. Whoever creates it goes on; a newcomer creates it
 * as a seal, and the owner that was finds the seal where it would write, and stops.
 */
import { pause, type Clock } from "../../../runtime/clock";
import { decodeEntry, encodeEntry, type Entry } from "./entry";
import { newestSnapshot, readHistory, readOn, type Fold, type History } from "./history";
import { BEGINNING, entryName, isSame, next, nextTerm, type Position } from "./position";
import type { LogStore } from "./store";

/** Another has taken the log over: nothing more may leave this process, no row and no acknowledgement. */
export class Deposed extends Error {
  override readonly name = "Deposed";

  constructor(at: Position) {
    super(`another instance has taken over the checkpoints at ${entryName(at)}: this one stops`);
  }
}

export interface Ownership {
  /** One that asks until it is answered. */
  readonly store: LogStore;
  /** Differs with every start of every process. */
  readonly owner: string;
}

export interface Taking extends Ownership {
  readonly clock: Clock;
  /** Milliseconds without a new entry after which the owner is taken for dead. */
  readonly silence: number;
  /** Milliseconds between two looks at the log. */
  readonly look: number;
  /** The log is read through this: somebody measures it. */
  readonly watched?: (<T>(read: () => Promise<T>) => Promise<T>) | undefined;
}

/**
 * Waits until the log is free, takes it over and gives what it held.
 * @param accept throws where what the log holds is not for this process, which then takes nothing from anybody
 */
export async function takeOver<State>(
  taking: Taking,
  fold: Fold<State>,
  accept: (state: State) => void = () => {},
): Promise<[History<State>, LogWriter]> {
  const { watched = (read) => read() } = taking;
  for (;;) {
    const history = await watched(() => readHistory(taking.store, fold));
    accept(history.state);
    if (!(await untilFree(taking, fold, history))) continue;
    accept(history.state);
    if (!(await seal(taking, history))) continue;
    fold.sealed(history.state);
    history.at = nextTerm(history.at);
    return [history, new LogWriter(taking, history.at)];
  }
}

/**
 * Follows the log until its owner has released it or been silent for long enough.
 * @returns false where the history has to be read again.
 */
async function untilFree<State>(taking: Taking, fold: Fold<State>, history: History<State>): Promise<boolean> {
  const { store, clock, silence, look } = taking;
  const untouched = () => history.last === undefined && isSame(history.base, BEGINNING);
  let heard = clock.now();
  while (!history.last?.release && !untouched() && clock.now() - heard < silence) {
    await pause(clock, Math.min(look, silence));
    const before = history.at;
    if (!(await readOn(store, fold, history))) return false;
    if (!isSame(before, history.at)) heard = clock.now();
  }
  return true;
}

/**
 * Seals the term at its next name. A seal counts only if a listing made after it shows no snapshot newer than the
 * one restored from: else the name was free because it had been compacted away.
 */
async function seal<State>(taking: Taking, history: History<State>): Promise<boolean> {
  const at = next(history.at);
  const entry: Entry = { at, owner: taking.owner, record: undefined, release: false };
  const found = await createOrFind(taking.store, entry);
  return found?.owner === taking.owner && isSame(await newestSnapshot(taking.store), history.base);
}

/** Appends records, one after the other, in its own term. */
export class LogWriter {
  private deposed: Deposed | undefined;

  constructor(
    private readonly ownership: Ownership,
    private at: Position,
  ) {}

  /** Where the next record will stand. */
  get next(): Position {
    return next(this.at);
  }

  /** Up to where everything is durable. */
  get durable(): Position {
    return this.at;
  }

  /** False from the moment that another's seal was found. */
  get owns(): boolean {
    return this.deposed === undefined;
  }

  /**
   * Makes a record durable. One call at a time.
   * @throws Deposed where another has taken over, now and ever after.
   */
  async append(record: Uint8Array, { release = false } = {}): Promise<Position> {
    if (this.deposed) throw this.deposed;
    const { store, owner } = this.ownership;
    const entry: Entry = { at: this.next, owner, record, release };
    const found = await createOrFind(store, entry);
    // Another's entry, or none though the name was taken: a successor has compacted it away.
    if (found === undefined || found.owner !== owner || found.record === undefined) {
      this.deposed = new Deposed(entry.at);
      throw this.deposed;
    }
    this.at = entry.at;
    return entry.at;
  }
}

/** Creates an entry, or gives what stands in its place: after a lost answer, that is the entry itself. */
async function createOrFind(store: LogStore, entry: Entry): Promise<Entry | undefined> {
  const name = entryName(entry.at);
  if ((await store.create(name, encodeEntry(entry))) === "created") return entry;
  const content = await store.read(name);
  return content === undefined ? undefined : decodeEntry(content, entry.at);
}
