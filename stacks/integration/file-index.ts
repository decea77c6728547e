/** Which files there are, in Firestore: a document for each, `files/<a hash of its name>`. */
import { createHash } from "node:crypto";
import type { Context } from "../../handler";

interface StoredObject {
  readonly name: string;
  /** Grows with each state of the object: what tells which of two events is the later. */
  readonly generation: string;
}

interface FileDocument {
  readonly fields: {
    readonly name: { readonly stringValue: string };
    readonly generation: { readonly integerValue: string };
  };
  readonly updateTime: string;
}

type Fetch = Context["fetch"];

/** Names of objects are longer than names of documents, and have "/" in them. */
const addressOf = (database: string, name: string): string =>
  `https://firestore.googleapis.com/v1/${database}/documents/files/${createHash("sha256").update(name).digest("hex")}`;

/** @returns what is known of a file; null where there is none */
export async function fileAt(database: string, name: string, fetch: Fetch): Promise<FileDocument | null> {
  const answer = await fetch(addressOf(database, name));
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`Firestore answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as FileDocument;
}

/** A file is there. An event that comes after one of a later state changes nothing. */
export async function remember(database: string, { name, generation }: StoredObject, fetch: Fetch): Promise<void> {
  const known = await fileAt(database, name, fetch);
  if (known !== null && BigInt(known.fields.generation.integerValue) >= BigInt(generation)) return;
  await write(`${addressOf(database, name)}?${onlyIf(known).toString()}`, fetch, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fields: { name: { stringValue: name }, generation: { integerValue: generation } } }),
  });
}

/**
 * A file is gone. One that was replaced is told as gone as well, at times after its successor has come: that one stays.
 */
export async function forget(database: string, { name, generation }: StoredObject, fetch: Fetch): Promise<void> {
  const known = await fileAt(database, name, fetch);
  if (known === null || BigInt(known.fields.generation.integerValue) > BigInt(generation)) return;
  await write(`${addressOf(database, name)}?${onlyIf(known).toString()}`, fetch, { method: "DELETE" });
}

/** Whoever wrote since it was looked at wins; the event comes again, and looks again. */
const onlyIf = (known: FileDocument | null): URLSearchParams =>
  new URLSearchParams(
    known === null ? { "currentDocument.exists": "false" } : { "currentDocument.updateTime": known.updateTime },
  );

async function write(url: string, fetch: Fetch, init: RequestInit): Promise<void> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`Firestore answers ${answer.status}: ${await answer.text()}`);
}
