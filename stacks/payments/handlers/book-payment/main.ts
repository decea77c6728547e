import { Fatal, onMessage, serve } from "../../../../handler";
import type { RowOf } from "../../../../pipeline";
import { isPayable, payable, Payment } from "../../payment";

/** projects/P/databases/D */
const books = process.env["BOOKS"] ?? "";

/**
 * Books a payment once, however often it comes. That it is booked and that its merchant's balance grows is one commit:
 * both are so or neither, and a second copy finds that it is booked.
 */
export const serving = serve({
  "POST /": onMessage(Payment, async (payment, { fetch, log, message }) => {
    if (!isPayable(payment)) throw new Fatal(payable);
    const answer = await fetch(`https://firestore.googleapis.com/v1/${books}/documents:commit`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ writes: writesOf(payment) }),
    });
    if (answer.ok) return;
    const { error } = (await answer.json()) as {
      readonly error: { readonly status: string; readonly message: string };
    };
    // Who came at the same moment is told 409 as well, with another word: that one comes again.
    if (error.status !== "ALREADY_EXISTS") throw new Error(`Firestore: ${error.message}`);
    log("INFO", "a payment came again, and is booked already", { message_id: message.id });
  }),
});

function writesOf(payment: RowOf<typeof Payment>): readonly object[] {
  const { payment_id, merchant_id, currency, paid_at } = payment;
  const cents = { integerValue: centsOf(payment) };
  return [
    {
      update: {
        name: `${books}/documents/bookings/${payment_id}`,
        fields: {
          merchant_id: { stringValue: merchant_id },
          currency: { stringValue: currency },
          cents,
          paid_at: { timestampValue: paid_at },
        },
      },
      updateTransforms: [{ fieldPath: "booked_at", setToServerValue: "REQUEST_TIME" }],
      currentDocument: { exists: false },
    },
    {
      transform: {
        document: `${books}/documents/balances/${merchant_id}-${currency}`,
        fieldTransforms: [{ fieldPath: "cents", increment: cents }],
      },
    },
  ];
}

/** Whole cents, as text of 64 bits: exact, whatever is added to what. */
function centsOf({ amount }: RowOf<typeof Payment>): string {
  const [units = "", decimals = ""] = amount.split(".");
  return BigInt(`${units}${decimals.padEnd(2, "0")}`).toString();
}
