import { bounded, count, fixed, pipeline, windowStart } from "../../../pipeline";
import { Event } from "../event";

/** How many pages were viewed in each minute; a minute without any has no row. */
export const minuteTraffic = pipeline("minute-traffic", { events: bounded(Event) }, ({ events }) => ({
  minute_traffic: events
    .eventTime("timestamp")
    .window(fixed("1m"))
    .aggregate({ timestamp: windowStart(), pageviews: count() }),
}));
