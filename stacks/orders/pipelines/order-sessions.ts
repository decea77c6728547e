import { count, pipeline, sessions, windowEnd, windowStart } from "../../../pipeline";
import { late, OrderMessage, timed } from "./timed";

/**
 * What each user orders in one go, which is over when ten minutes have gone by without an order. Beside the other
 * windows, not with them: it has another idea of when it is done.
 */
export const orderSessions = pipeline("order-sessions", { orders: OrderMessage }, ({ orders }) => ({
  sessions: orders
    .apply(timed)
    .window(sessions({ gap: "10m" }), late)
    .groupBy("user_id")
    .aggregate({ started: windowStart(), ended: windowEnd(), orders: count() }),
}));
