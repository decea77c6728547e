import { documentOf, type StackDocument } from "../../../local/stack/document";

/** A synthesized stack, from what matters to a test. */
export function stackOf(sections: { readonly [section: string]: unknown }, app = "/app"): StackDocument {
  const provider = { google: [{ project: "acme-dev", region: "europe-west1" }] };
  return documentOf(JSON.stringify({ provider, ...sections }), "clicks-dev", app);
}
