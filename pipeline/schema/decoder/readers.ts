/**
 * A value of each type from the bytes of an event, in the forms that events mostly have; any other is left to
 * {@link oddScalar}. Each reads at a place, gives the value and sets `cursor.at` after it, or gives undefined.
 *
 * The byte before `end` is a closing brace, so no number or word can run over it; only text in quotes can, and looks.
 */
import type { FieldSpec, Json, TimestampEncoding } from "../../spec";
import { asciiText } from "../ascii";
import { normalTextOf } from "../scalar";
import { millisecondsOf, normalTimestamp, timestampOf } from "../timestamp";
import { keepMinuteOf, keptTimestampAt } from "../timestamp-minutes";
import type { Interner } from "./interner";
import { cursor, oddScalar, plainEnd, textAt } from "./scan";

/** Where modules are not bundled, what is imported is read through a getter each time; this is not. */
const position = cursor;

const QUOTE = 34;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const LETTER_E = 101;

/** null, or undefined where it is another word. */
export function nullAt(bytes: Buffer, at: number): null | undefined {
  if (bytes[at + 1] !== 117 || bytes[at + 2] !== 108 || bytes[at + 3] !== 108) return undefined;
  position.at = at + 4;
  return null;
}

export function booleanAt(bytes: Buffer, at: number): boolean | undefined {
  if (bytes[at] === 116 && bytes[at + 1] === 114 && bytes[at + 2] === 117 && bytes[at + 3] === LETTER_E) {
    position.at = at + 4;
    return true;
  }
  if (bytes[at] !== 102 || bytes[at + 1] !== 97 || bytes[at + 2] !== 108 || bytes[at + 3] !== 115) return undefined;
  if (bytes[at + 4] !== LETTER_E) return undefined;
  position.at = at + 5;
  return false;
}

export function stringAt(
  bytes: Buffer,
  view: DataView,
  at: number,
  end: number,
  interner: Interner,
): string | undefined {
  const quote = plainEnd(bytes, view, at, end);
  if (quote < 0) return bytes[at] === QUOTE ? textAt(bytes, at + 1, end) : undefined;
  position.at = quote + 1;
  return interner.of(bytes, at + 1, quote);
}

/** Text that is one of the field's values. */
export const listed = (text: string | undefined, { values = [] }: FieldSpec): string | undefined =>
  text !== undefined && values.includes(text) ? text : undefined;

/** DATE, DATETIME or TIME, which are of one form and come again. */
export function civilAt(
  bytes: Buffer,
  view: DataView,
  at: number,
  end: number,
  interner: Interner,
  type: "DATE" | "DATETIME" | "TIME",
): string | undefined {
  const quote = plainEnd(bytes, view, at, end);
  if (quote < 0) return undefined;
  position.at = quote + 1;
  return normalTextOf[type](interner.of(bytes, at + 1, quote));
}

/** A TIMESTAMP that is written as text. */
export function timestampAt(bytes: Buffer, view: DataView, at: number, end: number): string | undefined {
  const quote = plainEnd(bytes, view, at, end);
  if (quote < 0) return undefined;
  position.at = quote + 1;
  const kept = keptTimestampAt(bytes, at + 1, quote);
  if (kept !== undefined) return kept;
  const timestamp = normalTimestamp(asciiText(bytes, at + 1, quote));
  if (timestamp !== undefined) keepMinuteOf(timestamp);
  return timestamp;
}

/** A whole number of at most 15 digits, of which none is lost. */
export function integerAt(bytes: Buffer, at: number, end: number, field: FieldSpec): Json | undefined {
  const first = bytes[at] === MINUS ? at + 1 : at;
  let i = first;
  let value = 0;
  for (let byte = bytes[i] as number; byte >= ZERO && byte <= NINE; byte = bytes[++i] as number) {
    value = value * 10 + (byte - ZERO);
  }
  if (!isWhole(bytes, first, i, 15)) return oddScalar(bytes, at, end, field);
  position.at = i;
  return first > at ? 0 - value : value;
}

