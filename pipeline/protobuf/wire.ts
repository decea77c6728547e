/**
 * The protobuf wire format, by hand: the engine's hot path and the local cloud's services need its bytes
 * without the objects and copies of a general library.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
export type WireType = (typeof WireType)[keyof typeof WireType];

/** The bytes do not follow the format: cut short, or a tag that cannot be. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

const HIGH = 2 ** 32;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws MalformedMessage */
export function utf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MalformedMessage("a string is not UTF-8");
  }
}

/** Walks over one message. Every read moves on; `at` and `end` are offsets into `bytes`. */
export class WireReader {
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** A tag, or any varint that fits in 32 bits; higher bits are dropped, as for a negative int32. */
  uint32(): number {
    const { bytes, at } = this;
    const first = bytes[at] as number;
    // Most are short: tags, lengths, counts.
    if (at < this.end && first < 0x80) {
      this.at = at + 1;
      return first;
    }
    return this.longUint32();
  }

  private longUint32(): number {
    const { bytes, end } = this;
    let result = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= end) throw new MalformedMessage("the message ends within a varint");
      const byte = bytes[this.at++] as number;
      if (shift < 32) result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
    throw new MalformedMessage("a varint has more than 10 bytes");
  }

  int32(): number {
    return this.uint32() | 0;
  }

  bool(): boolean {
    return this.varint64() !== 0n;
  }

  /** An unsigned 64-bit varint. */
  varint64(): bigint {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw new MalformedMessage("the message ends within a varint");
      const byte = this.bytes[this.at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= bits << 31;
      if (byte < 0x80) return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    }
    throw new MalformedMessage("a varint has more than 10 bytes");
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.varint64());
  }

  /** An int64 as a number. @throws where it is outside of the safe range: digits are never lost in silence. */
  safeInt64(): number {
    const value = this.int64();
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new MalformedMessage(`${value} is outside of the safe integers`);
    return number;
  }

  sint64(): bigint {
    const value = this.varint64();
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  fixed32(): number {
    const at = this.skipBytes(4);
    return this.view.getUint32(at, true);
  }

  fixed64(): bigint {
    const at = this.skipBytes(8);
    return this.view.getBigUint64(at, true);
  }

  float(): number {
    const at = this.skipBytes(4);
    return this.view.getFloat32(at, true);
  }

  double(): number {
    const at = this.skipBytes(8);
    return this.view.getFloat64(at, true);
  }

  /** A view of the bytes, not a copy: it lives as long as the message. */
  view8(): Uint8Array {
    const length = this.uint32();
    const at = this.skipBytes(length);
    return this.bytes.subarray(at, at + length);
  }

  string(): string {
    return utf8(this.view8());
  }

  /** The message that stands here with its length. */
  message(): WireReader {
    const length = this.uint32();
    const at = this.skipBytes(length);
    return new WireReader(this.bytes, at, at + length);
  }

  /** Passes over the value of a field that is not known. */
  skip(wireType: number): void {
    if (wireType === WireType.varint) this.varint64();
    else if (wireType === WireType.fixed64) this.skipBytes(8);
    else if (wireType === WireType.bytes) this.skipBytes(this.uint32());
    else if (wireType === WireType.fixed32) this.skipBytes(4);
    else throw new MalformedMessage(`wire type ${wireType} is not one of protobuf's`);
  }

  private skipBytes(length: number): number {
    const at = this.at;
    if (at + length > this.end) throw new MalformedMessage("a value is longer than its message");
    this.at = at + length;
    return at;
  }
}

const encoder = new TextEncoder();
/** Text up to here has its length in one byte. */
const SHORT = 48;

/** Writes one message into a buffer that grows. */
export class WireWriter {
  private bytes: Uint8Array;
  private view: DataView;
  private at = 0;

  constructor(size = 256) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  get length(): number {
    return this.at;
  }

  /** What was written so far: a view that the next write may invalidate. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  /** Forgets what was written and keeps the buffer. */
  reset(): void {
    this.at = 0;
  }

  tag(field: number, wireType: WireType): this {
    return this.uint32(((field << 3) | wireType) >>> 0);
  }

  uint32(value: number): this {
    this.room(5);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.at++] = rest;
    return this;
  }

  /** Negative values take ten bytes, as protobuf wants for int32. */
  int32(value: number): this {
    return value < 0 ? this.int64(BigInt(value)) : this.uint32(value);
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  int64(value: bigint): this {
    this.room(10);
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.at++] = Number(rest);
    return this;
  }

  /** A whole number of the safe range as a varint, without a bigint. */
  safeInt64(value: number): this {
    if (value < 0) return this.int64(BigInt(value));
    if (value < HIGH) return this.uint32(value);
    this.room(10);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.at++] = rest;
    return this;
  }

  sint64(value: bigint): this {
    return this.int64((value << 1n) ^ (value >> 63n));
  }

  fixed32(value: number): this {
    this.room(4);
    this.view.setUint32(this.at, value, true);
    this.at += 4;
    return this;
  }

  fixed64(value: bigint): this {
    this.room(8);
    this.view.setBigUint64(this.at, BigInt.asUintN(64, value), true);
    this.at += 8;
    return this;
  }

  float(value: number): this {
    this.room(4);
    this.view.setFloat32(this.at, value, true);
    this.at += 4;
    return this;
  }

  double(value: number): this {
    this.room(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
    return this;
  }

  /** Bytes with their length before them. */
  delimited(value: Uint8Array): this {
    this.uint32(value.length);
    return this.raw(value);
  }

  /** Bytes as they are: a part of a message that is encoded already. */
  raw(value: Uint8Array): this {
    this.room(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
    return this;
  }

  string(value: string): this {
    if (value.length <= SHORT && this.ascii(value)) return this;
    // A UTF-16 unit takes at most three bytes of UTF-8: with room for that, the length is written afterwards.
    const start = this.at;
    this.room(value.length * 3 + 5);
    const guess = lengthOfVarint(value.length);
    const { written } = encoder.encodeInto(value, this.bytes.subarray(start + guess));
    const real = lengthOfVarint(written);
    if (real !== guess) this.bytes.copyWithin(start + real, start + guess, start + guess + written);
    this.uint32(written);
    this.at = start + real + written;
    return this;
  }

  /** Short ASCII text, character by character: a call to the encoder costs five times that. False where it is none. */
  private ascii(value: string): boolean {
    const { length } = value;
    this.room(length + 1);
    const { bytes, at } = this;
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) return false;
      bytes[at + 1 + i] = unit;
    }
    bytes[at] = length;
    this.at = at + 1 + length;
    return true;
  }

  /** A message within this one: its length is written once it is known. */
  message(write: (writer: this) => void): this {
    const start = this.at;
    this.room(1);
    this.at += 1;
    write(this);
    const length = this.at - start - 1;
    const head = lengthOfVarint(length);
    if (head > 1) {
      this.room(head - 1);
      this.bytes.copyWithin(start + head, start + 1, start + 1 + length);
    }
    this.at = start;
    this.uint32(length);
    this.at = start + head + length;
    return this;
  }

  private room(more: number): void {
    const wanted = this.at + more;
    if (wanted <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.bytes.length * 2));
    grown.set(this.bytes);
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

function lengthOfVarint(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}
