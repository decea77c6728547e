import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cronFault } from "../../../constructs/scheduler/cron";
import { timeZoneFault } from "../../../constructs/scheduler/time-zone";
import { aCron } from "./examples";

test.each([
  "* * * * *",
  "*/5 * * * *",
  "0 9 * * 1",
  "45 23 * * 6",
  "0-23/2 0-23/23 1,2,5,6 * *",
  "59 23 31 12 7",
  "0 0 1 1 0",
  "0 0 * JAN-mar MON-FRI",
  "0 0 * DEC sun,SAT",
  "*/59 */23 */30 */11 */7",
  "  0   9\t* * 1 ",
  // Leap days, and months of which one is long enough.
  "0 0 29 2 *",
  "0 0 31 2,3 *",
  "0 0 30,31 2-4 *",
  // Either kind of day will do.
  "0 0 31 2 1",
])("%s is a schedule", (cron) => {
  expect(cronFault(cron)).toBeUndefined();
});

test("whatever is made of numbers, ranges, steps and lists is a schedule", () => {
  fc.assert(
    fc.property(aCron, (cron) => {
      expect(cronFault(cron)).toBeUndefined();
    }),
  );
});

test.each([
  ["60 * * * *", 'has "60" as its minute: Cloud Scheduler takes 0 to 59'],
  ["* 24 * * *", 'has "24" as its hour: Cloud Scheduler takes 0 to 23'],
  ["* * 0 * *", 'has "0" as its day of the month: Cloud Scheduler takes 1 to 31'],
  ["* * 32 * *", 'has "32" as its day of the month: Cloud Scheduler takes 1 to 31'],
  ["* * * 0 *", 'has "0" as its month: Cloud Scheduler takes 1 to 12, or JAN to DEC'],
  ["* * * 13 *", 'has "13" as its month: Cloud Scheduler takes 1 to 12, or JAN to DEC'],
  ["* * * * 8", 'has "8" as its day of the week: Cloud Scheduler takes 0 to 7, or SUN to SAT'],
  ["* * * * MAN", 'has "MAN" as its day of the week: Cloud Scheduler takes 0 to 7, or SUN to SAT'],
  ["-1 * * * *", 'has "-1" as its minute: Cloud Scheduler takes 0 to 59'],
  ["1.5 * * * *", 'has "1.5" as its minute: Cloud Scheduler takes 0 to 59'],
  ["1, * * * *", 'has "" as its minute: Cloud Scheduler takes 0 to 59'],
  ["1-2-3 * * * *", 'has "1-2-3" as its minute: Cloud Scheduler takes 0 to 59'],
  ["1-x * * * *", 'has "x" as its minute: Cloud Scheduler takes 0 to 59'],
  ["? * * * *", 'has "?" as its minute'],
  ["5/10 * * * *", 'has "5/10" as its minute: a step follows a range: write 5-59/10'],
  ["* * * * FRI-MON", 'has "FRI-MON" as its day of the week: a range runs upwards: write two, FRI-7 and 0-MON'],
  ["*/0 * * * *", 'has "*/0" as its minute: a step is a whole number, 1 to 59'],
  ["*/60 * * * *", 'has "*/60" as its minute: a step is a whole number, 1 to 59'],
  ["* */24 * * *", 'has "*/24" as its hour: a step is a whole number, 1 to 23'],
  ["*/x * * * *", 'has "*/x" as its minute: a step is a whole number'],
  ["*/1/2 * * * *", 'has "*/1/2" as its minute: a step is a whole number'],
  ["* * * *", "has 4 fields: Cloud Scheduler takes five, minute, hour, day of the month, month and day of the week"],
  [
    "0 * * * * *",
    "has 6 fields: Cloud Scheduler takes five, minute, hour, day of the month, month and day of the week. There is no field for seconds",
  ],
  ["every 5 minutes", "is written as App Engine once did"],
  ["1st of month 00:00", "is written as App Engine once did"],
  ["@daily", "is a short form that Cloud Scheduler does not know"],
  ["0 0 30 2 *", "names no day that there is, so it would never run"],
  ["0 0 31 4,6,9,11 *", "names no day that there is, so it would never run"],
])("%s is none, and the sentence points at the field", (cron, says) => {
  expect(cronFault(cron)?.slice(0, says.length)).toBe(says);
});

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

test.each(months.map((word, index) => [word, index + 1, lengths[index] ?? 0] as const))(
  "%s is month %i, of %i days at most",
  (word, month, days) => {
    expect([cronFault(`0 0 ${days} ${word} *`), cronFault(`0 0 ${days} ${month} *`)]).toEqual([undefined, undefined]);
    if (days < 31) expect(cronFault(`0 0 ${days + 1} ${word} *`)).toContain("names no day that there is");
  },
);

test("days of the week have their words, in their order", () => {
  const words = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
  for (const [index, word] of words.entries()) {
    expect(cronFault(`* * * * ${index}-${word}`)).toBeUndefined();
    expect(cronFault(`* * * * ${word}-${index}`)).toBeUndefined();
  }
});

test("seconds are spoken of only where there are six fields", () => {
  expect(cronFault("* * * *")).not.toContain("seconds");
});

test.each([
  "Etc/UTC",
  "UTC",
  "GMT",
  "Europe/Berlin",
  "America/New_York",
  "US/Eastern",
  "Asia/Kolkata",
  "America/Argentina/Buenos_Aires",
])("%s is a time zone", (zone) => {
  expect(timeZoneFault(zone)).toBeUndefined();
});

test.each([
  ["europe/berlin", 'is "europe/berlin": write Europe/Berlin'],
  ["Mars/Olympus", 'is "Mars/Olympus": Cloud Scheduler takes names of the tz database, as in Etc/UTC or Europe/Berlin'],
  ["+01:00", 'is "+01:00": Cloud Scheduler takes names of the tz database'],
  ["utc", 'is "utc": Cloud Scheduler takes names of the tz database'],
  ["", 'is "": Cloud Scheduler takes names of the tz database'],
])("%s is none", (zone, says) => {
  expect(timeZoneFault(zone)?.slice(0, says.length)).toBe(says);
});
