import type { Duration } from "../../pipeline/duration";
import { notABackoff } from "../core/backoff";
import { limits, notADuration } from "../core/limits";
import type { Rules } from "../core/rules";
import { cronFault } from "./cron";
import { textOf, type Payload } from "./payload";
import type { ScheduleProps } from "./schedule-props";
import { whereOf, type HttpTarget, type TopicTarget } from "./target";
import { timeZoneFault } from "./time-zone";

/** The props, and what rules ask of the target one by one: where one is known only at apply, the others are asked still. */
interface Checked extends Omit<ScheduleProps, "target"> {
  readonly project: string;
  readonly where?: string;
  readonly headers?: HttpTarget["headers"];
  readonly token?: boolean;
  readonly body?: Payload;
  readonly deadline?: Duration;
  readonly message?: Pick<TopicTarget, "data" | "attributes">;
  readonly topicProject?: string;
}

export function checked({ target, ...props }: ScheduleProps, name: string, project: string): Checked {
  const all = { ...props, name, project };
  if ("topic" in target) return { ...all, message: target, topicProject: target.topic.project };
  const { headers, body, deadline } = target;
  return { ...all, where: whereOf(target), headers, body, deadline, token: target.as !== "nobody" };
}

const scheduler = limits("Cloud Scheduler");
const jobs = "https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs";
const DESCRIPTION = 500;
const URL_CHARACTERS = 2083;
const HEADER_BYTES = 80 * 1024;
/** Of the whole job, which is its payload and about a kilobyte more. */
const JOB_BYTES = 1_000_000;
const PAYLOAD_BYTES = JOB_BYTES - 1_000;
/** Of a Pub/Sub message. */
const ATTRIBUTES = 100;
const NAME_BYTES = 256;
const VALUE_BYTES = 1_024;
/** Set by Cloud Scheduler, whatever a job says. */
const reserved = /^(host|content-length|user-agent|x-google-.*|x-appengine-.*|x-cloudscheduler.*)$/i;

export const RETRIES = 3;

export const rules: Rules<Checked> = [
  scheduler.matches("name", /^[A-Za-z0-9_-]{1,500}$/, 'takes 1 to 500 letters, digits, "-" and "_"', jobs),
  {
    id: "description-size",
    reads: ["description"],
    page: jobs,
    broken: ({ description = "" }) =>
      description.length > DESCRIPTION
        ? `description has ${description.length} characters: Cloud Scheduler takes ${DESCRIPTION}`
        : undefined,
  },
  {
    id: "cron-form",
    reads: ["cron"],
    page: "https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules",
    broken({ cron }) {
      const fault = cronFault(cron);
      return fault && `cron is "${cron}": it ${fault}`;
    },
  },
  {
    id: "timeZone-known",
    reads: ["timeZone"],
    page: "https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules#time_zone",
    broken({ timeZone }) {
      const fault = timeZone === undefined ? undefined : timeZoneFault(timeZone);
      return fault && `timeZone ${fault}`;
    },
  },
  {
    id: "retry-range",
    reads: ["retry"],
    ofTokens: true,
    page: "https://cloud.google.com/scheduler/docs/configuring/retry-jobs",
    broken({ retry = {} }) {
      const { retries = RETRIES, doublings = 5, within, backoff = {} } = retry;
      if (!(Number.isInteger(retries) && retries >= 0 && retries <= 5)) {
        return `retry.retries is ${retries}: Cloud Scheduler takes 0 to 5`;
      }
      if (!(Number.isInteger(doublings) && doublings >= 0)) {
        return `retry.doublings is ${doublings}: Cloud Scheduler takes a whole number, 0 or more`;
      }
      const time = within && notADuration(within, "1s", "30d");
      if (time) return `retry.within ${time("a schedule")}`;
      const pause = notABackoff(backoff, { low: "1s", high: "1d", defaults: { minimum: "5s", maximum: "1h" } });
      return pause && `retry.${pause("a schedule")}`;
    },
  },
  scheduler.lasts("deadline", "15s", "30m", jobs),
  {
    id: "url-form",
    reads: ["where"],
    page: jobs,
    broken({ where = "" }) {
      if (/\s/.test(where)) return `target is at "${where}": a URL has no spaces`;
      if (where.length <= URL_CHARACTERS) return undefined;
      return `target is at a URL of ${where.length} characters: Cloud Scheduler takes ${URL_CHARACTERS}`;
    },
  },
  {
    id: "headers-reserved",
    reads: ["headers"],
    page: jobs,
    broken({ headers = {}, token }) {
      const names = Object.keys(headers);
      const taken = names.find((name) => reserved.test(name));
      if (taken !== undefined) return `headers has ${taken}, which Cloud Scheduler sets itself`;
      const authorization = names.find((name) => name.toLowerCase() === "authorization");
      if (authorization === undefined || !token) return undefined;
      return `headers has ${authorization}, in place of which the account's token is sent: leave it away, or say as: "nobody"`;
    },
  },
  {
    id: "headers-size",
    reads: ["headers"],
    page: jobs,
    broken({ headers = {} }) {
      const bytes = Buffer.byteLength(Object.entries(headers).flat().join(""));
      return bytes < HEADER_BYTES ? undefined : `headers are ${bytes} bytes: Cloud Scheduler takes less than 80 KB`;
    },
  },
  {
    id: "payload-size",
    reads: ["body", "message"],
    page: "https://cloud.google.com/scheduler/quotas",
    broken({ body, message }) {
      const payload = body ?? message?.data;
      const bytes = payload === undefined ? 0 : Buffer.byteLength(textOf(payload));
      if (bytes <= PAYLOAD_BYTES) return undefined;
      return `what is sent is ${bytes} bytes: a schedule is at most 1 MB in all. Send where to find it: an object's name`;
    },
  },
  {
    id: "message-empty",
    reads: ["message"],
    page: "https://cloud.google.com/pubsub/docs/publisher#publish_messages",
    broken: ({ message }) =>
      message && (message.data ?? "") === "" && Object.keys(message.attributes ?? {}).length === 0
        ? "target has no data and no attributes: Pub/Sub takes no empty message"
        : undefined,
  },
  {
    id: "attributes-size",
    reads: ["message"],
    page: "https://cloud.google.com/pubsub/quotas#resource_limits",
    broken: ({ message }) => attributesFault(message?.attributes ?? {}),
  },
  {
    id: "topic-project",
    reads: ["topicProject"],
    page: jobs,
    broken: ({ topicProject, project }) =>
      topicProject === undefined || topicProject === project
        ? undefined
        : `target is a topic of ${topicProject}: Cloud Scheduler publishes in its own project, ${project}, only`,
  },
];

function attributesFault(attributes: { readonly [name: string]: string }): string | undefined {
  const entries = Object.entries(attributes);
  if (entries.length > ATTRIBUTES) return `target has ${entries.length} attributes: Pub/Sub takes ${ATTRIBUTES}`;
  for (const [name, value] of entries) {
    if (name === "" || name.startsWith("goog") || Buffer.byteLength(name) > NAME_BYTES) {
      return `target has an attribute "${name}": Pub/Sub takes names of 1 to ${NAME_BYTES} bytes that do not begin with "goog"`;
    }
    const bytes = Buffer.byteLength(value);
    if (bytes > VALUE_BYTES) return `target's attribute ${name} is ${bytes} bytes: Pub/Sub takes ${VALUE_BYTES}`;
  }
  return undefined;
}
