/** One of the five fields of a cron expression. */
interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Words for its values, the first one for `low`. */
  readonly words?: readonly string[];
}

const MONTH: Field = {
  name: "month",
  low: 1,
  high: 12,
  words: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const DAY_OF_MONTH: Field = { name: "day of the month", low: 1, high: 31 };
const DAY_OF_WEEK: Field = {
  name: "day of the week",
  low: 0,
  // 7 is Sunday again.
  high: 7,
  words: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};
const fields: readonly Field[] = [
  { name: "minute", low: 0, high: 59 },
  { name: "hour", low: 0, high: 23 },
  DAY_OF_MONTH,
  MONTH,
  DAY_OF_WEEK,
];

/** The most days that each month has. */
const DAYS_OF = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Why a text is no cron expression: thrown within this file. */
class CronFault extends Error {}

/**
 * What is wrong with a schedule in unix-cron as Cloud Scheduler takes it, said after its name; undefined where all is
 * well.
 * @see https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules
 */
export function cronFault(cron: string): string | undefined {
  try {
    parse(cron);
    return undefined;
  } catch (error) {
    if (error instanceof CronFault) return error.message;
    throw error;
  }
}

function parse(cron: string): void {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== fields.length) throw new CronFault(notFive(cron, parts));
  const values = new Map(fields.map((field, index) => [field, valuesOf(field, parts[index] ?? "")]));
  const days = values.get(DAY_OF_MONTH) ?? [];
  const months = values.get(MONTH) ?? [];
  // Where both kinds of days are said, either will do: a Monday in February is then enough.
  if (parts[fields.indexOf(DAY_OF_WEEK)] !== "*") return;
  if (months.some((month) => days.some((day) => day <= (DAYS_OF[month - 1] ?? 0)))) return;
  throw new CronFault("names no day that there is, so it would never run");
}

function notFive(cron: string, parts: readonly string[]): string {
  if (/^(every|\d+(st|nd|rd|th)?\s+of)\b/i.test(cron.trim())) {
    return "is written as App Engine once did, which Google keeps for old jobs only: write five fields, minute to day of the week";
  }
  if (cron.trim().startsWith("@")) {
    return "is a short form that Cloud Scheduler does not know: write five fields, as in 0 0 * * * for midnight";
  }
  const seconds = parts.length === 6 ? ". There is no field for seconds" : "";
  return `has ${parts.length} fields: Cloud Scheduler takes five, minute, hour, day of the month, month and day of the week${seconds}`;
}

/** All values of a field: "1,10-20/5" are 1, 10, 15 and 20. */
function valuesOf(field: Field, text: string): readonly number[] {
  return text.split(",").flatMap((item) => itemOf(field, item));
}

function itemOf(field: Field, item: string): readonly number[] {
  const [, range = "", step] = /^([^/]*)(?:\/(.*))?$/.exec(item) ?? [];
  const [first, last] = rangeOf(field, range, step);
  const every = step === undefined ? 1 : stepOf(field, item, step);
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every);
}

function rangeOf(field: Field, range: string, step: string | undefined): readonly [first: number, last: number] {
  if (range === "*") return [field.low, field.high];
  const [, from, to] = /^([^-]+)-([^-]+)$/.exec(range) ?? [];
  if (from === undefined || to === undefined) {
    const value = valueOf(field, range);
    if (step === undefined) return [value, value];
    throw fault(field, `${range}/${step}`, `a step follows a range: write ${range}-${field.high}/${step}`);
  }
  const [first, last] = [valueOf(field, from), valueOf(field, to)];
  if (first <= last) return [first, last];
  throw fault(field, range, `a range runs upwards: write two, ${from}-${field.high} and ${field.low}-${to}`);
}

function stepOf(field: Field, item: string, text: string): number {
  const step = Number(text);
  // The longest step that still means something: one to the end of the field.
  const longest = field.high - field.low;
  if (/^\d+$/.test(text) && step >= 1 && step <= longest) return step;
  throw fault(field, item, `a step is a whole number, 1 to ${longest}`);
}

function valueOf(field: Field, text: string): number {
  const word = field.words?.indexOf(text.toUpperCase()) ?? -1;
  if (word >= 0) return field.low + word;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= field.low && value <= field.high) return value;
  const words = field.words ? `, or ${field.words[0]} to ${field.words.at(-1)}` : "";
  throw fault(field, text, `Cloud Scheduler takes ${field.low} to ${field.high}${words}`);
}

const fault = (field: Field, text: string, says: string): CronFault =>
  new CronFault(`has "${text}" as its ${field.name}: ${says}`);
