/** What is all there: texts, files and tables, read once and to the end. */
import {
  boolean,
  bounded,
  collect,
  count,
  date,
  fixed,
  float,
  integer,
  json,
  max,
  min,
  pipeline,
  schema,
  string,
  sum,
  timestamp,
  windowStart,
} from "../../../pipeline";

const Email = schema("email", { user: string(), email: string() });
const Phone = schema("phone", { user: string(), phone: string() });

/** Beam's CoGroupByKey is a full join of two collected groups. */
export const contacts = pipeline(
  "contacts",
  { emails: bounded(Email), phones: bounded(Phone) },
  ({ emails, phones }) => ({
    contacts: emails
      .groupBy("user")
      .aggregate({ emails: collect("email") })
      .join(phones.groupBy("user").aggregate({ phones: collect("phone") }), { on: "user", type: "full" }),
    pairs: emails.join(phones, { on: "user", type: "left" }),
  }),
);

const TextLine = schema("text_line", { line: string() });

export const wordCount = pipeline("word-count", { lines: bounded(TextLine) }, ({ lines }) => ({
  counts: lines
    .flatMap({ word: string() }, ({ line }) =>
      line
        .toLowerCase()
        .split(/[^a-z']+/)
        .filter((word) => word !== "")
        .map((word) => ({ word })),
    )
    .groupBy("word")
    .aggregate({ count: count() }),
}));

const Event = schema("event", { user_id: string(), timestamp: string(), event_type: string(), value: float() });

export const csvEtl = pipeline("csv-etl", { events: bounded(Event) }, ({ events }) => {
  const enriched = events
    .filter((event, { constants }) => event.value >= constants.minimum, { constants: { minimum: 10 } })
    .processingTime("processed_at")
    .withFields({ category: string({ values: ["high", "medium"] }) }, (event) => ({
      category: event.value > 100 ? "high" : "medium",
    }));
  return { events: enriched, user_totals: enriched.groupBy("user_id").aggregate({ total_value: sum("value") }) };
});

const Traffic = schema("traffic", { user_id: string(), num_bytes: integer(), timestamp: timestamp() });

export const traffic = pipeline("traffic", { events: bounded(Traffic) }, ({ events }) => ({
  user_traffic: events.groupBy("user_id").aggregate({
    pageviews: count(),
    total_bytes: sum("num_bytes"),
    max_bytes: max("num_bytes"),
    min_bytes: min("num_bytes"),
  }),
  minute_traffic: events
    .eventTime("timestamp")
    .window(fixed("1m"))
    .aggregate({ timestamp: windowStart(), pageviews: count() }),
}));

export const accessLogs = pipeline("access-logs", { lines: bounded(TextLine) }, ({ lines }) => ({
  requests: lines
    .map(
      { at: timestamp(), day: date(), path: string(), status: integer(), test: boolean(), extra: json() },
      ({ line }) => {
        const found =
          /^(\S+) \S+ \S+ \[(\d{2})\/(\w{3})\/(\d{4}):([\d:]{8}) ([+-]\d{2})(\d{2})\] "\w+ (\S+) [^"]*" (\d{3})/.exec(
            line,
          );
        if (!found) throw new Error("not a line of an access log");
        const [, host = "", day, name = "", year, time, hours, minutes, path = "/", status] = found;
        const month = 1 + "JanFebMarAprMayJunJulAugSepOctNovDec".indexOf(name) / 3;
        const date = `${year}-${String(month).padStart(2, "0")}-${day}`;
        return {
          at: `${date}T${time}${hours}:${minutes}`,
          day: date,
          path,
          status: Number(status),
          test: host.startsWith("10."),
          extra: { bytes: line.length },
        };
      },
    )
    .filter((request) => !request.test),
}));
