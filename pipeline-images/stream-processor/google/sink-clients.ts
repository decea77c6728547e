import type { Clock } from "../../../runtime/clock";
import type { SinkClients } from "../sinks/clients";
import { bigtableRows } from "./bigtable";
import { filesBelow } from "../place";
import type { Cloud } from "./cloud";
import { firestoreDocuments } from "./firestore";
import { pubSubTopics } from "./pubsub";
import { StorageWrite } from "./storage-write";

/** What sinks write through, in the cloud. */
export const sinkClients = (cloud: Cloud, clock: Clock): SinkClients => ({
  tables: new StorageWrite(cloud.storageWrite(), clock),
  maker: cloud.maker,
  files: (files) => filesBelow(files, cloud.storage),
  topics: pubSubTopics(cloud.pubSub()),
  bigtable: bigtableRows(cloud.bigtable()),
  documents: firestoreDocuments(cloud.firestore()),
});
