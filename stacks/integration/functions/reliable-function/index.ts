import { Fatal, httpFunction, onMessage } from "../../../../handler";
import { UserEvent } from "../../events";

/** projects/P/databases/D */
const database = process.env["DATABASE"] ?? "";

/**
 * Keeps each event as a document, once. What may go better next time is thrown, and comes again; what never will is
 * `Fatal`, and is set aside with its reason.
 */
export const reliableFunction = httpFunction(
  onMessage(UserEvent, async ({ event_id, event_type, user_id, occurred_at }, { fetch }) => {
    if (!/^[\w-]{1,100}$/.test(event_id)) throw new Fatal("an event has an id of letters, digits, _ and -");
    const answer = await fetch(
      `https://firestore.googleapis.com/v1/${database}/documents/events?documentId=${event_id}`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          fields: {
            event_type: { stringValue: event_type },
            user_id: { stringValue: user_id },
            occurred_at: { timestampValue: occurred_at },
          },
        }),
      },
    );
    // 409: a copy.
    if (answer.ok || answer.status === 409) return;
    const says = `Firestore answers ${answer.status}: ${await answer.text()}`;
    throw answer.status === 400 ? new Fatal(says) : new Error(says);
  }),
);
