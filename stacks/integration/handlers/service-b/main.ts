import { Fatal, onMessage, serve } from "../../../../handler";
import { Request } from "../../events";

const bucket = process.env["BUCKET"] ?? "";

/** Keeps each request as an object that is called by it: a copy of a request finds it there, and changes nothing. */
export const serving = serve({
  "POST /": onMessage(Request, async (request, { fetch }) => {
    const { request_id, user_id } = request;
    if (![request_id, user_id].every((id) => /^[\w-]{1,100}$/.test(id))) {
      throw new Fatal("a request has ids of letters, digits, _ and -");
    }
    const name = encodeURIComponent(`requests/${user_id}/${request_id}.json`);
    const answer = await fetch(
      `https://storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}&ifGenerationMatch=0`,
      { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(request) },
    );
    if (answer.ok || answer.status === 412) return;
    throw new Error(`Cloud Storage answers ${answer.status}: ${await answer.text()}`);
  }),
});
