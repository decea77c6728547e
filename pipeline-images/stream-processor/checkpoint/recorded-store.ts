/**
 * What is recorded of one store. An entry is kept as it was written, in large chunks of bytes: a million keys are then
 * some hundred objects and not three million, and take little more than what is in them.
 */
import { WireType, WireWriter, type WireReader } from "../../../pipeline/protobuf/wire";
import { ChangeCursor, Kind, sameBytes, type Span } from "./change-cursor";
import { EntryTable } from "./entry-table";

/** What a step finds of itself when it is restored. */
export interface Store {
  /** A view, as long as nothing is recorded. */
  get(group: string, key: string): Uint8Array | undefined;
  /**
   * All of it, in the order in which keys came. Keys of a group need not follow one another.
   * @param take is given a reader of the value, which is another's after it returns
   */
  each(take: (group: string, key: string, value: WireReader) => void): void;
}

interface Group {
  readonly name: string;
  /** Where hashes of its keys begin. */
  readonly seed: number;
  number: number;
  entries: number;
  bytes: number;
}

interface Chunk {
  readonly bytes: Uint8Array;
  readonly cursor: ChangeCursor;
}

const CHUNK = 1 << 20;
const SMALLEST = 1 << 12;
/** Dead entries that are not worth the work. */
const FEW = 4_096;
/** Of an entry that is no more. */
const GONE = -1;

export class RecordedStore implements Store {
  private readonly groups = new Map<string, Group>();
  /** By their numbers; undefined for those that are gone. */
  private numbered: (Group | undefined)[] = [];
  private readonly table = new EntryTable();
  /** By their numbers, which are given again. */
  private readonly chunks: (Chunk | undefined)[] = [];
  /** Bytes of the chunks, and of the entries that are still there. */
  private held = 0;
  private live = 0;
  private entries = 0;
  /** The chunk that is written to, and how far. */
  private open = -1;
  private written = 0;
  /** The group of the last change, and where its name stands: the next is mostly of the same. */
  private last: Group | undefined;
  private lastBytes: Uint8Array = new Uint8Array(0);
  private readonly lastName: Span = { at: 0, end: 0 };

  constructor(private readonly name: string) {}

  get isEmpty(): boolean {
    return this.entries === 0;
  }

  /** Bytes of memory that it takes, beside an object a group. */
  get memory(): number {
    return this.held + this.table.memory;
  }

  get(group: string, key: string): Uint8Array | undefined {
    const there = this.groups.get(group);
    const bytes = Buffer.from(key);
    const span = { at: 0, end: bytes.length };
    const entry = there === undefined ? GONE : this.find(there, hash(there.seed, bytes, span), bytes, span);
    if (entry === GONE) return undefined;
    const { value } = this.cursorAt(entry);
    return this.chunkOf(entry).bytes.subarray(value.at, value.end);
  }

  each(take: (group: string, key: string, value: WireReader) => void): void {
    const { table } = this;
    for (let entry = 0; entry < table.count; entry += 1) {
      const group = this.liveGroupOf(entry);
      if (group === undefined) continue;
      const cursor = this.cursorAt(entry);
      take(group.name, cursor.text(cursor.key), cursor.readValue());
    }
  }

  /** Takes bytes whose entries are to be put and that nobody changes any more. @returns their number */
  adopt(bytes: Uint8Array): number {
    this.held += bytes.length;
    return this.addChunk(bytes);
  }

  /** @param adopted the number of the chunk in which it lies; negative where it is to be copied */
  put(change: ChangeCursor, adopted: number): void {
    const group = this.groupOf(change) ?? this.addGroup(change);
    const { at, end } = change.whole;
    const keyHash = hash(group.seed, change.bytes, change.key);
    const entry = this.find(group, keyHash, change.bytes, change.key);
    if (entry !== GONE) this.tally(group, 0, this.table.atOf(entry) - this.endOf(entry));
    this.tally(group, Number(entry === GONE), end - at);
    const place = adopted < 0 ? this.copy(change.bytes, change.whole) : at;
    const chunk = adopted < 0 ? this.open : adopted;
    if (entry === GONE) this.table.add(keyHash, group.number, chunk, place);
    else this.table.setPlace(entry, chunk, place);
  }

  /** A key is gone from a group; a group without keys is none. */
  leave(change: ChangeCursor): void {
    const group = this.groupOf(change);
    if (group === undefined) return;
    const entry = this.find(group, hash(group.seed, change.bytes, change.key), change.bytes, change.key);
    if (entry === GONE) return;
    this.tally(group, -1, this.table.atOf(entry) - this.endOf(entry));
    this.table.setGroup(entry, GONE);
    if (group.entries === 0) this.remove(group.name);
  }

  /** A group is gone with all of its keys. */
  remove(name: string): void {
    const group = this.groups.get(name);
    if (group === undefined) return;
    this.groups.delete(name);
    this.numbered[group.number] = undefined;
    this.live -= group.bytes;
    this.entries -= group.entries;
    if (this.last === group) this.last = undefined;
  }

  /** After some changes: lets go of what is dead, where that is worth the work, which a third of the bytes is, or every second entry. */
  tidy(): void {
    this.last = undefined;
    this.lastBytes = new Uint8Array(0);
    const dead = this.table.count - this.entries;
    if (this.held - this.live > this.live / 2 + CHUNK || dead > this.entries + FEW) this.collect();
  }

  /** How many bytes its parts have. */
  get length(): number {
    return this.live + this.head().length;
  }

