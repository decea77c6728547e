/** A file that is read from its end: by ranges, where whoever keeps it can give them, else from memory. */
import type { AsyncBuffer } from "hyparquet";
import type { FileBytes } from "./format";

/** Of a file that can only be had from its beginning, such as one that is compressed as a whole. */
const LARGEST_HELD = 256 * 1024 * 1024;

/** @throws Error where it would have to be held, and is too large for that */
export async function randomAccess(bytes: FileBytes): Promise<AsyncBuffer> {
  const { anywhere } = bytes;
  if (anywhere !== undefined) {
    const byteLength = await anywhere.size();
    return {
      byteLength,
      slice: async (start, end = byteLength) => bufferOf(await anywhere.bytes(start, end)),
    };
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of bytes) {
    parts.push(part);
    length += part.length;
    if (length > LARGEST_HELD) {
      throw new Error(
        `it has more than ${LARGEST_HELD} bytes, and would have to be held whole: Parquet is read from its end. Its columns are compressed by themselves, the file need not be`,
      );
    }
  }
  const content = bufferOf(Buffer.concat(parts));
  return { byteLength: length, slice: (start, end) => content.slice(start, end) };
}

/** Holds what was read: rows of a group are made some at a time, of the same bytes. */
export function heldRanges(file: AsyncBuffer): AsyncBuffer {
  const held = new Map<string, Promise<ArrayBuffer>>();
  return {
    byteLength: file.byteLength,
    slice(start, end) {
      const range = `${start}-${end}`;
      const found = held.get(range) ?? Promise.resolve(file.slice(start, end));
      held.set(range, found);
      return found;
    },
  };
}

/** Its own: bytes may be a view of more. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy.buffer;
}
