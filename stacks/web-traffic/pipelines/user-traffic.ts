import { bounded, count, countDistinct, max, min, pipeline, string, sum } from "../../../pipeline";
import { Event } from "../event";

/** What each user viewed and was sent; and what the run was of, in a line that people read. */
export const userTraffic = pipeline("user-traffic", { events: bounded(Event) }, ({ events }) => ({
  user_traffic: events.groupBy("user_id").aggregate({
    pageviews: count(),
    total_bytes: sum("num_bytes"),
    max_bytes: max("num_bytes"),
    min_bytes: min("num_bytes"),
  }),
  metrics: events
    .aggregate({
      pageviews: count(),
      users: countDistinct("user_id"),
      bytes: sum("num_bytes"),
      first: min("timestamp"),
      last: max("timestamp"),
    })
    .map({ line: string() }, ({ pageviews, users, bytes, first, last }) => ({
      line: `${pageviews} pageviews of ${users} users, ${bytes} bytes, from ${first} to ${last}`,
    })),
}));
