/** A length of time as text: "100ms", "30s", "10m", "12h", "7d". Digits, with a fraction if need be, and a unit. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const millisecondsOf = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const form = /^(\d+)(?:\.(\d+))?(ms|s|m|h|d)$/;

/**
 * A duration in milliseconds; reads what a user writes and what {@link seconds} wrote.
 * @throws Error where the text is no duration, is not whole in milliseconds, or is longer than Google's durations (10,000 years).
 */
export function milliseconds(duration: Duration | (string & {})): number {
  const [, whole, fraction = "", unit] = form.exec(duration) ?? [];
  if (whole === undefined) {
    throw new Error(
      `"${duration}" is not a duration: write a number and a unit, as in "100ms", "30s", "10m", "12h", "7d"`,
    );
  }
  // Whole digits before the division: 0.3 * 1000 is exact nowhere.
  const scale = 10 ** fraction.length;
  const value = (Number(whole + fraction) * millisecondsOf[unit as keyof typeof millisecondsOf]) / scale;
  if (!Number.isInteger(value))
    throw new Error(`"${duration}" is not a whole number of milliseconds, the finest there is`);
  if (value > LONGEST)
    throw new Error(`"${duration}" is longer than 10,000 years, the longest that Google's APIs take`);
  return value;
}

/**
 * A duration as Google's APIs and the pipeline's spec write it: "60s", "0.5s".
 * @throws Error as {@link milliseconds}
 */
export function seconds(duration: Duration | (string & {})): `${number}s` {
  return `${milliseconds(duration) / 1_000}s`;
}

/** @see https://protobuf.dev/reference/protobuf/google.protobuf/#duration */
const LONGEST = 315_576_000_000_000;
