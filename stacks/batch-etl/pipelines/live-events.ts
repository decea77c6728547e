import { pipeline, schema, string, timestamp } from "../../../pipeline";

/** Something that a user did, as it happens. */
export const LiveEvent = schema("live_event", {
  timestamp: timestamp(),
  user_id: string(),
  event: string(),
});

/** A row for each event. The message's id tells a copy. */
export const liveEvents = pipeline("live-events", { events: LiveEvent.withMetadata() }, ({ events }) => ({
  events: events.select("timestamp", "user_id", "event", "message_id"),
}));
