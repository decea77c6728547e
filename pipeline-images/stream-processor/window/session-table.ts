import type { Session } from "./session";

/** Chains that a table has at least. */
const FEWEST = 1_024;

/**
 * Sessions by their keys' hashes, chained through the sessions themselves. A Map of strings costs four times this where
 * most keys are strings that were just made: it has each of them hashed by a call, and reads the text of all that it
 * passes.
 */
export class SessionTable {
  private heads = headsOf(FEWEST);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The first of a chain, on which all sessions with this hash are, and others: each leads to its `next`. */
  chain(hash: number): Session | undefined {
    return this.heads[hash & (this.heads.length - 1)];
  }

  add(session: Session): void {
    if (this.count === this.heads.length) this.resize(2 * this.heads.length);
    this.count += 1;
    this.put(session);
  }

  remove(session: Session): void {
    const place = session.hash & (this.heads.length - 1);
    let before = this.heads[place];
    if (before === session) this.heads[place] = session.next;
    else {
      while (before !== undefined && before.next !== session) before = before.next;
      if (before === undefined) throw new Error(`the session of "${session.key}" is in no chain`);
      before.next = session.next;
    }
    session.next = undefined;
    this.count -= 1;
    if (this.count < this.heads.length / 8 && this.heads.length > FEWEST) this.resize(this.heads.length / 2);
  }

  private put(session: Session): void {
    const place = session.hash & (this.heads.length - 1);
    session.next = this.heads[place];
    this.heads[place] = session;
  }

  private resize(length: number): void {
    const { heads } = this;
    this.heads = headsOf(length);
    for (const head of heads) {
      for (let one = head; one !== undefined;) {
        const { next } = one;
        this.put(one);
        one = next;
      }
    }
  }
}

/** @param length a power of two */
const headsOf = (length: number): (Session | undefined)[] => Array.from({ length }, () => undefined);
