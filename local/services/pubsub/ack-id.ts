/** What a subscriber hands back to acknowledge: which message, and by which of its leases. Opaque to subscribers. */
export interface AckId {
  readonly message: number;
  readonly lease: number;
}

export function ackIdOf(message: number, lease: number): string {
  return `${message}-${lease}`;
}

const ZERO = 48;
const DASH = 45;

/** @returns undefined for what was never given out in this form. */
export function readAckId(bytes: Uint8Array): AckId | undefined {
  const dash = bytes.indexOf(DASH);
  const message = digits(bytes, 0, dash);
  const lease = digits(bytes, dash + 1, bytes.length);
  return message > 0 && lease > 0 ? { message, lease } : undefined;
}

function digits(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to || to - from > 16) return Number.NaN;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
