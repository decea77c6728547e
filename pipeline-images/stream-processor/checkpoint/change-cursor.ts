/** Walks over changes of keyed state where they lie: no object, no view and no text is made of one that is passed. */
import { MalformedMessage, utf8, WireReader, WireType } from "../../../pipeline/protobuf/wire";

/** The kinds of changes, by their field numbers; and the fields of those that are about a key. */
export const Kind = { store: 1, gone: 2, put: 3, left: 4 } as const;
export const EntryField = { group: 1, key: 2, value: 3 } as const;

/** A stretch of the bytes. */
export interface Span {
  at: number;
  end: number;
}

/** A reader that is moved from value to value. */
class MovingReader extends WireReader {
  declare end: number;

  moveTo({ at, end }: Span): this {
    this.at = at;
    this.end = end;
    return this;
  }
}

/** Text up to here is read character by character, to see whether it is ASCII: that is faster than any decoder. */
const SHORT = 48;

export class ChangeCursor {
  /** One of {@link Kind}, or of a later version. */
  kind = 0;
  /** The change with its tag and its length. */
  readonly whole: Span = { at: 0, end: 0 };
  /** The text of a change that is about a store or a group. */
  readonly name: Span = { at: 0, end: 0 };
  readonly group: Span = { at: 0, end: 0 };
  readonly key: Span = { at: 0, end: 0 };
  readonly value: Span = { at: 0, end: 0 };
  private readonly buffer: Buffer;
  private readonly reader: MovingReader;

  constructor(readonly bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.reader = new MovingReader(bytes);
  }

  /** Goes on to the next change. @returns false at the end */
  next(): boolean {
    if (this.whole.end >= this.bytes.length) return false;
    this.moveTo(this.whole.end);
    return true;
  }

  /** Goes to a change whose place is known. @throws MalformedMessage */
  moveTo(at: number): void {
    const { whole, name, reader } = this;
    reader.at = at;
    reader.end = this.bytes.length;
    const tag = reader.uint32();
    this.kind = tag >>> 3;
    whole.at = at;
    if ((tag & 7) === WireType.bytes) {
      this.pass(name);
      if (this.kind === Kind.put || this.kind === Kind.left) this.readEntry();
    } else reader.skip(tag & 7);
    whole.end = reader.at;
  }

  /** Where the change ends that begins here. */
  endAt(at: number): number {
    const { reader } = this;
    reader.at = at;
    reader.end = this.bytes.length;
    reader.uint32();
    const length = reader.uint32();
    return reader.at + length;
  }

  /** The value where it lies: until the cursor moves on. */
  readValue(): WireReader {
    return this.reader.moveTo(this.value);
  }

  /** @throws MalformedMessage where it is not UTF-8 */
  text({ at, end }: Span): string {
    const { buffer } = this;
    if (end - at <= SHORT) {
      let i = at;
      while (i < end && (buffer[i] as number) < 0x80) i += 1;
      if (i === end) return buffer.toString("latin1", at, end);
    }
    return utf8(buffer.subarray(at, end));
  }

  private readEntry(): void {
    const { reader, group, key, value } = this;
    const { end } = this.name;
    reader.at = this.name.at;
    // What is not sent is empty.
    group.at = group.end = key.at = key.end = value.at = value.end = end;
    while (reader.at < end) {
      const tag = reader.uint32();
      const field = tag >>> 3;
      if ((tag & 7) !== WireType.bytes) reader.skip(tag & 7);
      else if (field === EntryField.group) this.pass(group);
      else if (field === EntryField.key) this.pass(key);
      else if (field === EntryField.value) this.pass(value);
      else reader.skip(WireType.bytes);
    }
    if (reader.at > end) throw new MalformedMessage("a value is longer than its message");
  }

  /** Passes over a text or a message, and notes where it is. */
  private pass(span: Span): void {
    const { reader } = this;
    const length = reader.uint32();
    span.at = reader.at;
    span.end = reader.at + length;
    if (span.end > reader.end) throw new MalformedMessage("a value is longer than its message");
    reader.at = span.end;
  }
}

/** Are two stretches the same bytes? */
export function sameBytes(one: Uint8Array, { at, end }: Span, other: Uint8Array, there: Span): boolean {
  if (end - at !== there.end - there.at) return false;
  for (let i = at, j = there.at; i < end; i += 1, j += 1) if (one[i] !== other[j]) return false;
  return true;
}
