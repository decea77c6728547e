import { integer, nullable, numeric, pipeline, sideInput, string } from "../../../pipeline";
import { Order, Product } from "../events";

/**
 * Each line of an order with what is known of its product. Products are read at the start and once an hour, and
 * looked up in memory. What the outputs need is opened once, and rows are written many at once: that is a runner's
 * business, so no step says it.
 */
export const ordersWithProducts = pipeline(
  "orders-with-products",
  { orders: Order, products: sideInput(Product, { key: "product_id", refresh: "1h" }) },
  ({ orders, products }) => ({
    orders: orders.select("order_id", "customer_id", "amount", "created_at"),
    lines: orders
      .flatMap({ order_id: string(), product_id: string(), quantity: integer() }, (order) =>
        order.items.map((item) => ({ order_id: order.order_id, ...item })),
      )
      // What is sold before it is in the table is a line all the same, without a price.
      .enrich(products, { on: { product_id: "product_id" } })
      .withFields({ value: nullable(numeric()) }, (line, { decimal }) => ({
        value: line.price === null ? null : decimal.multiply(line.price, decimal.of(line.quantity)),
      })),
  }),
);
