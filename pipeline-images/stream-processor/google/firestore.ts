/**
 * Firestore over gRPC: BatchWrite, each of whose writes succeeds or fails by itself.
 * @see https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1
 */
import { field, int32, message, repeated, string } from "../../../pipeline/protobuf/message";
import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import type { Channel } from "../../../runtime/grpc";
import { partsOfDocument } from "../sinks/firestore/document";
import { RequestRefused, type RowWriter } from "../sinks/row-writer";
import { refusedWhole } from "./refused-whole";

const BATCH_WRITE = "/google.firestore.v1.Firestore/BatchWrite";
const { bytes } = WireType;
/** Fields of BatchWriteRequest, of Write and of Document. */
const DATABASE = 1;
const WRITES = 2;
const UPDATE = 1;
const NAME = 1;

/**
 * A document has 1 MiB by Firestore's own count, in which a list of booleans is a quarter of what is sent. Of one that
 * is larger than this nothing is sent: a request has 10 MiB.
 * @see https://cloud.google.com/firestore/quotas
 */
const MOST_BYTES = 5 * 1024 * 1024;
/**
 * Milliseconds after which Firestore begins no write any more. It is less than a successor waits before it takes over:
 * what this process has asked for does not come after what that one writes.
 */
const TIMEOUT = 15_000;

const BatchWriteResponse = message({
  status: field(2, repeated(message({ code: field(1, int32), message: field(2, string) }))),
});

export const firestoreDocuments = (channel: Channel): RowWriter => ({
  async write(collection, documents) {
    const [database = ""] = collection.split("/documents/");
    const length = documents.reduce((sum, document) => sum + document.length + collection.length + 32, 0);
    if (length > 2 * MOST_BYTES || documents.some((document) => document.length > MOST_BYTES)) {
      throw new RequestRefused("it is larger than 1 MiB, which is all that a document of Firestore has");
    }
    const writer = new WireWriter(length + 256);
    writer.tag(DATABASE, bytes).string(database);
    for (const document of documents) {
      const { id, fields } = partsOfDocument(document);
      writer.tag(WRITES, bytes).message((write) => {
        write.tag(UPDATE, bytes).message((update) => update.tag(NAME, bytes).string(`${collection}/${id}`).raw(fields));
      });
    }
    const answer = await channel.unary(BATCH_WRITE, writer.finish(), { database }, TIMEOUT).catch(refusedWhole);
    return BatchWriteResponse.decode(answer).status;
  },
});
