import { Fatal, httpFunction, onMessage } from "../../../../handler";
import { OrderEvent } from "../../events";

/** What was shipped, and nothing else: the customer is told where it is. */
export const handleOrderShipped = httpFunction(
  onMessage(OrderEvent, ({ order_id, tracking_number }, { log }) => {
    if (tracking_number === null) throw new Fatal("what is shipped has a tracking_number");
    log("INFO", "an order is shipped", { order_id, tracking_number });
  }),
);
