import { boolean, pipeline, string } from "../../../pipeline";
import { Order } from "../events";

/**
 * What is an order goes on; what is none is set aside with the reason. That order_id, amount and customer_id are there is
 * said by the schema, and that they say something here: what no step looks at is not read from a message at all.
 * `raw_data` is the message's bytes in base64: what is no text comes out as it came.
 */
export const orderValidation = pipeline("order-validation", { orders: Order }, ({ orders }) => {
  const complete = orders.assert(
    "an order has an order_id, a customer_id and an amount of at least nothing",
    (order, { decimal }) =>
      order.order_id !== "" && order.customer_id !== "" && decimal.compare(order.amount, "0") >= 0,
  );
  return {
    valid: complete.map({ order_id: string(), processed: boolean() }, ({ order_id }) => ({
      order_id,
      processed: true,
    })),
    "dead-letter": orders.errors.flatten(complete.errors).select("raw_data", "error", "message_id"),
  };
});
