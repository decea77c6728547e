/** Addresses as numbers, both ends among them. */
interface Span {
  readonly first: number;
  readonly last: number;
  /** The number behind the "/". */
  readonly bits: number;
  /** What was written, as a number: `first`, unless there are bits beside the mask. */
  readonly address: number;
}

/** @returns undefined where the text is no range of IPv4 addresses */
export function spanOf(range: string): Span | undefined {
  const [, written = "", length = ""] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(range) ?? [];
  const bits = Number(length);
  const address = addressOf(written);
  if (length === "" || bits > 32 || address === undefined) return undefined;
  // In numbers and not in bits: JavaScript's bits are signed.
  const size = 2 ** (32 - bits);
  const first = address - (address % size);
  return { first, last: first + size - 1, bits, address };
}

/** @returns undefined where the text is no IPv4 address */
export function addressOf(text: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  return parts.some((part) => part > 255) ? undefined : parts.reduce((sum, part) => sum * 256 + part, 0);
}

const dotted = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

export const overlap = (a: Pick<Span, "first" | "last">, b: Pick<Span, "first" | "last">): boolean =>
  a.first <= b.last && b.first <= a.last;

/**
 * What is no range of addresses, or begins where none does; undefined where all is well. The provider lets bits beside
 * the mask through, and the API then refuses them.
 * @param what the prop's name
 */
export function brokenRange(range: string, what: string): string | undefined {
  const span = spanOf(range);
  if (span === undefined) return `${what} is "${range}": write it as "10.10.0.0/20"`;
  if (span.address === span.first) return undefined;
  const { bits, first } = span;
  return `${what} is "${range}": a range of /${bits} begins at a multiple of its size, as "${dotted(first)}/${bits}" does`;
}

const SMALLEST = 29;
const LARGEST = 4;

/** Of no subnet, whatever its size. */
const prohibited = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "199.36.153.4/30",
  "199.36.153.8/30",
  "224.0.0.0/4",
  "255.255.255.255/32",
];

/** What is wrong with a subnet's range; undefined where all is well. */
export function addressOutside(range: string, what = "range"): string | undefined {
  const span = spanOf(range);
  if (span === undefined) return brokenRange(range, what);
  if (span.bits < LARGEST || span.bits > SMALLEST) {
    return `${what} is "${range}": Compute Engine takes subnets from /${LARGEST} to /${SMALLEST}`;
  }
  const taken = prohibited.find((other) => overlaps(range, other));
  if (taken) return `${what} is "${range}", which has addresses of ${taken}: those are no subnet's`;
  return brokenRange(range, what);
}

/** False where one of them is no range. */
export function overlaps(a: string, b: string): boolean {
  const [one, other] = [spanOf(a), spanOf(b)];
  return one !== undefined && other !== undefined && overlap(one, other);
}
