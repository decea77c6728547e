import { integer, numeric, pipeline, string, timestamp } from "../../../pipeline";
import { OrderMessage, timed } from "./timed";

/**
 * Each order with how many its user has placed by then. A user is remembered for a year after the last order: a
 * state that is kept for ever only grows.
 */
export const orderCounts = pipeline("order-counts", { orders: OrderMessage }, ({ orders }) => ({
  counts: orders
    .apply(timed)
    .groupBy("user_id")
    .stateful({
      state: { orders: integer() },
      initial: { orders: 0 },
      timeToLive: "365d",
      output: {
        user_id: string(),
        order_count: integer(),
        order_id: string(),
        amount: numeric(),
        ordered_at: timestamp(),
      },
      process: ({ user_id, order_id, amount, ordered_at }, state) => {
        const order_count = state.orders + 1;
        return {
          state: { orders: order_count },
          output: [{ user_id, order_count, order_id, amount, ordered_at }],
        };
      },
    }),
}));
