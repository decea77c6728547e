import { httpFunction, onMessage } from "../../../../handler";
import { OrderEvent } from "../../events";

/** project.dataset.table */
const [project, dataset, table] = (process.env["TABLE"] ?? "").split(".");

/**
 * A row for each event, whatever its type. A copy that comes within about a minute is told by its `insertId`; one
 * that comes later has the same `message_id`.
 */
export const analyzeOrders = httpFunction(
  onMessage(OrderEvent, async ({ event_type, order_id, amount }, { fetch, message }) => {
    const json = { message_id: message.id, publish_time: message.publishTime, event_type, order_id, amount };
    const answer = await fetch(
      `https://bigquery.googleapis.com/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${table}/insertAll`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ rows: [{ insertId: message.id, json }] }),
      },
    );
    // A row that is refused is answered 200, with the reason in the body.
    const text = await answer.text();
    if (!answer.ok || text.includes('"insertErrors"')) throw new Error(`BigQuery answers ${answer.status}: ${text}`);
  }),
);
