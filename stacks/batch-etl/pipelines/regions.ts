import { bounded, count, float, pipeline, schema, string, sum } from "../../../pipeline";

const Recent = schema("recent_event", { user_id: string(), value: float() });
export const UserRegion = schema("user_region", { user_id: string(), region: string({ description: "eu, us, ..." }) });

/** Each region's users, for a table of its own. A user without a region is in none. */
export const regions = pipeline(
  "regions",
  { events: bounded(Recent), users: bounded(UserRegion) },
  ({ events, users }) => ({
    users: events
      .groupBy("user_id")
      .aggregate({ events: count(), value: sum("value") })
      .join(users, { on: "user_id", type: "inner" }),
  }),
);
