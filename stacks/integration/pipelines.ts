import { bounded, count, date, fixed, numeric, pipeline, string, sum, windowStart } from "../../pipeline";
import { Purchase, UserEvent } from "./events";

/**
 * What was paid for each category of products, minute by minute: purchases only, appended.
 *
 * A purchase that comes late, within ten minutes, gives its minute another row with what is new in it, so a minute's
 * amount is the sum of its rows. Later ones are set aside with their reason, as is a purchase that is none.
 */
export const purchaseSummary = pipeline("purchase-summary", { events: UserEvent }, ({ events }) => ({
  summary: events
    .filter((event) => event.event_type === "purchase")
    .assert(
      "a purchase has a category, and an amount that is not below zero",
      (event) => event.product_category !== null && event.amount !== null && !event.amount.startsWith("-"),
    )
    .map({ product_category: string(), amount: numeric(), occurred_at: UserEvent.fields.occurred_at }, (event) => ({
      product_category: event.product_category ?? "",
      amount: event.amount ?? "0",
      occurred_at: event.occurred_at,
    }))
    .eventTime("occurred_at", { maxDelay: "30s" })
    .window(fixed("1m"), { allowedLateness: "10m", accumulation: "discarding" })
    .groupBy("product_category")
    .aggregate({ minute: windowStart(), amount: sum("amount"), purchases: count() }),
}));

/** What was paid for each category, day by day: of files, all of them, each night anew. A copy of a purchase counts once. */
export const purchaseHistory = pipeline("purchase-history", { purchases: bounded(Purchase) }, ({ purchases }) => ({
  history: purchases
    .distinct("purchase_id")
    .map({ day: date(), product_category: string(), amount: numeric() }, (purchase) => ({
      day: purchase.purchased_at.slice(0, 10),
      product_category: purchase.product_category,
      amount: purchase.amount,
    }))
    .groupBy("day", "product_category")
    .aggregate({ amount: sum("amount"), purchases: count() }),
}));
