import { createHash } from "node:crypto";

const POLYNOMIAL = 0x82f63b78;
const table = new Int32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** CRC-32 with Castagnoli's polynomial, as Cloud Storage has it: Node's own `zlib.crc32` uses another one. */
export function crc32c(data: Uint8Array, before = 0): number {
  let value = ~before;
  for (const byte of data) value = (table[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
  return ~value >>> 0;
}

/** The checksum as the API writes it: base64 of four bytes, the highest first. */
export function crc32cText(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString("base64");
}

/** Both checksums and the size of what passes by. */
export class Checksums {
  size = 0;
  private crc = 0;
  private readonly hash = createHash("md5");

  update(chunk: Uint8Array): void {
    this.size += chunk.length;
    this.crc = crc32c(chunk, this.crc);
    this.hash.update(chunk);
  }

  finish(): { readonly size: number; readonly crc32c: string; readonly md5Hash: string } {
    return { size: this.size, crc32c: crc32cText(this.crc), md5Hash: this.hash.digest("base64") };
  }
}
