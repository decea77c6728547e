/** What runs for half an hour: clicks and points by user and ten seconds. */
import {
  afterCount,
  afterWatermark,
  count,
  fixed,
  integer,
  pipeline,
  schema,
  string,
  sum,
  timestamp,
  windowStart,
} from "../../pipeline";

const Click = schema("click", { user: string(), points: integer(), at: timestamp({ encoding: "epoch-millis" }) });

/** Milliseconds. */
export const WINDOW = 10_000;
export const USERS = 1_000;

export const soaked = pipeline("soaked", { clicks: Click }, ({ clicks }) => ({
  panes: clicks
    .eventTime("at", { maxDelay: "5s" })
    .window(fixed("10s"), {
      trigger: afterWatermark({ late: afterCount(1) }),
      allowedLateness: "2m",
      accumulation: "discarding",
    })
    .groupBy("user")
    .aggregate({ window_start: windowStart(), clicks: count(), points: sum("points") }),
}));

const column = (name: string, type: string) => ({ name, type, mode: "REQUIRED" });

export const columns = [
  column("user", "STRING"),
  column("window_start", "TIMESTAMP"),
  column("clicks", "INTEGER"),
  column("points", "INTEGER"),
];
