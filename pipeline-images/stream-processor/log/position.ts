/**
 * A place in the log: the term of an owner, and the number of an entry in that term. Entries count from 1;
 * number 0 is the beginning of the term, before its first entry.
 */
export interface Position {
  readonly term: number;
  readonly seq: number;
}

/** Before all entries. Term 0 is nobody's: the first owner takes it over as any other. */
export const BEGINNING: Position = { term: 0, seq: 0 };

export const next = ({ term, seq }: Position): Position => ({ term, seq: seq + 1 });

/** Where the log goes on after a seal. */
export const nextTerm = ({ term }: Position): Position => ({ term: term + 1, seq: 0 });

export const isAfter = (a: Position, b: Position): boolean => a.term > b.term || (a.term === b.term && a.seq > b.seq);

export const isSame = (a: Position, b: Position): boolean => a.term === b.term && a.seq === b.seq;

/** Digits enough that names sort as positions do: a record a millisecond for 300 years. */
const path = ({ term, seq }: Position): string => `${String(term).padStart(9, "0")}/${String(seq).padStart(13, "0")}`;

export const ENTRIES = "log/";
export const SNAPSHOTS = "snapshot/";
export const entryName = (position: Position): string => ENTRIES + path(position);
export const snapshotName = (position: Position): string => SNAPSHOTS + path(position);

/** The position that a name stands for; undefined where somebody else put an object there. */
export function positionOf(name: string): Position | undefined {
  const [, term, seq] = /^[a-z]+\/(\d{9})\/(\d{13})$/.exec(name) ?? [];
  return term === undefined || seq === undefined ? undefined : { term: Number(term), seq: Number(seq) };
}
