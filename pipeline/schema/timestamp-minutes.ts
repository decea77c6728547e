/**
 * The quick way with timestamps. Those of a stream lie in a few minutes; so for each minute of the hour the last
 * one that came by is kept, as the bytes of a timestamp, and most need no calendar: they begin as it does.
 */
import { asciiText } from "./ascii";
import { dateOf, daysOf, digitsAt } from "./calendar";

const LENGTH = 27;
/** Characters up to the seconds: `2024-01-31T12:00:` */
const HEAD = 17;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const LETTER_Z = 90;

/** 60 timestamps, one after the other, and the minutes since 1970 that they belong to. */
const kept = Buffer.alloc(60 * LENGTH);
const minutes = new Float64Array(60).fill(Number.NaN);

/** The 27 characters of a point in time in the years 0001 to 9999: seconds since 1970, rounded down, and microseconds. */
export function timestampOf(seconds: number, micros: number): string {
  const minute = Math.floor(seconds / 60);
  const ofHour = minute - Math.floor(minute / 60) * 60;
  if (minutes[ofHour] !== minute) keep(`${textOf(minute)}00.000000Z`, minute);
  const start = ofHour * LENGTH;
  // To 32 bits, here and below: whole numbers are divided faster so.
  const high = (micros / 10_000) | 0;
  const middle = (micros / 100) | 0;
  writeTwo(start + HEAD, seconds - minute * 60);
  writeTwo(start + 20, high);
  writeTwo(start + 22, middle - high * 100);
  writeTwo(start + 24, micros - middle * 100);
  return asciiText(kept, start, start + LENGTH);
}

function writeTwo(at: number, value: number): void {
  const tens = (value / 10) | 0;
  kept[at] = ZERO + tens;
  kept[at + 1] = ZERO + value - tens * 10;
}

/** `2024-01-31T12:00:` of a minute since 1970. */
function textOf(minute: number): string {
  const day = Math.floor(minute / 1_440);
  const ofDay = minute - day * 1_440;
  const hour = Math.floor(ofDay / 60);
  return `${dateOf(day)}T${String(hour).padStart(2, "0")}:${String(ofDay % 60).padStart(2, "0")}:`;
}

function keep(timestamp: string, minute: number): void {
  const ofHour = minute - Math.floor(minute / 60) * 60;
  kept.write(timestamp, ofHour * LENGTH, "latin1");
  minutes[ofHour] = minute;
}

/** Keeps the minute of a timestamp's 27 characters, so that the next of it are found. */
export function keepMinuteOf(timestamp: string): void {
  keep(timestamp, daysOf(timestamp) * 1_440 + digitsAt(timestamp, 11, 2) * 60 + digitsAt(timestamp, 14, 2));
}

/**
 * The timestamp that stands in ASCII bytes as `2024-01-31T12:00:00Z`, with up to six digits after a point, in a
 * minute that is kept; undefined where it is otherwise, or none.
 */
export function keptTimestampAt(bytes: Buffer, start: number, end: number): string | undefined {
  const whole = end - start === 20;
  const digits = whole ? 0 : end - start - 21;
  if (!whole && (digits < 1 || digits > 6 || bytes[start + 19] !== POINT)) return undefined;
  if (bytes[end - 1] !== LETTER_Z || (bytes[start + HEAD] as number) > ZERO + 5) return undefined;
  const ofHour = ((bytes[start + 14] as number) - ZERO) * 10 + (bytes[start + 15] as number) - ZERO;
  if (!(ofHour >= 0 && ofHour < 60)) return undefined;
  const to = ofHour * LENGTH;
  for (let i = 0; i < HEAD; i++) if (bytes[start + i] !== kept[to + i]) return undefined;
  for (let i = HEAD; i < LENGTH - 1; i++) {
    if (i === 19) continue;
    const digit = i < 20 + digits ? (bytes[start + i] as number) : ZERO;
    if (digit < ZERO || digit > NINE) return undefined;
    kept[to + i] = digit;
  }
  return asciiText(kept, to, to + LENGTH);
}
