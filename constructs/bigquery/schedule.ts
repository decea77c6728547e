import type { Rule } from "../core/rules";

const time = String.raw`([01]?\d|2[0-3]):[0-5]\d`;
const day = "(sun(day)?|mon(day)?|tue(sday)?|wed(nesday)?|thu(rsday)?|fri(day)?|sat(urday)?)";
const month =
  "(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sep(tember)?|oct(ober)?|nov(ember)?|dec(ember)?)";
const nth = "(1st|first|2nd|second|3rd|third|4th|fourth|5th|fifth)";
const several = (one: string): string => `${one}(,${one})*`;

const repeated = new RegExp(`^every (\\d+) (minutes|mins|hours)( from ${time} to ${time}| synchronized)?$`, "i");
const onDays = new RegExp(
  `^(every day|(every|${several(nth)}) (day|${several(day)})|${several("([1-9]|[12]\\d|3[01])")})( of (month|quarter|${several(month)}))? ${time}$`,
  "i",
);

const SHORTEST_MINUTES = 5;
const page = "https://cloud.google.com/appengine/docs/flexible/scheduling-jobs-with-cron-yaml#schedule_format";

/** How often something is run, in the words of App Engine's cron, and UTC. */
export const scheduleRule: Rule<{ readonly schedule: string }> = {
  id: "schedule-form",
  reads: ["schedule"],
  page,
  broken({ schedule }) {
    if (schedule === "manual" || onDays.test(schedule)) return undefined;
    const [, count, unit = ""] = repeated.exec(schedule) ?? [];
    if (count === undefined) {
      return `schedule is "${schedule}": write it as in "every 15 minutes", "every day 08:57", "every mon,wed 08:57", "1st,3rd monday of month 15:33", or "manual"`;
    }
    const minutes = Number(count) * (/^h/i.test(unit) ? 60 : 1);
    return minutes < SHORTEST_MINUTES
      ? `schedule is "${schedule}": BigQuery takes ${SHORTEST_MINUTES} minutes at least`
      : undefined;
  },
};

/**
 * What is scheduled for a full hour may be run twice then.
 * @see https://cloud.google.com/bigquery/docs/scheduling-queries#limitations
 */
export const isOnTheHour = (schedule: string): boolean => onDays.test(schedule) && schedule.endsWith(":00");
