import { Fatal, httpFunction, onMessage } from "../../../../handler";

/** Files come into one bucket, and copies go into another one: this function is never called for its own. */
const { UPLOADS = "", PROCESSED = "" } = process.env;
/** More than the function's memory has room for. */
const MOST_BYTES = 64 * 1024 * 1024;
const storage = "https://storage.googleapis.com";

/** An object has come: its copy in upper case is written as processed_<name>. The same object twice is the same copy. */
export const processFile = httpFunction(
  onMessage(async ({ attributes, data }, { fetch, log }) => {
    const { bucketId, objectId, objectGeneration } = attributes;
    if (bucketId !== UPLOADS || !objectId || !objectGeneration) {
      throw new Fatal("the message names no object of the bucket for uploads");
    }
    // What this function wrote, though somebody copies it back.
    if (objectId.startsWith("processed_")) return;
    if (sizeOf(data) > MOST_BYTES) throw new Fatal(`the object is larger than ${MOST_BYTES} bytes`);
    const content = await fetch(
      `${storage}/storage/v1/b/${UPLOADS}/o/${encodeURIComponent(objectId)}?alt=media&generation=${objectGeneration}`,
    );
    // It was deleted or replaced by now: of what replaced it, another message tells.
    if (content.status === 404) return;
    if (!content.ok) throw new Error(`Cloud Storage answers ${content.status} for the object`);
    const text = textOf(await content.arrayBuffer()).toUpperCase();
    const name = encodeURIComponent(`processed_${objectId}`);
    const answer = await fetch(`${storage}/upload/storage/v1/b/${PROCESSED}/o?uploadType=media&name=${name}`, {
      method: "POST",
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: text,
    });
    if (!answer.ok) throw new Error(`Cloud Storage answers ${answer.status} for the copy`);
    log("INFO", "processed", { characters: text.length });
  }),
);

/** As Cloud Storage says it. */
function sizeOf(data: Uint8Array): number {
  const { size } = JSON.parse(Buffer.from(data).toString() || "{}") as { readonly size?: string };
  return Number(size ?? 0);
}

function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fatal("the object is no text");
  }
}
