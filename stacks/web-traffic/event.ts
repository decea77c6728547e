import { integer, schema, string, timestamp } from "../../pipeline";

/** A page was viewed: a line of events.json. What else a line says is passed over. */
export const Event = schema("event", {
  user_id: string(),
  timestamp: timestamp({ description: "YYYY-MM-DD HH:MM:SS, in UTC where no zone is said" }),
  num_bytes: integer({ description: "of the answer" }),
});
