import type { AccessControl } from "./access/access-control";
import type { Host, Service } from "./service";
import { BigQuery } from "./services/bigquery/bigquery";
import { Iam } from "./services/iam/iam";
import { PubSub } from "./services/pubsub/pubsub";
import { machine } from "./services/run/machine";
import { Run } from "./services/run/run";
import { Storage } from "./services/storage/storage";
import type { StackDocument } from "./stack/document";

/** The services of a local cloud, wired to one another. */
export interface Services {
  readonly iam: Iam;
  readonly storage: Storage;
  readonly bigquery: BigQuery;
  readonly run: Run;
  readonly pubsub: PubSub;
  /** In the order in which they start. */
  readonly all: readonly Service[];
}

export function makeServices(
  host: Host & { readonly access: AccessControl },
  { images, app }: StackDocument,
): Services {
  const iam = new Iam(host);
  // The one publishes what the other delivers; by the time that an object changes both are there.
  const storage: Storage = new Storage(host, {
    publish: (topic, messages, caller) => pubsub.publish(topic, messages, caller),
  });
  const bigquery = new BigQuery(host, { objects: storage });
  const run = new Run(host, { tokens: iam.tokens, images, app, machine });
  const pubsub: PubSub = new PubSub(host, { tables: bigquery, tokens: iam.tokens, fetch: run.fetch });
  return { iam, storage, bigquery, run, pubsub, all: [iam, storage, bigquery, run, pubsub] };
}
