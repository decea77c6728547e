import { numeric, schema, string, timestamp, type RowOf } from "../../pipeline";

/** Somebody paid. Whoever takes the payment makes its id, once, and sends the same one however often it sends. */
export const Payment = schema("payment", {
  payment_id: string({ description: "the same in every copy" }),
  merchant_id: string(),
  amount: numeric({ description: "exact, in the currency's unit" }),
  currency: string({ values: ["EUR", "GBP", "USD"], description: "each of two decimals" }),
  paid_at: timestamp(),
});

/** What a payment must be, beyond its fields. */
export const payable = "a payment has ids of letters, digits, _ and -, and an amount above zero in whole cents";

/**
 * Whether it is that. The pipeline and the books ask the same function, so that neither takes what the other refuses;
 * it is text to the pipeline, and so uses nothing from outside.
 */
export const isPayable = (payment: RowOf<typeof Payment>): boolean =>
  [payment.payment_id, payment.merchant_id].every((id) => /^[A-Za-z0-9_-]{1,100}$/.test(id)) &&
  /^\d+(\.\d{1,2})?$/.test(payment.amount) &&
  /[1-9]/.test(payment.amount);
