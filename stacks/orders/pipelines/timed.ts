import { numeric, string, timestamp, type Collection, type WindowOptions } from "../../../pipeline";
import { Order } from "../events";

/** Orders with what Pub/Sub knows of them: when it had them, where nobody else says. */
export const OrderMessage = Order.withMetadata();

/**
 * Orders as they are counted: each at the time at which it was ordered, or published where its sender does not say; of
 * the user that was signed in, or the customer of a guest's. An order may come half a minute late.
 */
export const timed = (orders: Collection<typeof OrderMessage.fields, "row-wise">) =>
  orders
    .map(
      { order_id: string(), user_id: string(), category: string(), amount: numeric(), ordered_at: timestamp() },
      (order) => ({
        order_id: order.order_id,
        user_id: order.user_id ?? order.customer_id,
        category: order.category ?? "unknown",
        amount: order.amount,
        ordered_at: order.created_at ?? order.publish_time,
      }),
    )
    .eventTime("ordered_at", { maxDelay: "30s" });

/**
 * An order that is later than that gives its window's row again, with all there is by then: of the rows of a window, that
 * with the most orders counts. After two minutes more it is set aside as late.
 */
export const late: WindowOptions = { allowedLateness: "2m", accumulation: "accumulating" };