/** Whether digits from `first` to `after` are a whole number of at most so many digits, and nothing goes on with it. */
function isWhole(bytes: Buffer, first: number, after: number, most: number): boolean {
  const count = after - first;
  if (count === 0 || count > most || (count > 1 && bytes[first] === ZERO)) return false;
  return bytes[after] !== POINT && ((bytes[after] as number) | 32) !== LETTER_E;
}

/** How an epoch counts: how many a second, how many microseconds each, and from which on it is left to others. */
export interface Epoch {
  readonly perSecond: number;
  readonly micros: number;
  readonly beyond: number;
}
export const epochs: { readonly [Encoding in Exclude<TimestampEncoding, "text">]: Epoch } = {
  "epoch-seconds": { perSecond: 1, micros: 1e6, beyond: 253_402_300_800 },
  "epoch-millis": { perSecond: 1e3, micros: 1e3, beyond: 253_402_300_800_000 },
  // In microseconds the safe integers end before the year 9999 does.
  "epoch-micros": { perSecond: 1e6, micros: 1, beyond: 2 ** 53 },
};

/** A whole number, not before 1970; -1 where it is written otherwise. */
function epochNumberAt(bytes: Buffer, at: number, { beyond }: Epoch): number {
  let i = at;
  let value = 0;
  for (let byte = bytes[i] as number; byte >= ZERO && byte <= NINE; byte = bytes[++i] as number) {
    value = value * 10 + (byte - ZERO);
  }
  if (!isWhole(bytes, at, i, 16) || value >= beyond) return -1;
  position.at = i;
  return value;
}

/** A TIMESTAMP that is written as a number, as milliseconds since 1970, rounded down: the time that windows see. */
export function epochMillisecondsAt(
  bytes: Buffer,
  at: number,
  end: number,
  field: FieldSpec,
  epoch: Epoch,
): number | undefined {
  const value = epochNumberAt(bytes, at, epoch);
  if (value >= 0) return epoch.perSecond === 1 ? value * 1_000 : Math.floor(value / (epoch.perSecond / 1_000));
  const odd = oddScalar(bytes, at, end, field);
  return odd === undefined ? undefined : millisecondsOf(odd as string);
}

/** A TIMESTAMP that is written as a whole number, not before 1970. */
export function epochAt(bytes: Buffer, at: number, end: number, field: FieldSpec, epoch: Epoch): Json | undefined {
  const value = epochNumberAt(bytes, at, epoch);
  if (value < 0) return oddScalar(bytes, at, end, field);
  const seconds = Math.floor(value / epoch.perSecond);
  return timestampOf(seconds, (value - seconds * epoch.perSecond) * epoch.micros);
}

const powersOfTen = Array.from({ length: 16 }, (_, i) => 10 ** i);

/** A number of at most 15 digits, without an exponent. */
export function floatAt(bytes: Buffer, at: number, end: number, field: FieldSpec): Json | undefined {
  const first = bytes[at] === MINUS ? at + 1 : at;
  let i = first;
  let value = 0;
  for (let byte = bytes[i] as number; byte >= ZERO && byte <= NINE; byte = bytes[++i] as number) {
    value = value * 10 + (byte - ZERO);
  }
  const whole = i - first;
  let fraction = 0;
  if (bytes[i] === POINT) {
    i++;
    for (let byte = bytes[i] as number; byte >= ZERO && byte <= NINE; byte = bytes[++i] as number) {
      value = value * 10 + (byte - ZERO);
    }
    fraction = i - first - whole - 1;
    if (fraction === 0) return undefined;
  }
  const odd = whole === 0 || (whole > 1 && bytes[first] === ZERO) || whole + fraction > 15;
  if (odd || ((bytes[i] as number) | 32) === LETTER_E) return oddScalar(bytes, at, end, field);
  position.at = i;
  // Digits and a power of ten that are both exact: their quotient is the number nearest to what is written.
  if (fraction > 0) value /= powersOfTen[fraction] as number;
  return first > at ? 0 - value : value;
}
