import { notABackoff } from "../core/backoff";
import { limits, notADuration } from "../core/limits";
import type { Rules } from "../core/rules";
import type { TaskQueueProps } from "./task-queue-props";

const tasks = limits("Cloud Tasks");
const queues = "https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues";
const configuring = "https://cloud.google.com/tasks/docs/configuring-queues";
const HEADER_BYTES = 80 * 1024;
/** Set by Cloud Tasks, whatever a task says. */
const reserved = /^(host|content-length|user-agent|x-google-.*|x-appengine-.*|x-cloudtasks-.*)$/i;

export const nameRule = tasks.matches(
  "name",
  /^[A-Za-z0-9-]{1,100}$/,
  'takes 1 to 100 letters, digits and "-"',
  queues,
);

export const rules: Rules<TaskQueueProps> = [
  nameRule,
  {
    id: "rate-range",
    reads: ["rate"],
    page: "https://cloud.google.com/tasks/docs/quotas",
    broken({ rate = {} }) {
      const { perSecond, atOnce } = rate;
      if (perSecond !== undefined && !(perSecond > 0 && perSecond <= 500)) {
        return `rate.perSecond is ${perSecond}: Cloud Tasks takes more than 0 and up to 500. More go through several queues`;
      }
      if (atOnce === undefined || (Number.isInteger(atOnce) && atOnce >= 1 && atOnce <= 5_000)) return undefined;
      return `rate.atOnce is ${atOnce}: Cloud Tasks takes 1 to 5000`;
    },
  },
  {
    id: "retry-range",
    reads: ["retry"],
    ofTokens: true,
    page: configuring,
    broken({ retry = {} }) {
      const { attempts = "unlimited", within, backoff = {}, doublings = 16 } = retry;
      if (attempts !== "unlimited" && !(Number.isInteger(attempts) && attempts >= 1)) {
        return `retry.attempts is ${attempts}: Cloud Tasks takes 1 or more, or "unlimited"`;
      }
      if (!(Number.isInteger(doublings) && doublings >= 0)) {
        return `retry.doublings is ${doublings}: Cloud Tasks takes a whole number, 0 or more`;
      }
      const time = within && notADuration(within, "1s", "31d");
      if (time) return `retry.within ${time("a task")}`;
      const pause = notABackoff(backoff, { low: "1s", high: "31d", defaults: { minimum: "100ms", maximum: "1h" } });
      return pause && `retry.${pause("a task")}`;
    },
  },
  {
    id: "logged-range",
    reads: ["logged"],
    page: "https://cloud.google.com/tasks/docs/logging",
    broken: ({ logged = 1 }) =>
      logged >= 0 && logged <= 1 ? undefined : `logged is ${logged}: Cloud Tasks takes a part of all, 0 to 1`,
  },
  {
    id: "target-headers",
    reads: [],
    page: queues,
    broken({ target }) {
      const headers = Object.entries(target?.headers ?? {});
      const taken = headers.find(([name]) => reserved.test(name));
      if (taken !== undefined) return `target.headers has ${taken[0]}, which Cloud Tasks sets itself`;
      const bytes = Buffer.byteLength(headers.flat().join(""));
      return bytes < HEADER_BYTES ? undefined : `target.headers are ${bytes} bytes: Cloud Tasks takes less than 80 KB`;
    },
  },
];