  /** All of it as changes of an empty state, where it lies. */
  *parts(): Generator<Uint8Array> {
    const { table } = this;
    yield this.head();
    // Those that lie one behind the other are one part.
    let [chunk, from, to] = [GONE, 0, 0];
    for (let entry = 0; entry < table.count; entry += 1) {
      if (this.liveGroupOf(entry) === undefined) continue;
      const [inChunk, at] = [table.chunkOf(entry), table.atOf(entry)];
      if (inChunk !== chunk || at !== to) {
        if (chunk !== GONE) yield (this.chunks[chunk] as Chunk).bytes.subarray(from, to);
        [chunk, from] = [inChunk, at];
      }
      to = this.endOf(entry);
    }
    if (chunk !== GONE) yield (this.chunks[chunk] as Chunk).bytes.subarray(from, to);
  }

  private head(): Uint8Array {
    return new WireWriter().tag(Kind.store, WireType.bytes).string(this.name).finish();
  }

  private groupOf(change: ChangeCursor): Group | undefined {
    const { bytes, group } = change;
    if (this.last !== undefined && sameBytes(bytes, group, this.lastBytes, this.lastName)) return this.last;
    return this.remember(this.groups.get(change.text(group)), change);
  }

  private addGroup(change: ChangeCursor): Group {
    const { bytes, group: span } = change;
    const name = change.text(span);
    const group = { name, seed: hash(SEED, bytes, span), number: this.numbered.length, entries: 0, bytes: 0 };
    this.groups.set(name, group);
    this.numbered.push(group);
    this.remember(group, change);
    return group;
  }

  private remember(group: Group | undefined, { bytes, group: { at, end } }: ChangeCursor): Group | undefined {
    this.last = group;
    this.lastBytes = bytes;
    this.lastName.at = at;
    this.lastName.end = end;
    return group;
  }

  /** @returns its entry; negative where there is none */
  private find(group: Group, keyHash: number, bytes: Uint8Array, key: Span): number {
    const { table } = this;
    for (let slot = table.slotOf(keyHash); ; slot = table.after(slot)) {
      const entry = table.entryIn(slot);
      if (entry < 0) return GONE;
      if (table.hashOf(entry) !== keyHash || table.groupOf(entry) !== group.number) continue;
      const there = this.cursorAt(entry);
      if (sameBytes(bytes, key, there.bytes, there.key)) return entry;
    }
  }

  /** Undefined where the entry is no more. */
  private liveGroupOf(entry: number): Group | undefined {
    const number = this.table.groupOf(entry);
    return number < 0 ? undefined : this.numbered[number];
  }

  private tally(group: Group, entries: number, bytes: number): void {
    group.entries += entries;
    group.bytes += bytes;
    this.entries += entries;
    this.live += bytes;
  }

  private chunkOf(entry: number): Chunk {
    return this.chunks[this.table.chunkOf(entry)] as Chunk;
  }

  private cursorAt(entry: number): ChangeCursor {
    const { cursor } = this.chunkOf(entry);
    cursor.moveTo(this.table.atOf(entry));
    return cursor;
  }

  private endOf(entry: number): number {
    return this.chunkOf(entry).cursor.endAt(this.table.atOf(entry));
  }

  private addChunk(bytes: Uint8Array): number {
    const free = this.chunks.indexOf(undefined);
    const number = free < 0 ? this.chunks.length : free;
    this.chunks[number] = { bytes, cursor: new ChangeCursor(bytes) };
    return number;
  }

  /** @returns where it lies in the open chunk */
  private copy(bytes: Uint8Array, { at, end }: Span): number {
    const length = end - at;
    let open = this.chunks[this.open];
    if (open === undefined || this.written + length > open.bytes.length) {
      // What is little takes little: the first chunks are small.
      const size = Math.max(length, Math.min(CHUNK, Math.max(SMALLEST, this.held)));
      this.open = this.adopt(Buffer.allocUnsafeSlow(size));
      this.written = 0;
      open = this.chunks[this.open] as Chunk;
    }
    const place = this.written;
    open.bytes.set(bytes.subarray(at, end), place);
    this.written += length;
    return place;
  }

  /** Forgets entries that are no more, and copies what is left of chunks of which a third is dead. */
  private collect(): void {
    const { table, chunks } = this;
    const numbers = this.numbered.map(() => GONE);
    for (const [i, group] of [...this.groups.values()].entries()) {
      numbers[group.number] = i;
      group.number = i;
    }
    this.numbered = [...this.groups.values()];
    table.keep(numbers);
    const live = chunks.map(() => 0);
    for (let entry = 0; entry < table.count; entry += 1) {
      live[table.chunkOf(entry)] = (live[table.chunkOf(entry)] as number) + this.endOf(entry) - table.atOf(entry);
    }
    const sparse = chunks.map((chunk, i) => chunk !== undefined && (live[i] as number) < (chunk.bytes.length * 2) / 3);
    // Nothing is copied to where it is copied from.
    if (sparse[this.open]) this.open = GONE;
    for (let entry = 0; entry < table.count; entry += 1) {
      if (!sparse[table.chunkOf(entry)]) continue;
      const at = table.atOf(entry);
      const place = this.copy(this.chunkOf(entry).bytes, { at, end: this.endOf(entry) });
      table.setPlace(entry, this.open, place);
    }
    for (const [i, is] of sparse.entries()) {
      if (!is) continue;
      this.held -= (chunks[i] as Chunk).bytes.length;
      chunks[i] = undefined;
    }
  }
}

const SEED = 0x811c9dc5;

/** FNV-1a, with its bits spread to the lowest, which the index goes by. */
function hash(seed: number, bytes: Uint8Array, { at, end }: Span): number {
  let mixed = seed;
  for (let i = at; i < end; i += 1) mixed = Math.imul(mixed ^ (bytes[i] as number), 0x01000193);
  return mixed ^ (mixed >>> 15);
}
