/** Avro's binary encoding of what is not put together: https://avro.apache.org/docs/1.11.1/specification/#binary-encoding */
export class AvroReader {
  constructor(
    private readonly bytes: Buffer,
    public at = 0,
  ) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** int and long: zigzag, seven bits a byte. */
  long(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new Error("a number has more than 10 bytes");
  }

  /** A length or a count. */
  size(): number {
    return Number(this.long());
  }

  boolean(): boolean {
    return this.byte() !== 0;
  }

  float(): number {
    return this.fixed(4).readFloatLE();
  }

  double(): number {
    return this.fixed(8).readDoubleLE();
  }

  delimited(): Buffer {
    return this.fixed(this.size());
  }

  fixed(length: number): Buffer {
    if (length < 0 || length > this.left) throw new Ends(length);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private byte(): number {
    return this.fixed(1)[0] as number;
  }
}

/** There are fewer bytes than a value has. */
export class Ends extends Error {
  constructor(wanted: number) {
    super(`a value of ${wanted} bytes goes beyond the end`);
  }
}

/** The fewest bytes that hold a whole number, highest first. */
export function twosComplement(value: bigint): Buffer {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes += 1;
  return Buffer.from(
    BigInt.asUintN(bytes * 8, value)
      .toString(16)
      .padStart(bytes * 2, "0"),
    "hex",
  );
}

export const ofTwosComplement = (bytes: Buffer): bigint =>
  bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`));
