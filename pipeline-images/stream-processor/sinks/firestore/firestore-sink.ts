/**
 * Collections of Firestore with a document for each key, which a later row of the key replaces. A document has no time
 * that would say which of two is the newer one, so order is all: requests leave one after the other, and none before
 * the one before it is over.
 */
import type { OutputBinding } from "../../../../pipeline/bindings";
import { directIdempotent, IdempotentOutput, type IdempotentSink } from "../idempotent-output";
import { keyText, type KeyText, percent } from "../key-text";
import { writeRows } from "../row-writer";
import type { SinkKind, SinkOptions } from "../sink";
import { documentEncoder, idOfDocument, readableDocument } from "./document";

type DocumentsBinding = Extract<OutputBinding, { readonly documents: string }>;

/** @see https://cloud.google.com/firestore/quotas#writes_and_transactions */
const MOST_WRITES = 500;
/** @see https://cloud.google.com/firestore/quotas#collections_documents_and_fields */
const LONGEST_ID = 1_500;

export const firestoreSink: SinkKind<DocumentsBinding> = {
  name: ({ documents }) => documents,
  logged: (options) => new IdempotentOutput(documentsOf(options), options, options.recorded),
  direct: (options) => directIdempotent(documentsOf(options), options),
};

function documentsOf({ output, binding, fields, clients }: SinkOptions<DocumentsBinding>): IdempotentSink {
  const id = documentId(keyText(output, binding.key, fields, "/"));
  return {
    mostRows: MOST_WRITES,
    encode: documentEncoder(fields, id),
    unfit(row) {
      const length = Buffer.byteLength(id(row));
      if (length === 0) return `its id, ${binding.key.join("#")}, is empty`;
      return length > LONGEST_ID ? `its id is ${length} bytes: Firestore has ${LONGEST_ID} at most` : undefined;
    },
    send: (rows) => writeRows(clients.documents, binding.documents, rows, idOfDocument),
    readable: (row) => readableDocument(row, fields),
  };
}

/** Firestore has no document that is called ".", ".." or "__...__": their first character is written as in an URL. */
const documentId =
  (key: KeyText): KeyText =>
  (row) => {
    const text = key(row);
    return /^(?:\.\.?|__.*__)$/s.test(text) ? percent(text) + text.slice(1) : text;
  };
