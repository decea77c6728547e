/**
 * TIMESTAMP: a point in time to the microsecond, as text of 27 characters that sorts as time does:
 * `2024-01-31T12:00:00.123456Z`. The range is BigQuery's, years 0001 to 9999.
 *
 * Microseconds of that range do not fit in a number's 53 bits, so seconds and microseconds are kept apart.
 * @see https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#timestamp_type
 */
import type { TimestampEncoding } from "../spec";
import { daysOf, daysOfDay, digitsAt, isClockAt, isDateAt } from "./calendar";
import { timestampOf } from "./timestamp-minutes";

export { timestampOf } from "./timestamp-minutes";

/** Whole seconds since 1970, rounded down, and microseconds of the second, 0 to 999,999. */
export interface Instant {
  readonly seconds: number;
  readonly micros: number;
}

const SECONDS_OF_A_DAY = 86_400;
/** 0001-01-01T00:00:00Z */
const FIRST_SECOND = -62_135_596_800;
/** 9999-12-31T23:59:59Z */
const LAST_SECOND = 253_402_300_799;

const POINT = 46;

/**
 * Reads RFC 3339 text, and what is near to it: a space for the T, no zone (UTC), or the word UTC as BigQuery
 * writes it. What is finer than a microsecond is cut off. A leap second is the second after it.
 * @returns undefined where the text is no timestamp, or one outside of the range.
 */
export function parseTimestamp(text: string): Instant | undefined {
  const joint = text[10];
  if (!isDateAt(text, 0) || (joint !== "T" && joint !== " " && joint !== "t")) return undefined;
  const leap = text.startsWith(":59:60", 13);
  if (!isClockAt(leap ? text.replace(":60", ":59") : text, 11)) return undefined;
  let end = 19;
  let micros = 0;
  if (text.charCodeAt(end) === POINT) {
    const digits = /^\d+/.exec(text.slice(end + 1, end + 40))?.[0] ?? "";
    if (digits === "") return undefined;
    micros = leap ? 0 : Number(digits.slice(0, 6).padEnd(6, "0"));
    end += 1 + digits.length;
  }
  const offset = zoneOffset(text.slice(end));
  if (offset === undefined) return undefined;
  const seconds = daysOf(text) * SECONDS_OF_A_DAY + clockSeconds(text, 11) - offset;
  return inRange(seconds) ? { seconds, micros } : undefined;
}

/** Seconds that a zone is ahead of UTC; undefined where the text is no zone. */
function zoneOffset(zone: string): number | undefined {
  if (zone === "" || zone === "Z" || zone === "z" || zone === " UTC") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined || Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60);
}

const clockSeconds = (text: string, at: number): number =>
  digitsAt(text, at, 2) * 3_600 + digitsAt(text, at + 3, 2) * 60 + digitsAt(text, at + 6, 2);

const inRange = (seconds: number): boolean => seconds >= FIRST_SECOND && seconds <= LAST_SECOND;

const perSecond = { "epoch-seconds": 0, "epoch-millis": 3, "epoch-micros": 6 } as const;

/**
 * Reads a number since 1970 from its digits, of which none is lost: a fraction counts to the microsecond.
 * @param digits a number as JSON writes it
 * @returns undefined where it is no number, or one outside of the range.
 */
export function parseEpoch(digits: string, encoding: Exclude<TimestampEncoding, "text">): Instant | undefined {
  const [, sign, whole = "", fraction = "", power = "0"] =
    /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(digits) ?? [];
  if (sign === undefined) return undefined;
  // The number is mantissa * 10^exponent microseconds.
  const mantissa = (whole + fraction).replace(/^0+(?=\d)/, "");
  const exponent = Number(power) - fraction.length + 6 - perSecond[encoding];
  if (mantissa === "0") return { seconds: 0, micros: 0 };
  const length = mantissa.length + exponent;
  if (length > 18) return undefined;
  const magnitude = BigInt(
    exponent >= 0 ? mantissa.padEnd(length, "0") : mantissa.slice(0, Math.max(0, length)) || "0",
  );
  const cut = exponent < 0 && /[1-9]/.test(mantissa.slice(Math.max(0, length)));
  // Rounded down, as everything is here: -0.5 microseconds lie in the microsecond before 1970.
  return instantOfMicroseconds(sign === "" ? magnitude : -magnitude - (cut ? 1n : 0n));
}

function instantOfMicroseconds(microseconds: bigint): Instant | undefined {
  const micros = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((microseconds - micros) / 1_000_000n);
  return inRange(seconds) ? { seconds, micros: Number(micros) } : undefined;
}

/** The 27 characters of a timestamp, or undefined where the text is none. */
export function normalTimestamp(text: string): string | undefined {
  if (canonical.test(text)) return text;
  const instant = parseTimestamp(text);
  return instant && timestampOf(instant.seconds, instant.micros);
}

/** What is a timestamp already: all but those of a leap day, whose years are not told from here. */
const canonical =
  /^(?!0000)\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{6}Z$/;

/** Milliseconds since 1970 of a timestamp's 27 characters, rounded down: the time that windows see. */
export function millisecondsOf(timestamp: string): number {
  const days = daysOfDay(two(timestamp, 0) * 100 + two(timestamp, 2), two(timestamp, 5), two(timestamp, 8));
  const minutes = days * 1_440 + two(timestamp, 11) * 60 + two(timestamp, 14);
  return minutes * 60_000 + two(timestamp, 17) * 1_000 + two(timestamp, 20) * 10 + (timestamp.charCodeAt(22) - ZERO);
}

const ZERO = 48;

/** Two digits, where it is known that they are. */
const two = (text: string, at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * ZERO;

/** Microseconds since 1970 of a timestamp's 27 characters. */
export function microsecondsOf(timestamp: string): bigint {
  return BigInt(millisecondsOf(timestamp)) * 1_000n + BigInt(digitsAt(timestamp, 23, 3));
}

/** {@link microsecondsOf} as a number, or undefined where that is none of the safe integers: outside of 1684 to 2255. */
export function safeMicrosecondsOf(timestamp: string): number | undefined {
  const microseconds = millisecondsOf(timestamp) * 1_000 + digitsAt(timestamp, 23, 3);
  return Number.isSafeInteger(microseconds) ? microseconds : undefined;
}

/**
 * The timestamp that lies so many whole milliseconds after 1970.
 * @throws RangeError outside of the years 0001 to 9999.
 */
export function timestampOfMilliseconds(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  if (!inRange(seconds)) throw outOfRange(`${milliseconds} milliseconds`);
  return timestampOf(seconds, (milliseconds - seconds * 1_000) * 1_000);
}

/**
 * The timestamp that lies so many microseconds after 1970.
 * @throws RangeError outside of the years 0001 to 9999.
 */
export function timestampOfMicroseconds(microseconds: bigint): string {
  const instant = instantOfMicroseconds(microseconds);
  if (instant === undefined) throw outOfRange(`${microseconds} microseconds`);
  return timestampOf(instant.seconds, instant.micros);
}

const outOfRange = (what: string): RangeError =>
  new RangeError(`${what} after 1970 is no TIMESTAMP: those lie in the years 0001 to 9999`);
