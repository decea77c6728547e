import { onMessage, serve } from "../../../../handler";
import { SecondResult } from "../../events";

/** The end of the chain. Who waits for the order hears of it. */
export const serving = serve({
  "POST /": onMessage(SecondResult, async ({ order_id, step2_result, timestamp }, { publish, log }) => {
    await publish({ order_id, processed: true, timestamp });
    log("INFO", "an order went through all steps", { order_id, sent_as: step2_result });
  }),
});
