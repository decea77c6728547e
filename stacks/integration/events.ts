import { nullable, numeric, schema, string, timestamp } from "../../pipeline";

/** What somebody did: all that comes in through the topic `input`. Its kind, region and tier are attributes as well. */
export const UserEvent = schema("user_event", {
  event_id: string({ description: "the same in every copy" }),
  event_type: string({ description: "user_signup, purchase, ..." }),
  user_id: string(),
  user_tier: nullable(string({ description: "premium, free" })),
  region: nullable(string()),
  product_category: nullable(string({ description: "of a purchase" })),
  amount: nullable(numeric({ description: "of a purchase, exact" })),
  occurred_at: timestamp(),
});

/** What service A asks service B to keep. */
export const Request = schema("request", {
  request_id: string({ description: "made by the client, the same in every copy" }),
  user_id: string({ description: "the requests of one user are kept in the order in which they came" }),
  text: string(),
});

/** Something that is well, or has changed: what is watched. */
export const Notice = schema("notice", {
  check: string({ description: "health, file" }),
  subject: nullable(string({ description: "what it is about" })),
});

/** A line of a file of purchases. */
export const Purchase = schema("purchase", {
  purchase_id: string(),
  product_category: string(),
  amount: numeric(),
  purchased_at: timestamp(),
});
