import { Fatal, httpFunction, onMessage, type Context } from "../../../../handler";
import { OrderEvent, type Event } from "../../events";
import { commit, written } from "./documents";

/** projects/P/databases/D */
const database = process.env["DATABASE"] ?? "";

/**
 * Handles an event by its type, keeps it in `events` and tells of it on the topic of results. What fails is kept in
 * `failed_events`, and comes again unless it never can succeed. Documents are found by the message's id: a copy, or
 * another attempt, writes the same document again, and takes away what failed before.
 */
export const processEvent = httpFunction(
  onMessage(OrderEvent, async (event, context) => {
    const { fetch, publish, message, log } = context;
    const path = (collection: string) => `${database}/documents/${collection}/${message.id}`;
    try {
      handle(event, context);
      const timestamp = await commit(fetch, database, [
        written(path("events"), { data: event }, "processed_at"),
        { delete: path("failed_events") },
      ]);
      await publish({ order_id: event.order_id, processed: true, timestamp });
    } catch (error) {
      const says = error instanceof Error ? error.message : String(error);
      await commit(fetch, database, [written(path("failed_events"), { data: event, error: says }, "failed_at")]).catch(
        (again: unknown) => log("ERROR", `a failure is not kept: ${String(again)}`, { message_id: message.id }),
      );
      throw error;
    }
  }),
);

/** Your own business: stock, mails, labels, refunds. Each may be asked for twice, and has to tell. */
function handle({ event_type, order_id, tracking_number }: Event, { log }: Pick<Context, "log">): void {
  switch (event_type) {
    case "order.created":
      return log("INFO", "an order is created", { order_id });
    case "order.shipped":
      if (tracking_number === null) throw new Fatal("what is shipped has a tracking_number");
      return log("INFO", "an order is shipped", { order_id, tracking_number });
    case "order.cancelled":
      return log("INFO", "an order is cancelled", { order_id });
    default:
      throw new Fatal(`nobody knows what to do when "${event_type}"`);
  }
}
