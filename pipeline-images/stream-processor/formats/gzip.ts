import { Readable } from "node:stream";
import { createGunzip, gzipSync } from "node:zlib";
import type { FileBytes, FileWriter } from "./format";

const isPacked = (name: string): boolean => name.endsWith(".gz");

/**
 * The bytes of a file by its name, unpacked. Of one that was put together from several compressed ones, all of them.
 */
export const unpacked = (name: string, bytes: FileBytes): FileBytes => (isPacked(name) ? gunzipped(bytes) : bytes);

async function* gunzipped(bytes: FileBytes): AsyncGenerator<Uint8Array> {
  const source = Readable.from(bytes);
  const gunzip = createGunzip();
  source.once("error", (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } finally {
    source.destroy();
  }
}

/**
 * Compresses what a file's writer gives, where the file's name says so. Each part by itself: files of gzip may follow
 * one another in one (RFC 1952), and so nothing waits for a stream.
 */
export function packed(name: string, writer: FileWriter): FileWriter {
  if (!isPacked(name)) return writer;
  let begun = false;
  const member = (bytes: Uint8Array): Uint8Array => {
    if (bytes.length === 0) return bytes;
    begun = true;
    return gzipSync(bytes);
  };
  return {
    add: (row) => writer.add(row),
    get length() {
      return writer.length;
    },
    take: () => member(writer.take()),
    finish() {
      const last = member(writer.finish());
      // No bytes at all are no file of gzip.
      return begun ? last : gzipSync(last);
    },
  };
}
