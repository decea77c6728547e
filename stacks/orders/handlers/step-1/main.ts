import { onMessage, serve } from "../../../../handler";
import { OrderEvent } from "../../events";

/** How many things were ordered. Only when Pub/Sub has the result is the order acknowledged: none is lost between. */
export const serving = serve({
  "POST /": onMessage(OrderEvent, async (order, { publish, message }) => {
    const step1_result = order.items.reduce((total, item) => total + item.quantity, 0);
    await publish({ order_id: order.order_id, original: order, step1_result, timestamp: message.publishTime });
  }),
});
