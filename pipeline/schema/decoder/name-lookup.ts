const BUCKETS = 256;

interface Entry {
  readonly name: Buffer;
  readonly place: number;
}

/** Finds a field by the bytes of its name, without making text of them: most names that are looked up are no field's. */
export class NameLookup {
  private readonly buckets: readonly Entry[][] = Array.from({ length: BUCKETS }, () => []);

  constructor(names: readonly string[]) {
    names.forEach((text, place) => {
      const name = Buffer.from(text);
      if (name.length > 0) this.buckets[bucketOf(name, 0, name.length)]?.push({ name, place });
    });
  }

  /** The place of the name among the names; -1 where it is none of them. */
  find(bytes: Buffer, start: number, end: number): number {
    if (start === end) return -1;
    for (const { name, place } of this.buckets[bucketOf(bytes, start, end)] as readonly Entry[]) {
      if (name.length === end - start && isAt(bytes, start, name)) return place;
    }
    return -1;
  }
}

/** By the length, the first and the last byte. */
const bucketOf = (bytes: Buffer, start: number, end: number): number =>
  ((end - start) * 31 + (bytes[start] as number) * 7 + (bytes[end - 1] as number)) & (BUCKETS - 1);

/** Whether some bytes stand at a place. */
export function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}
