import { crc32 } from "node:zlib";

/** What is put into an archive. */
export interface ZipFile {
  /** With "/", relative: "lib/index.js". */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
/** Names are UTF-8. */
const UTF8 = 0x0800;
/** 1 January 1980, midnight: the first moment that the format knows. */
const DATE = (1 << 5) | 1;
/** A file of Unix that all may read. */
const MODE = 0o100644;
const UNIX = 3;

/**
 * An archive whose bytes follow from its files alone: sorted, of one date, and not compressed, as zlib packs differently
 * from processor to processor.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function zip(files: readonly ZipFile[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const encoded = Buffer.from(name);
    const facts = [VERSION, UTF8, 0, 0, DATE] as const;
    const sizes = [crc32(bytes), bytes.length, bytes.length] as const;
    const local = record(30, [[4, LOCAL], ...facts.map(two), ...sizes.map(four), [2, encoded.length], [2, 0]]);
    directory.push(
      record(46, [
        [4, CENTRAL],
        [2, (UNIX << 8) | VERSION],
        ...facts.map(two),
        ...sizes.map(four),
        [2, encoded.length],
        // No extra field, no comment, first disk, no internal attributes.
        ...[0, 0, 0, 0].map(two),
        [4, MODE * 2 ** 16],
        [4, offset],
      ]),
      encoded,
    );
    parts.push(local, encoded, bytes);
    offset += local.length + encoded.length + bytes.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record(22, [
    [4, END],
    [2, 0],
    [2, 0],
    [2, files.length],
    [2, files.length],
    [4, length],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...parts, ...directory, end]);
}

type Field = readonly [width: 2 | 4, value: number];

const two = (value: number): Field => [2, value];
const four = (value: number): Field => [4, value];

/** Numbers one after the other, the lowest byte first. */
function record(length: number, fields: readonly Field[]): Buffer {
  const bytes = Buffer.alloc(length);
  let at = 0;
  for (const [width, value] of fields) at = bytes.writeUIntLE(value, at, width);
  return bytes;
}
