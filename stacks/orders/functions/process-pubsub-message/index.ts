import { httpFunction, onMessage } from "../../../../handler";

/**
 * An order, processed. What is no JSON or no order is thrown, which Pub/Sub sees as an error: the message comes
 * again with growing pauses, and after its last attempt it is a dead letter. So it is with whatever else fails.
 */
export const processPubsubMessage = httpFunction(
  onMessage(({ data, id }, { log }) => {
    const { order_id, amount } = orderOf(Buffer.from(data).toString());
    log("INFO", "an order is processed", { message_id: id, order_id, status: "processed", amount });
  }),
);

function orderOf(text: string): { readonly order_id: string; readonly amount: number } {
  const { order_id, amount } = { ...(JSON.parse(text) as { readonly [name: string]: unknown } | null) };
  if (typeof order_id === "string" && typeof amount === "number") return { order_id, amount };
  throw new Error("an order has an order_id, which is a text, and an amount, which is a number");
}
