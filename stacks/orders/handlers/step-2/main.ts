import { onMessage, serve } from "../../../../handler";
import { FirstResult } from "../../events";

/** What it is sent as. All that step 1 said goes on. */
export const serving = serve({
  "POST /": onMessage(FirstResult, async (first, { publish }) => {
    await publish({ ...first, step2_result: first.step1_result > 3 ? "parcel" : "letter" });
  }),
});
