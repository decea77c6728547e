/**
 * The ids of messages whose effect is in the state, exact and compact: 8 bytes an id in the order they came, and a
 * hash table of places that is half full at most, 16 bytes together when it is.
 *
 * What an id costs is where it lies: the table is larger than the cache. Messages that were published together have ids
 * that follow one another, and so their places in the table do, four at a time; and a place carries as many bits of the
 * id's hash as it has to spare, so that the ids themselves, elsewhere in memory, are only looked at where it is the one.
 *
 * Every message that is taken has an index, which counts from 0 in the whole log. An id leaves when its
 * acknowledgement was confirmed {@link KEPT} of connected running time ago. One whose acknowledgement was never
 * confirmed stays: after a crash its message may come back hours later, behind a backlog.
 */
import { idText, parsed, parseId, TEXT } from "./message-id";

/** Connected running time, in milliseconds, that an id is kept after its acknowledgement was confirmed. */
export const KEPT = 600_000;

/** Indices from `from` to before `to` whose acknowledgements were confirmed at a running time. */
export interface Confirmed {
  readonly from: number;
  readonly to: number;
  readonly running: number;
}

const SMALLEST = 1 << 10;
const EMPTY = 0;

export class MessageIds {
  /** Ids by index, modulo the length of the rings, which is a power of two. */
  private high = new Uint32Array(SMALLEST);
  private low = new Uint32Array(SMALLEST);
  /** Open addressing, twice as long as the rings; an entry is a place in the rings, plus 1, and above it the hash's own bits. */
  private table = new Int32Array(2 * SMALLEST);
  private taken = 0;
  /** The first index in the rings. */
  private first: number;
  /** Ids that are no decimal numbers, by index and by text. */
  private readonly texts = new Map<number, string>();
  private readonly byText = new Map<string, number>();
  /** Ids before `first` that were never confirmed. */
  private readonly leftById = new Map<string, number>();
  private readonly leftByIndex = new Map<number, string>();
  /** In the order of their indices. */
  private confirmed: Confirmed[] = [];
  private nextIndex: number;
  /** Where the id that was looked for last stands in the table, or would, and its hash. */
  private slot = 0;
  private hashed = 0;

  constructor(next = 0) {
    this.nextIndex = next;
    this.first = next;
  }

  /** The index of the next message. */
  get next(): number {
    return this.nextIndex;
  }

  get size(): number {
    return this.taken + this.texts.size + this.leftById.size;
  }

  /** Memory of the rings and the table. */
  get bytes(): number {
    return this.high.byteLength + this.low.byteLength + this.table.byteLength;
  }

  /** The index of the id that stands there, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (!parseId(bytes, start, end)) {
      parsed.high = TEXT;
      return this.findText(latin1(bytes, start, end));
    }
    const { high, low } = parsed;
    this.slot = this.slotOf(high, low);
    const entry = this.table[this.slot] as number;
    if (entry !== EMPTY) return this.indexOf(entry);
    return this.leftById.size === 0 ? -1 : (this.leftById.get(idText(high, low)) ?? -1);
  }

  /**
   * Gives the id that {@link find} was asked for just before the next index; where it had one, that one is forgotten. Its
   * digits are not read again, nor its place in the table, which lies anywhere in memory, looked for.
   */
  add(bytes: Uint8Array, start: number, end: number): number {
    const index = this.nextIndex;
    if (parsed.high === TEXT) this.putText(index, latin1(bytes, start, end));
    else this.put(index, parsed.high, parsed.low, this.slot);
    this.nextIndex = index + 1;
    return index;
  }

  /** Takes up recorded ids, in order, with gaps where others have left. */
  restore(index: number, high: number, low: number, text?: string): void {
    if (this.taken + this.texts.size === 0) this.first = index;
    else this.leaveOut(this.nextIndex, index);
    if (text === undefined) this.put(index, high, low);
    else this.putText(index, text);
    this.nextIndex = index + 1;
  }

  /** Takes up one that was left behind unconfirmed, before all others. */
  restoreLeft(index: number, id: string): void {
    this.leftById.set(id, index);
    this.leftByIndex.set(index, id);
  }

  /** The text of the id of an index that is still here. */
  textOf(index: number): string {
    const slot = index & (this.high.length - 1);
    return (
      this.texts.get(index) ??
      this.leftByIndex.get(index) ??
      idText(this.high[slot] as number, this.low[slot] as number)
    );
  }

  /** Goes through the ids from an index on, in order; an id that is no decimal number is told as its text. */
  each(from: number, visit: (high: number, low: number, text?: string) => void): void {
    for (let index = from; index < this.nextIndex; index += 1) {
      const place = index & (this.high.length - 1);
      const high = this.high[place] as number;
      visit(high, this.low[place] as number, high === TEXT ? this.texts.get(index) : undefined);
    }
  }

  confirm(confirmed: Confirmed): void {
    insert(this.confirmed, confirmed);
  }

  /** Lets go of the ids whose time is over. */
  expire(running: number): void {
    for (;;) {
      const due = this.confirmed[0];
      if (due === undefined || due.running + KEPT > running) return;
      this.confirmed.shift();
      if (this.leftById.size > 0) for (let index = due.from; index < due.to; index += 1) this.leave(index);
      for (; this.first < Math.min(due.from, this.nextIndex); this.first += 1) this.setAside(this.first);
      for (; this.first < Math.min(due.to, this.nextIndex); this.first += 1) this.remove(this.first);
    }
  }

