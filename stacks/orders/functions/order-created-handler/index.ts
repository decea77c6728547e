import { httpFunction, onMessage } from "../../../../handler";
import { OrderEvent } from "../../events";

/** New orders, and nothing else: Pub/Sub delivers no other. */
export const handleOrderCreated = httpFunction(
  onMessage(OrderEvent, ({ order_id }, { log }) => log("INFO", "an order is created", { order_id })),
);
