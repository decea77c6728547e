import type { TableClient } from "./table-client";
import type { TopicClient } from "./topic-client";

/** What kinds of sinks write through: a connection is made by whoever uses it first. */
export interface SinkClients {
  readonly tables: TableClient;
  readonly topics: TopicClient;
}
