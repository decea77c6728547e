/** The queries that stream processors are compared by, in the pipeline language. */
import {
  count,
  countDistinct,
  fixed,
  float,
  nullable,
  type Pipeline,
  pipeline,
  type RowOf,
  schema,
  sessions,
  sliding,
  string,
  sum,
  timestamp,
  windowStart,
} from "../../pipeline";

const Click = schema("click", {
  event_id: string(),
  user_pseudo_id: string(),
  event_name: string(),
  event_timestamp: timestamp({ encoding: "epoch-micros" }),
  value: nullable(float()),
  page: string(),
  country: string(),
  session_id: string(),
});

const map = pipeline("purchases", { clicks: Click }, ({ clicks }) => ({
  out: clicks
    .filter((click) => click.event_name === "purchase")
    .select("event_id", "user_pseudo_id", "value", "country"),
}));

const fixedWindows = pipeline("per-minute", { clicks: Click }, ({ clicks }) => ({
  out: clicks
    .eventTime("event_timestamp", { maxDelay: "5s" })
    .window(fixed("1m"))
    .groupBy("user_pseudo_id")
    .aggregate({ window_start: windowStart(), clicks: count(), value: sum("value") }),
}));

const slidingWindows = pipeline("last-five-minutes", { clicks: Click }, ({ clicks }) => ({
  out: clicks
    .eventTime("event_timestamp", { maxDelay: "5s" })
    .window(sliding("5m", { every: "1m" }))
    .groupBy("country")
    .aggregate({ window_start: windowStart(), clicks: count() }),
}));

const session = pipeline("visits", { clicks: Click }, ({ clicks }) => ({
  out: clicks
    .eventTime("event_timestamp", { maxDelay: "5s" })
    .window(sessions({ gap: "30s" }))
    .groupBy("user_pseudo_id")
    .aggregate({ window_start: windowStart(), clicks: count(), value: sum("value") }),
}));

const distinct = pipeline("users-per-minute", { clicks: Click }, ({ clicks }) => ({
  out: clicks
    .eventTime("event_timestamp", { maxDelay: "5s" })
    .window(fixed("1m"))
    .groupBy("event_name")
    .aggregate({ window_start: windowStart(), users: countDistinct("user_pseudo_id") }),
}));

/** What a user may write: the whole row is spread, so nothing can be left undecoded, and the rest is any code. */
const whole = pipeline("whole-rows", { clicks: Click }, ({ clicks }) => ({
  out: clicks.map({ ...Click.fields, section: string(), fields: float() }, (click) => {
    const parts = click.page.split("/");
    const row: RowOf<typeof Click> = { ...click, country: click.country.toLowerCase() };
    return { ...row, section: parts[1] ?? "", fields: Object.keys(click).length };
  }),
}));

export const queries = {
  map,
  fixed: fixedWindows,
  sliding: slidingWindows,
  session,
  distinct,
  whole,
} as const satisfies {
  readonly [name: string]: Pipeline;
};

export type Query = keyof typeof queries;