  /** An id that was left behind, and then was confirmed after all. */
  private leave(index: number): void {
    const id = this.leftByIndex.get(index);
    if (id === undefined) return;
    this.leftByIndex.delete(index);
    if (this.leftById.get(id) === index) this.leftById.delete(id);
  }

  /** @param known where it stands in the table, or would, where that is known */
  private put(index: number, high: number, low: number, known = -1): void {
    let slot = known;
    while (index - this.first >= this.high.length) {
      this.grow();
      slot = -1;
    }
    if (slot < 0) slot = this.slotOf(high, low);
    this.set(index & (this.high.length - 1), high, low, slot);
    if (this.leftById.size > 0) this.leftById.delete(idText(high, low));
  }

  /** Where {@link slotOf} was asked for the id just before. */
  private set(place: number, high: number, low: number, slot: number): void {
    this.high[place] = high;
    this.low[place] = low;
    if (this.table[slot] === EMPTY) this.taken += 1;
    this.table[slot] = (this.hashed & -this.table.length) | (place + 1);
  }

  /** Indices that have no id. */
  private leaveOut(from: number, to: number): void {
    while (to - this.first > this.high.length) this.grow();
    for (let index = from; index < to; index += 1) this.high[index & (this.high.length - 1)] = TEXT;
  }

  private putText(index: number, text: string): void {
    while (index - this.first >= this.high.length) this.grow();
    const place = index & (this.high.length - 1);
    this.high[place] = TEXT;
    this.low[place] = 0;
    this.texts.set(index, text);
    this.byText.set(text, index);
    this.leftById.delete(text);
  }

  private findText(text: string): number {
    return this.byText.get(text) ?? this.leftById.get(text) ?? -1;
  }

  /** Takes an index out of the rings, unless its id has come again since. */
  private remove(index: number): boolean {
    const text = this.texts.get(index);
    if (text !== undefined) {
      this.texts.delete(index);
      return this.byText.get(text) === index && this.byText.delete(text);
    }
    const place = index & (this.high.length - 1);
    const slot = this.slotOf(this.high[place] as number, this.low[place] as number);
    const entry = this.table[slot] as number;
    if (entry === EMPTY || this.indexOf(entry) !== index) return false;
    this.clear(slot);
    return true;
  }

  private setAside(index: number): void {
    const id = this.textOf(index);
    if (this.remove(index)) this.restoreLeft(index, id);
  }

  /** The place in the rings that an entry of the table tells. */
  private placeOf(entry: number): number {
    return (entry & (this.table.length - 1)) - 1;
  }

  /** The index of an entry of the table. */
  private indexOf(entry: number): number {
    return this.first + ((this.placeOf(entry) - this.first) & (this.high.length - 1));
  }

  /** Where an id stands in the table, or where it would. */
  private slotOf(high: number, low: number): number {
    const { table } = this;
    const mask = table.length - 1;
    const hashed = hash(high, low);
    this.hashed = hashed;
    let slot = homeOf(hashed, low) & mask;
    for (;;) {
      const entry = table[slot] as number;
      if (entry === EMPTY) return slot;
      if (((entry ^ hashed) & ~mask) === 0) {
        const place = (entry & mask) - 1;
        if (this.high[place] === high && this.low[place] === low) return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Empties a slot, and moves up those that stand behind it because it was taken. */
  private clear(from: number): void {
    const { table } = this;
    const mask = table.length - 1;
    let hole = from;
    for (let slot = (from + 1) & mask; table[slot] !== EMPTY; slot = (slot + 1) & mask) {
      const place = this.placeOf(table[slot] as number);
      const low = this.low[place] as number;
      const home = homeOf(hash(this.high[place] as number, low), low) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      table[hole] = table[slot] as number;
      hole = slot;
    }
    table[hole] = EMPTY;
    this.taken -= 1;
  }

  /** Rings and table of twice the length, in the order of the indices: where an id came again, the last one stays. */
  private grow(): void {
    const { high, low } = this;
    const length = high.length * 2;
    this.high = new Uint32Array(length);
    this.low = new Uint32Array(length);
    this.table = new Int32Array(length * 2);
    this.taken = 0;
    for (let index = this.first; index < this.nextIndex; index += 1) {
      const from = index & (high.length - 1);
      const [one, other] = [high[from] as number, low[from] as number];
      if (one === TEXT) this.high[index & (length - 1)] = TEXT;
      else this.set(index & (length - 1), one, other, this.slotOf(one, other));
    }
  }
}

/** Inserts by index; joins what was confirmed within the same second. */
export function insert(ranges: Confirmed[], range: Confirmed): void {
  let at = ranges.length;
  while (at > 0 && (ranges[at - 1] as Confirmed).from > range.from) at -= 1;
  const before = ranges[at - 1];
  if (before?.to === range.from && range.running - before.running < 1_000 && range.running >= before.running) {
    ranges[at - 1] = { from: before.from, to: range.to, running: range.running };
  } else ranges.splice(at, 0, range);
}

const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");

/** Of four ids that follow one another, the same. */
function hash(high: number, low: number): number {
  let mixed = Math.imul((low >>> 2) ^ Math.imul(high, 0x9e37_79b1), 0x85eb_ca6b);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}

/** They stand side by side. */
const homeOf = (hashed: number, low: number): number => (hashed << 2) | (low & 3);
