const SMALLEST = 29;
const LARGEST = 4;

/**
 * What is wrong with a subnet's range; undefined where all is well. The provider lets bits beside the mask through, and
 * the API then refuses the subnet.
 */
export function addressOutside(range: string): string | undefined {
  const [, address = "", length = ""] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(range) ?? [];
  const parts = address.split(".").map(Number);
  const bits = Number(length);
  if (address === "" || parts.some((part) => part > 255)) return `range is "${range}": write it as "10.10.0.0/20"`;
  if (bits < LARGEST || bits > SMALLEST) {
    return `range is "${range}": Compute Engine takes subnets from /${LARGEST} to /${SMALLEST}`;
  }
  // In numbers and not in bits: JavaScript's bits are signed.
  const value = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - bits);
  if (value % size === 0) return undefined;
  const first = value - (value % size);
  const dotted = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
  return `range is "${range}": a range of /${bits} begins at a multiple of its size, as "${dotted}/${bits}" does`;
}
