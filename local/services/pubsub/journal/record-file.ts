/**
 * A file of records that only grows at its end. A record is written whole or, after a kill in the middle of a write,
 * recognized as torn by its length and checksum and cut off.
 *
 *     file   = magic *record
 *     record = length (4 bytes, little endian)  crc32 of the payload (4 bytes)  payload
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs";
import { crc32 } from "node:zlib";

const MAGIC = Buffer.from("journey-pubsub-1\n", "latin1");
const HEADER = 8;
const CHUNK = 4 * 1024 * 1024;

export class RecordFile {
  private constructor(
    private readonly fd: number,
    private end: number,
  ) {}

  /** The file at `path`, made if it is not there. */
  static open(path: string): RecordFile {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT);
    const { size } = fstatSync(fd);
    const file = new RecordFile(fd, size);
    if (size < MAGIC.length) {
      ftruncateSync(fd, 0);
      file.end = 0;
      file.write(MAGIC);
    }
    return file;
  }

  /**
   * Puts a file with these records in the place of another, or leaves the other as it is.
   * @returns the new one, open
   */
  static replace(path: string, payloads: Iterable<Uint8Array>): RecordFile {
    const temporary = `${path}.new`;
    const file = new RecordFile(openSync(temporary, "w+"), 0);
    file.write(MAGIC);
    for (const batch of batches(payloads)) file.append(batch);
    fsyncSync(file.fd);
    renameSync(temporary, path);
    return file;
  }

  /** Bytes. */
  get size(): number {
    return this.end;
  }

  /** All or nothing, handed to the operating system: a kill of this process does not lose it. */
  append(payloads: readonly Uint8Array[]): void {
    const parts: Uint8Array[] = [];
    for (const payload of payloads) {
      const header = Buffer.allocUnsafe(HEADER);
      header.writeUInt32LE(payload.length, 0);
      header.writeUInt32LE(crc32(payload), 4);
      parts.push(header, payload);
    }
    this.write(Buffer.concat(parts));
  }

  /**
   * Every whole record. What comes after the last one is cut off.
   * @param torn called with the number of bytes that were cut off
   */
  *records(torn: (bytes: number) => void): Generator<Buffer> {
    const reader = new Reader(this.fd, this.end);
    if (!reader.next(MAGIC.length)?.equals(MAGIC)) {
      throw new Error("the Pub/Sub journal is not one of this version: remove the state folder, or use another");
    }
    let good = reader.position;
    for (;;) {
      const header = reader.next(HEADER);
      const payload = header && reader.next(header.readUInt32LE(0));
      if (header === undefined || payload === undefined || crc32(payload) !== header.readUInt32LE(4)) break;
      good = reader.position;
      yield payload;
    }
    if (good === this.end) return;
    torn(this.end - good);
    ftruncateSync(this.fd, good);
    this.end = good;
  }

  close(): void {
    closeSync(this.fd);
  }

  private write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length;) {
        at += writeSync(this.fd, bytes, at, bytes.length - at, this.end + at);
      }
    } catch (error) {
      // Half a record would hide all that come after it.
      ftruncateSync(this.fd, this.end);
      throw error;
    }
    this.end += bytes.length;
  }
}

/** Reads forward in large pieces. */
class Reader {
  private chunk = Buffer.alloc(0);
  private at = 0;
  private fetched = 0;

  constructor(
    private readonly fd: number,
    private readonly end: number,
  ) {}

  get position(): number {
    return this.fetched - this.chunk.length + this.at;
  }

  /** The next `length` bytes; undefined when there are fewer. */
  next(length: number): Buffer | undefined {
    if (this.at + length > this.chunk.length && !this.fetch(length)) return undefined;
    this.at += length;
    return this.chunk.subarray(this.at - length, this.at);
  }

  private fetch(length: number): boolean {
    const rest = this.chunk.subarray(this.at);
    const more = Math.min(Math.max(CHUNK, length - rest.length), this.end - this.fetched);
    if (rest.length + more < length) return false;
    const chunk = Buffer.allocUnsafe(rest.length + more);
    chunk.set(rest);
    for (let read = 0; read < more;) {
      const got = readSync(this.fd, chunk, rest.length + read, more - read, this.fetched + read);
      if (got === 0) return false;
      read += got;
    }
    this.chunk = chunk;
    this.at = 0;
    this.fetched += more;
    return true;
  }
}

function* batches(payloads: Iterable<Uint8Array>): Generator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let size = 0;
  for (const payload of payloads) {
    batch.push(payload);
    size += payload.length;
    if (size < CHUNK) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  yield batch;
}
