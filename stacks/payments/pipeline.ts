import { count, fixed, max, pipeline, sum, windowStart } from "../../pipeline";
import { isPayable, payable, Payment } from "./payment";

/**
 * Each payment once, however often it was sent or delivered, and what each merchant was paid in each hour.
 *
 * - A copy that its sender sent again is another message to Pub/Sub: only the payment's own id tells.
 * - Ids are remembered for as long as an hour of the day before may still get a late payment. A copy that comes after
 *   that is too late for its hour as well, so it counts nowhere twice; in `payments` it replaces its own row.
 * - Nothing here asks a clock, draws lots or looks anything up: whatever is computed again comes out the same.
 * - Amounts are NUMERIC: their sum does not depend on the order in which they come, as that of floats does.
 * - A late payment gives its hour's row again, with all there is by then, and that row takes the place of the one before.
 */
export const payments = pipeline("payments", { payments: Payment }, ({ payments }) => {
  const once = payments
    .assert(payable, isPayable)
    .eventTime("paid_at", { maxDelay: "5m" })
    .distinct("payment_id", { within: "25h" });
  return {
    payments: once,
    per_merchant: once
      .window(fixed("1h"), { allowedLateness: "1d", accumulation: "accumulating" })
      .groupBy("merchant_id", "currency")
      .aggregate({ hour: windowStart(), payments: count(), amount: sum("amount"), largest: max("amount") }),
  };
});
