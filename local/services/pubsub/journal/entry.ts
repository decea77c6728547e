/** One record of the journal: exactly one of these fields is set. */
import {
  bytes,
  field,
  int64,
  message,
  type MessageOf,
  optional,
  repeated,
  string,
} from "../../../../pipeline/protobuf/message";
import { Snapshot, Subscription, Topic } from "../api/messages";
import { Schema } from "../api/schema-messages";

/** Messages are named by their ids. */
const ids = repeated(int64);

export const Entry = message({
  topic: field(1, optional(Topic)),
  topicDeleted: field(2, optional(string)),
  subscription: field(3, optional(Subscription)),
  subscriptionDeleted: field(4, optional(string)),
  snapshot: field(5, optional(message({ config: field(1, optional(Snapshot)), messages: field(2, ids) }))),
  snapshotDeleted: field(6, optional(string)),
  schema: field(7, optional(Schema)),
  schemaDeleted: field(8, optional(string)),
  /** Encoded PubsubMessages, to all subscriptions and snapshots that the topic has at this point of the journal. */
  published: field(9, optional(message({ topic: field(1, string), messages: field(2, repeated(bytes)) }))),
  settled: field(10, optional(message({ subscription: field(1, string), messages: field(2, ids) }))),
  held: field(
    11,
    optional(
      message({
        subscription: field(1, string),
        unacknowledged: field(2, ids),
        retained: field(3, ids),
        discardBefore: field(4, int64),
      }),
    ),
  ),
  /** Encoded PubsubMessages that later records name by their ids. */
  kept: field(12, repeated(bytes)),
  /** What a topic retains, where that is not what was published in this journal. */
  log: field(13, optional(message({ topic: field(1, string), messages: field(2, ids) }))),
  /** The highest id that a message had so far: none is given twice, even where the clock was set back. */
  lastId: field(14, int64),
});
export type Entry = MessageOf<typeof Entry>;
