import { httpFunction, Surroundings } from "../../../../handler";

/** projects/P/databases/D */
const database = process.env["DATABASE"] ?? "";
const around = new Surroundings();

/** Of those that are gone, there is a document as well. */
const PRESENT = { fieldFilter: { field: { fieldPath: "present" }, op: "EQUAL", value: { booleanValue: true } } };

/** How many files there are, in the log. Firestore counts them: no document is read. */
export const countFiles = httpFunction(async () => {
  const answer = await around.fetch(`https://firestore.googleapis.com/v1/${database}/documents:runAggregationQuery`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      structuredAggregationQuery: {
        structuredQuery: { from: [{ collectionId: "files" }], where: PRESENT },
        aggregations: [{ alias: "files", count: {} }],
      },
    }),
  });
  if (!answer.ok) throw new Error(`Firestore answers ${answer.status}: ${await answer.text()}`);
  const [first] = (await answer.json()) as readonly {
    readonly result?: { readonly aggregateFields: { readonly files: { readonly integerValue: string } } };
  }[];
  const files = Number(first?.result?.aggregateFields.files.integerValue ?? 0);
  around.log("INFO", "files", { files });
  return { status: 200, body: { files } };
}, around);
