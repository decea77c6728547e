/** JSON as Firestore's API writes it. */
type Value = { readonly [kind: string]: unknown };

function valueOf(json: unknown): Value {
  if (json === null || json === undefined) return { nullValue: null };
  if (typeof json === "string") return { stringValue: json };
  if (typeof json === "boolean") return { booleanValue: json };
  if (typeof json === "number") return Number.isInteger(json) ? { integerValue: `${json}` } : { doubleValue: json };
  if (Array.isArray(json)) return { arrayValue: { values: json.map(valueOf) } };
  return { mapValue: { fields: fieldsOf(json) } };
}

const fieldsOf = (json: object): { readonly [name: string]: Value } =>
  Object.fromEntries(Object.entries(json).map(([name, value]) => [name, valueOf(value)]));

/** What is to become of a document, in a commit. */
type Write = { readonly delete: string } | { readonly update: object; readonly updateTransforms: readonly object[] };

/** The document is this, and has the server's time in a field. */
export const written = (name: string, fields: object, at: string): Write => ({
  update: { name, fields: fieldsOf(fields) },
  updateTransforms: [{ fieldPath: at, setToServerValue: "REQUEST_TIME" }],
});

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * All of it or nothing.
 * @returns when it was
 * @throws Error where Firestore does not take it
 */
export async function commit(fetch: Fetch, database: string, writes: readonly Write[]): Promise<string> {
  const answer = await fetch(`https://firestore.googleapis.com/v1/${database}/documents:commit`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ writes }),
  });
  if (!answer.ok) throw new Error(`Firestore answers ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { readonly commitTime: string }).commitTime;
}
