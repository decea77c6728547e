/**
 * Ids of messages as two 32-bit numbers. Pub/Sub's ids are decimal numbers of up to 19 digits: the last nine of them
 * are the low number, the rest the high one, so that an id takes 8 bytes and none is mistaken for another.
 */
const ZERO = 48;
const LOW_DIGITS = 9;
const LOW_LIMIT = 1_000_000_000;
/** No decimal id is as high: it marks an id that is kept as text, and the low number tells which. */
export const TEXT = 0xffff_ffff;

/** The parts of the id that was read last: a pair without an object. */
export const parsed = { high: 0, low: 0 };

/** Reads an id into {@link parsed}; false where it is not a decimal number in its one form, or too large. */
export function parseId(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length === 0 || length > 19 || (bytes[start] === ZERO && length > 1)) return false;
  const border = Math.max(start, end - LOW_DIGITS);
  let high = 0;
  for (let i = start; i < border; i += 1) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return false;
    high = high * 10 + digit;
  }
  let low = 0;
  for (let i = border; i < end; i += 1) {
    const digit = (bytes[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return false;
    low = low * 10 + digit;
  }
  if (high >= TEXT) return false;
  parsed.high = high;
  parsed.low = low;
  return true;
}

/** The text of a decimal id. */
export const idText = (high: number, low: number): string =>
  high === 0 ? String(low) : `${high}${String(low + LOW_LIMIT).slice(1)}`;
