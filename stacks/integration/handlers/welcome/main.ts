import { onMessage, serve } from "../../../../handler";
import { UserEvent } from "../../events";

const { WELCOME_QUEUE = "", WELCOME_URL = "", WELCOME_ACCOUNT = "", WELCOME_AUDIENCE = "" } = process.env;
const LATER = 5 * 60_000;

/**
 * For each new premium user, a task that is due in five minutes. It is called by the event, so a copy of the event makes
 * no second one.
 */
export const serving = serve({
  "POST /": onMessage(UserEvent, async ({ event_id, user_id }, { fetch, log, message }) => {
    const name = `${WELCOME_QUEUE}/tasks/welcome-${Buffer.from(event_id).toString("hex")}`;
    const body = Buffer.from(JSON.stringify({ user_id, action: "send_email" })).toString("base64");
    const answer = await fetch(`https://cloudtasks.googleapis.com/v2/${WELCOME_QUEUE}/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        task: {
          name,
          scheduleTime: new Date(Date.now() + LATER).toISOString(),
          httpRequest: {
            httpMethod: "POST",
            url: WELCOME_URL,
            headers: { "Content-Type": "application/json" },
            body,
            oidcToken: { serviceAccountEmail: WELCOME_ACCOUNT, audience: WELCOME_AUDIENCE },
          },
        },
      }),
    });
    // It is there, or was within the last days.
    if (answer.status === 409) return log("INFO", "a copy", { message_id: message.id });
    if (!answer.ok) throw new Error(`Cloud Tasks answers ${answer.status}: ${await answer.text()}`);
  }),
});
