/**
 * Where the entries of a store lie, in the order in which they came, and an index of them by their hashes: 16 bytes an
 * entry and 5 to 12 of the index, and no object for any of them. It grows by segments, so that it is never copied.
 */

/** Numbers of an entry: its hash, its group, its chunk, and where it begins there. */
const STRIDE = 4;
const GROUP = 1;
const CHUNK = 2;
const AT = 3;

/** Entries of a segment; the first begins small and grows to that. */
const BITS = 14;
const MASK = (1 << BITS) - 1;
const FIRST = 32;

/** Slots of the index for an entry, at least. */
const SPARSE = 1.4;

export class EntryTable {
  /** Entries, those that are no more among them. */
  count = 0;
  private segments: Int32Array[] = [];
  /** Numbers of entries, each plus one. */
  private index = new Int32Array(FIRST * 2);

  /** Bytes. */
  get memory(): number {
    return this.segments.reduce((bytes, { byteLength }) => bytes + byteLength, this.index.byteLength);
  }

  add(hash: number, group: number, chunk: number, at: number): void {
    const entry = this.count;
    const numbers = this.room(entry);
    const place = (entry & MASK) * STRIDE;
    numbers[place] = hash;
    numbers[place + GROUP] = group;
    numbers[place + CHUNK] = chunk;
    numbers[place + AT] = at;
    this.count += 1;
    if (this.count * SPARSE > this.index.length) this.indexAll();
    else this.insert(hash, entry);
  }

  /** Where entries of a hash may be: this slot and those after it, until one is free. */
  slotOf(hash: number): number {
    return hash & (this.index.length - 1);
  }

  after(slot: number): number {
    return (slot + 1) & (this.index.length - 1);
  }

  /** The entry of a slot; negative where it is free. */
  entryIn(slot: number): number {
    return (this.index[slot] as number) - 1;
  }

  hashOf(entry: number): number {
    return this.read(entry, 0);
  }

  groupOf(entry: number): number {
    return this.read(entry, GROUP);
  }

  chunkOf(entry: number): number {
    return this.read(entry, CHUNK);
  }

  atOf(entry: number): number {
    return this.read(entry, AT);
  }

  setGroup(entry: number, group: number): void {
    this.write(entry, GROUP, group);
  }

  setPlace(entry: number, chunk: number, at: number): void {
    this.write(entry, CHUNK, chunk);
    this.write(entry, AT, at);
  }

  /** Keeps those whose group has a new number; they stay in their order. @param numbers negative for what is gone */
  keep(numbers: readonly number[]): void {
    let kept = 0;
    for (let entry = 0; entry < this.count; entry += 1) {
      const group = this.groupOf(entry);
      const now = group < 0 ? group : (numbers[group] as number);
      if (now < 0) continue;
      this.write(kept, 0, this.hashOf(entry));
      this.write(kept, GROUP, now);
      this.write(kept, CHUNK, this.chunkOf(entry));
      this.write(kept, AT, this.atOf(entry));
      kept += 1;
    }
    this.count = kept;
    this.segments.length = (kept + MASK) >>> BITS;
    this.indexAll();
  }

  private indexAll(): void {
    let slots = FIRST * 2;
    // Twice as many entries have room before the next time.
    while (slots < this.count * SPARSE * 1.25) slots *= 2;
    this.index = new Int32Array(slots);
    for (let entry = 0; entry < this.count; entry += 1) this.insert(this.hashOf(entry), entry);
  }

  private insert(hash: number, entry: number): void {
    const mask = this.index.length - 1;
    let slot = hash & mask;
    while (this.index[slot] !== 0) slot = (slot + 1) & mask;
    this.index[slot] = entry + 1;
  }

  private room(entry: number): Int32Array {
    const number = entry >>> BITS;
    const segment = this.segments[number];
    if (segment !== undefined && (entry & MASK) * STRIDE < segment.length) return segment;
    const entries = number > 0 ? 1 << BITS : Math.max(FIRST, 2 * entry);
    const grown = new Int32Array(entries * STRIDE);
    if (segment !== undefined) grown.set(segment);
    this.segments[number] = grown;
    return grown;
  }

  private read(entry: number, field: number): number {
    return (this.segments[entry >>> BITS] as Int32Array)[(entry & MASK) * STRIDE + field] as number;
  }

  private write(entry: number, field: number, value: number): void {
    (this.segments[entry >>> BITS] as Int32Array)[(entry & MASK) * STRIDE + field] = value;
  }
}
