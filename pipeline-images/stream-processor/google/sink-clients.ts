import type { Clock } from "../../../runtime/clock";
import type { SinkClients } from "../sinks/clients";
import type { Cloud } from "./cloud";
import { pubSubTopics } from "./pubsub";
import { StorageWrite } from "./storage-write";

/** What sinks write through, in the cloud. */
export const sinkClients = (cloud: Cloud, clock: Clock): SinkClients => ({
  tables: new StorageWrite(cloud.storageWrite(), clock),
  topics: pubSubTopics(cloud.pubSub()),
});
