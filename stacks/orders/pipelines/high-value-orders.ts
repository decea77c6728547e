import { integer, pipeline } from "../../../pipeline";
import { Order } from "../events";

/** Large orders, with how many things were ordered and when we had them. The smallest that is large is 100 exactly. */
export const highValueOrders = pipeline("high-value-orders", { orders: Order }, ({ orders }) => ({
  orders: orders
    .withFields({ total_items: integer() }, (order) => ({
      total_items: order.items.reduce((total, item) => total + item.quantity, 0),
    }))
    .processingTime("processing_timestamp")
    .filter((order, { decimal }) => decimal.compare(order.amount, "100") >= 0),
}));
