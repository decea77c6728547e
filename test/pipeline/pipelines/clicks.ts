/** Clicks of games, as Google Analytics 4 exports them: cleaned one by one, and counted by user and minute. */
import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  count,
  fixed,
  float,
  nullable,
  pipeline,
  schema,
  string,
  timestamp,
} from "../../../pipeline";

export const ClickEvent = schema("click_event", {
  user_pseudo_id: string({ description: "anonymous visitor" }),
  event_name: string(),
  event_timestamp: timestamp({ encoding: "epoch-micros" }),
  value: nullable(float()),
});

const CleanClick = schema("clean_click", {
  user_pseudo_id: string(),
  event: string(),
  weekday: string(),
  event_time: timestamp(),
  value: float(),
});

export const cleanClicks = pipeline("clean-clicks", { clicks: ClickEvent }, ({ clicks }) => ({
  clicks: clicks.map(
    CleanClick,
    (click, { constants }) => ({
      user_pseudo_id: click.user_pseudo_id,
      event: click.event_name.trim().toLowerCase(),
      weekday: constants.weekdays[new Date(click.event_timestamp).getUTCDay()] ?? "unknown",
      event_time: click.event_timestamp,
      value: click.value ?? 0,
    }),
    { constants: { weekdays: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] } },
  ),
}));

export const userActivity = pipeline("user-activity", { clicks: ClickEvent }, ({ clicks }) => ({
  activity: clicks
    .eventTime("event_timestamp", { maxDelay: "30s" })
    .filter((click) => click.event_name !== "ping")
    .window(fixed("1m"), {
      trigger: afterWatermark({ early: afterProcessingTime("1m"), late: afterCount(1) }),
      allowedLateness: "10m",
      accumulation: "discarding",
    })
    .groupBy("user_pseudo_id")
    .aggregate({ event_count: count() }),
}));
