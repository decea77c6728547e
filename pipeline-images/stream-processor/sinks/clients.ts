import type { RowWriter } from "./row-writer";
import type { TableClient } from "./table-client";
import type { TableMaker } from "./table-maker";
import type { TopicClient } from "./topic-client";

/** What kinds of sinks write through: a connection is made by whoever uses it first. */
export interface SinkClients {
  readonly tables: TableClient;
  /** Tables that are made when they are needed. */
  readonly maker: TableMaker;
  readonly topics: TopicClient;
  /** Tables of Bigtable: rows are entries of MutateRows. */
  readonly bigtable: RowWriter;
  /** Collections of Firestore: rows are documents, by their ids. */
  readonly documents: RowWriter;
}
