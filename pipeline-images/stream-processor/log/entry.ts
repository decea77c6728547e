import { crc32 } from "node:zlib";
import { bytes, field, int64, message, string, bool } from "../../../pipeline/protobuf/message";
import { entryName, type Position } from "./position";

/** One object of the log: a record, or the seal that ends a term. */
export interface Entry {
  readonly at: Position;
  /** Who wrote it: by this an owner knows its own entry after an answer was lost. */
  readonly owner: string;
  /** Undefined for a seal. */
  readonly record: Uint8Array | undefined;
  /** The owner leaves with this record: whoever waits may take over at once. */
  readonly release: boolean;
}

const EntryMessage = message({
  term: field(1, int64),
  seq: field(2, int64),
  owner: field(3, string),
  seal: field(4, bool),
  release: field(5, bool),
  record: field(6, bytes),
});

export function encodeEntry({ at, owner, record, release }: Entry): Uint8Array {
  return frame([EntryMessage.encode({ ...at, owner, release, seal: record === undefined, record })]);
}

/** @throws Corrupt where the object is not what was written under that name. */
export function decodeEntry(content: Uint8Array, at: Position): Entry {
  const name = entryName(at);
  const { term, seq, owner, seal, release, record } = EntryMessage.decode(unframe(content, name));
  if (term !== at.term || seq !== at.seq) throw new Corrupt(name, `it says that it is ${entryName({ term, seq })}`);
  return { at, owner, release, record: seal ? undefined : record };
}

/** An object of the log is damaged, or something else stands in its place. */
export class Corrupt extends Error {
  override readonly name = "Corrupt";

  constructor(object: string, why: string) {
    super(`${object} is damaged: ${why}. Restore the object, or start anew with --reset-state`);
  }
}

/** "JRNY", and the version of what follows. */
const HEAD = Buffer.from([0x4a, 0x52, 0x4e, 0x59, 1]);
const BODY = HEAD.length + 4;

/** Content with a checksum before it. */
export function frame(parts: readonly Uint8Array[]): Uint8Array {
  const framed = Buffer.allocUnsafe(parts.reduce((length, part) => length + part.length, BODY));
  HEAD.copy(framed);
  let at = BODY;
  for (const part of parts) {
    framed.set(part, at);
    at += part.length;
  }
  framed.writeUInt32LE(crc32(framed.subarray(BODY)), HEAD.length);
  return framed;
}

/** @throws Corrupt */
export function unframe(framed: Uint8Array, name: string): Uint8Array {
  const whole = Buffer.from(framed.buffer, framed.byteOffset, framed.byteLength);
  if (whole.length < BODY) throw new Corrupt(name, `it has only ${whole.length} bytes`);
  if (!whole.subarray(0, HEAD.length).equals(HEAD))
    throw new Corrupt(name, "it is not one of ours, or of a newer version");
  const content = whole.subarray(BODY);
  if (crc32(content) !== whole.readUInt32LE(HEAD.length))
    throw new Corrupt(name, "its checksum does not fit its content");
  return content;
}
