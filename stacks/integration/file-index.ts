/**
 * Which files there are, in Firestore: a document for each name, `files/<a hash of it>`. Events come more than once and in
 * any order, so a file that is gone keeps its document: what was told of it earlier, and comes later, changes nothing.
 */
import { createHash } from "node:crypto";
import type { Context } from "../../handler";

/** A state of a file. */
export interface FileState {
  readonly name: string;
  /** Grows with each state of the object: what tells which of two events is the later. */
  readonly generation: string;
  /** Whether the file is there, or was and is gone. */
  readonly present: boolean;
}

interface FileDocument {
  readonly fields: {
    readonly name: { readonly stringValue: string };
    readonly generation: { readonly integerValue: string };
    readonly present: { readonly booleanValue: boolean };
  };
  readonly updateTime: string;
}

type Fetch = Context["fetch"];

const FIRESTORE = "https://firestore.googleapis.com/v1";

/** Names of objects are longer than names of documents, and have "/" in them. */
const pathOf = (database: string, name: string): string =>
  `${database}/documents/files/${createHash("sha256").update(name).digest("hex")}`;

/** @returns what is known of a file that is there; undefined where there is none */
export async function fileAt(database: string, name: string, fetch: Fetch): Promise<FileState | undefined> {
  const { fields } = (await read(pathOf(database, name), fetch)) ?? {};
  if (fields?.present.booleanValue !== true) return undefined;
  return { name, generation: fields.generation.integerValue, present: true };
}

/** Writes a state down, unless a later one is known. Of one generation, that it is gone is the later. */
export async function remember(database: string, state: FileState, fetch: Fetch): Promise<void> {
  const { name, generation, present } = state;
  const path = pathOf(database, name);
  const known = await read(path, fetch);
  if (known !== undefined && isLater(known, state)) return;
  const update = {
    name: path,
    fields: {
      name: { stringValue: name },
      generation: { integerValue: generation },
      present: { booleanValue: present },
    },
  };
  // Whoever wrote since it was looked at wins; the event comes again, and looks again.
  const currentDocument = known === undefined ? { exists: false } : { updateTime: known.updateTime };
  const answer = await fetch(`${FIRESTORE}/${database}/documents:commit`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ writes: [{ update, currentDocument }] }),
  });
  if (!answer.ok) throw new Error(`Firestore answers ${answer.status}: ${await answer.text()}`);
}

function isLater({ fields }: FileDocument, { generation, present }: FileState): boolean {
  const [known, told] = [BigInt(fields.generation.integerValue), BigInt(generation)];
  return known > told || (known === told && (present || !fields.present.booleanValue));
}

async function read(path: string, fetch: Fetch): Promise<FileDocument | undefined> {
  const answer = await fetch(`${FIRESTORE}/${path}`);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`Firestore answers ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as FileDocument;
}
