/**
 * DATE, TIME and DATETIME as text: `2024-01-31`, `12:00:00.123456`, and both joined by T. Of one length each,
 * so that text sorts as time does. Days are those of the proleptic Gregorian calendar, years 0001 to 9999.
 * @see https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#date_type
 */

/** The number that some decimal digits of a text make, or -1 where one of them is no digit. */
export function digitsAt(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

const daysInMonth = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Whether there is such a day; `false` also for the -1 of {@link digitsAt}. */
export function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (daysInMonth[month] as number) + (leap ? 1 : 0);
}

/** Days from 1970-01-01 to a day. Years are counted from March, so that the leap day is the last of its year. */
export function daysOfDay(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const monthFromMarch = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const century = Math.floor(marchYear / 100);
  return (
    marchYear * 365 + Math.floor(marchYear / 4) - century + Math.floor(century / 4) + dayOfYear - MARCH_1_OF_0_TO_1970
  );
}

const MARCH_1_OF_0_TO_1970 = 719_468;
const DAYS_OF_400_YEARS = 146_097;

/** The DATE that lies so many days after 1970-01-01; the inverse of {@link daysOf}. */
export function dateOf(days: number): string {
  const sinceYear0 = days + MARCH_1_OF_0_TO_1970;
  const era = Math.floor(sinceYear0 / DAYS_OF_400_YEARS);
  const dayOfEra = sinceYear0 - era * DAYS_OF_400_YEARS;
  const leapDays = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** Days from 1970-01-01 to a DATE. */
export function daysOf(date: string): number {
  return daysOfDay(digitsAt(date, 0, 4), digitsAt(date, 5, 2), digitsAt(date, 8, 2));
}

/** Microseconds of a day before a TIME. */
export function microsecondsOfDay(time: string): number {
  const seconds = digitsAt(time, 0, 2) * 3_600 + digitsAt(time, 3, 2) * 60 + digitsAt(time, 6, 2);
  return seconds * 1_000_000 + digitsAt(time, 9, 6);
}

const HYPHEN = 45;
const COLON = 58;
const POINT = 46;

/** Whether a DATE stands at this place of a text. */
export function isDateAt(text: string, at: number): boolean {
  return (
    text.charCodeAt(at + 4) === HYPHEN &&
    text.charCodeAt(at + 7) === HYPHEN &&
    isDay(digitsAt(text, at, 4), digitsAt(text, at + 5, 2), digitsAt(text, at + 8, 2))
  );
}

/** Whether hours, minutes and seconds stand at this place of a text, without a fraction: `12:00:00`. */
export function isClockAt(text: string, at: number): boolean {
  const hours = digitsAt(text, at, 2);
  const minutes = digitsAt(text, at + 3, 2);
  const seconds = digitsAt(text, at + 6, 2);
  return (
    text.charCodeAt(at + 2) === COLON &&
    text.charCodeAt(at + 5) === COLON &&
    hours >= 0 &&
    hours < 24 &&
    minutes >= 0 &&
    minutes < 60 &&
    seconds >= 0 &&
    seconds < 60
  );
}

/**
 * The six digits of a fraction of a second that begins at this place with its point, none there being 000000.
 * What is finer than a microsecond is cut off. Undefined where anything else follows.
 */
function fractionOf(text: string, at: number): string | undefined {
  if (text.length === at) return "000000";
  if (text.charCodeAt(at) !== POINT || text.length === at + 1) return undefined;
  for (let i = at + 1; i < text.length; i++) if (digitsAt(text, i, 1) < 0) return undefined;
  return text.slice(at + 1, at + 7).padEnd(6, "0");
}

/** A DATE, or undefined where the text is none. */
export function normalDate(text: string): string | undefined {
  return text.length === 10 && isDateAt(text, 0) ? text : undefined;
}

/** A TIME with its six digits of a second, or undefined where the text is none. */
export function normalTime(text: string): string | undefined {
  if (!isClockAt(text, 0)) return undefined;
  const fraction = fractionOf(text, 8);
  return fraction && `${text.slice(0, 8)}.${fraction}`;
}

/** A DATETIME with its T and six digits of a second, or undefined where the text is none. A space may stand for the T. */
export function normalDatetime(text: string): string | undefined {
  const joint = text[10];
  if (!isDateAt(text, 0) || (joint !== "T" && joint !== " " && joint !== "t") || !isClockAt(text, 11)) return undefined;
  const fraction = fractionOf(text, 19);
  return fraction && `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}`;
}
