import { Surroundings } from "../../../../handler";

const around = new Surroundings();
const { SUBSCRIPTION = "", BUCKET = "" } = process.env;
const MOST = 100;

interface Pulled {
  readonly receivedMessages?: readonly {
    readonly ackId: string;
    readonly message: { readonly messageId: string; readonly data?: string };
  }[];
}

/** One of many tasks: each takes messages until there are none, and keeps each of them under its id. */
export const done = run().then(
  (kept) => around.log("INFO", "done", { kept, task: process.env["CLOUD_RUN_TASK_INDEX"] ?? "0" }),
  (error: unknown) => {
    around.log("ERROR", error instanceof Error ? error.message : String(error));
    // Cloud Run tries the task again; what was not acknowledged comes again as well.
    process.exitCode = 1;
  },
);

async function run(): Promise<number> {
  let kept = 0;
  for (;;) {
    const { receivedMessages = [] } = (await call("pull", { maxMessages: MOST })) as Pulled;
    if (receivedMessages.length === 0) return kept;
    for (const { message } of receivedMessages) await keep(message.messageId, message.data ?? "");
    // What was kept and is not acknowledged is kept again, under the same name.
    await call("acknowledge", { ackIds: receivedMessages.map(({ ackId }) => ackId) });
    kept += receivedMessages.length;
  }
}

async function call(verb: string, body: object): Promise<unknown> {
  return (await answered(`https://pubsub.googleapis.com/v1/${SUBSCRIPTION}:${verb}`, JSON.stringify(body))).json();
}

async function keep(id: string, data: string): Promise<void> {
  const url = `https://storage.googleapis.com/upload/storage/v1/b/${BUCKET}/o?uploadType=media&name=events/${id}.json`;
  await answered(url, Buffer.from(data, "base64"));
}

async function answered(url: string, body: string | Uint8Array<ArrayBuffer>): Promise<Response> {
  const headers = { "content-type": "application/json" };
  const answer = await around.fetch(url, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
  return answer;
}
