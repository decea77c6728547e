import { limits } from "../core/limits";

const quotas = "https://cloud.google.com/firestore/quotas#collections_documents_and_fields";
const BYTES = 1_500;

export const collectionRule = limits("Firestore").matches(
  "collection",
  /^(?!\.{1,2}$)(?!__.*__$)[^/]{1,1500}$/,
  'takes names of collections without "/", and no "." , ".." or __name__',
  quotas,
);

/** What is wrong with the path of a field, "customer.address.city"; undefined where nothing is. */
export function pathFault(path: string): string | undefined {
  const bytes = Buffer.byteLength(path);
  if (bytes > BYTES) return `Firestore takes ${BYTES} bytes, and it has ${bytes}`;
  if (path.split(".").every((part) => /^[A-Za-z_][A-Za-z0-9_]*$|^`.+`$/.test(part))) return undefined;
  return 'write names with dots between them, and in ` what has other characters than letters, digits and "_"';
}
