import {
  afterCount,
  afterProcessingTime,
  afterWatermark,
  count,
  date,
  fixed,
  float,
  integer,
  nullable,
  pipeline,
  record,
  repeated,
  schema,
  string,
  timestamp,
} from "../../pipeline";

/** A click of a visitor on the games' site, in the words of Google Analytics 4. */
export const ClickEvent = schema("click_event", {
  event_id: nullable(string({ description: "tells a click that its sender sent twice" })),
  event_date: nullable(string({ description: "YYYYMMDD" })),
  event_timestamp: timestamp({ encoding: "epoch-micros", description: "when it was clicked" }),
  event_name: string({ description: "what was done: page_view, purchase, ..." }),
  user_pseudo_id: string({ description: "the visitor, without a name" }),
  value: nullable(float({ description: "what was paid, of a purchase" })),
  platform: nullable(string({ description: "WEB, ANDROID or IOS" })),
  device: nullable(record({ category: nullable(string()), language: nullable(string()) })),
  geo: nullable(record({ country: nullable(string()) })),
  event_params: repeated(
    record({
      key: string(),
      value: record({ string_value: nullable(string()), int_value: nullable(integer()) }),
    }),
  ),
});

/**
 * One row a click, flat, as analysts want it: what was nested beside its key is a column, and the weekday is there.
 * The message's id is kept, so that every click can be accounted for.
 */
export const cleanClicks = pipeline("clean-clicks", { clicks: ClickEvent.withMetadata() }, ({ clicks }) => ({
  clicks: clicks.map(
    {
      message_id: string({ description: "the same for every copy of a message" }),
      event_timestamp: timestamp(),
      event_date: date({ description: "the day of event_timestamp, in UTC" }),
      weekday: string({ description: "the day's name, in UTC" }),
      event_name: string(),
      user_pseudo_id: string(),
      value: nullable(float()),
      platform: nullable(string()),
      device_category: nullable(string()),
      country: nullable(string()),
      page_location: nullable(string()),
    },
    (click) => {
      const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
      const page = click.event_params.find((parameter) => parameter.key === "page_location");
      return {
        message_id: click.message_id,
        event_timestamp: click.event_timestamp,
        event_date: click.event_timestamp.slice(0, 10),
        weekday: weekdays[new Date(click.event_timestamp).getUTCDay()] ?? "",
        event_name: click.event_name.trim().toLowerCase(),
        user_pseudo_id: click.user_pseudo_id,
        value: click.value,
        platform: click.platform,
        device_category: click.device?.category ?? null,
        country: click.geo?.country ?? null,
        page_location: page?.value.string_value ?? null,
      };
    },
  ),
}));

/**
 * How often each visitor clicked in each minute. A row comes early, a minute after the first click, so that a dashboard
 * is never far behind; whatever comes later adds a row with what is new. The rows of a visitor add up to the clicks.
 */
export const userActivity = pipeline("user-activity", { clicks: ClickEvent }, ({ clicks }) => ({
  activity: clicks
    .eventTime("event_timestamp", { maxDelay: "30s" })
    .window(fixed("1m"), {
      trigger: afterWatermark({ early: afterProcessingTime("1m"), late: afterCount(1) }),
      allowedLateness: "10m",
      accumulation: "discarding",
    })
    .groupBy("user_pseudo_id")
    .aggregate({ event_count: count() }),
}));
