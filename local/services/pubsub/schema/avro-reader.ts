import { SchemaMismatch } from "./compiled";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Avro's binary encoding, read forward. Whatever ends too early is a mismatch. */
export class AvroReader {
  private readonly view: DataView;
  private at = 0;

  constructor(private readonly data: Uint8Array) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  get done(): boolean {
    return this.at === this.data.length;
  }

  boolean(): boolean {
    return this.take(1)[0] === 1;
  }

  /** A zig-zag varint. */
  long(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.take(1)[0] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new SchemaMismatch("$", "a number has more than 10 bytes");
  }

  float(): number {
    this.take(4);
    return this.view.getFloat32(this.at - 4, true);
  }

  double(): number {
    this.take(8);
    return this.view.getFloat64(this.at - 8, true);
  }

  bytes(): Uint8Array {
    return this.take(Number(this.long()));
  }

  string(): string {
    try {
      return utf8.decode(this.bytes());
    } catch (error) {
      if (error instanceof SchemaMismatch) throw error;
      throw new SchemaMismatch("$", "a string is not UTF-8");
    }
  }

  /** Items of an array or a map: blocks with a count each, a negative one with its size in bytes after it. */
  blocks<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let count = this.long(); count !== 0n; count = this.long()) {
      if (count < 0n) this.long();
      const end = items.length + Math.abs(Number(count));
      while (items.length < end) {
        // Items of no bytes could be promised without end.
        if (this.done) throw new SchemaMismatch("$", "the data ends within a list");
        items.push(read());
      }
    }
    return items;
  }

  take(length: number): Uint8Array {
    if (length < 0 || this.at + length > this.data.length) throw new SchemaMismatch("$", "the data ends too early");
    this.at += length;
    return this.data.subarray(this.at - length, this.at);
  }
}
