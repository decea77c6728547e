import type { FileStore } from "./files/file-store";
import type { TableClient } from "./table-client";
import type { TableMaker } from "./table-maker";
import type { RowWriter } from "./row-writer";
import type { TopicClient } from "./topic-client";

/** What kinds of sinks write through: a connection is made by whoever uses it first. */
export interface SinkClients {
  /** Where files are written, and what their names begin with there. */
  readonly files: (files: string) => readonly [store: FileStore, files: string];
  readonly tables: TableClient;
  /** Tables that are made when they are needed. */
  readonly maker: TableMaker;
  readonly topics: TopicClient;
  /** Tables of Bigtable: rows are entries of MutateRows. */
  readonly bigtable: RowWriter;
  /** Collections of Firestore: rows are documents, by their ids. */
  readonly documents: RowWriter;
}
