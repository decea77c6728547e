/** The local cloud's services around a processor, over real sockets; their time, and the processor's, is moved by hand. */
import { afterEach } from "vitest";
import { BigQuery } from "../../../../local/services/bigquery/bigquery";
import { PubSub } from "../../../../local/services/pubsub/pubsub";
import { Storage } from "../../../../local/services/storage/storage";
import type { Tokens } from "../../../../local/service";
import type { Environment } from "../../../../pipeline-images/stream-processor/settings";
import { fakeHost, type HandClock, you } from "../../../local/support/host";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const tokens: Tokens = {
  identity: (email, audience) => `${email} ${audience}`,
  verify: () => undefined,
};

/** All there is to a journey but the stack. */
export async function localServices() {
  const host = fakeHost();
  const storage = new Storage(host);
  const bigquery = new BigQuery(host, { objects: storage });
  const pubsub = new PubSub(host, { tables: bigquery, tokens });
  closing.push(
    () => host.close(),
    () => bigquery.stop(),
    () => storage.stop(),
    () => pubsub.stop(),
  );
  const grpc = await host.serve(
    {
      name: "all",
      resources: [],
      grpc: (caller) => [...pubsub.grpc(caller), ...bigquery.grpc(caller)],
      http: (caller) => [...bigquery.http(caller), ...storage.http(caller)],
      stop: () => Promise.resolve(),
    },
    you,
  );
  await pubsub.start();
  const environment: Environment = {
    PUBSUB_EMULATOR_HOST: grpc.grpc,
    BIGQUERY_STORAGE_EMULATOR_HOST: grpc.grpc,
    BIGQUERY_EMULATOR_HOST: grpc.http,
    STORAGE_EMULATOR_HOST: grpc.http,
  };
  const apply = async (type: string, config: { readonly [argument: string]: unknown }): Promise<void> => {
    const name = String(config["name"] ?? config["table_id"] ?? config["dataset_id"]);
    const kinds = [...bigquery.resources, ...pubsub.resources, ...storage.resources];
    const kind = kinds.find((one) => one.type === type);
    if (kind === undefined) throw new Error(`nothing applies ${type}`);
    await kind.apply({ address: `${type}.${name}`, type, name, config });
  };
  return { host, clock: host.clock, bigquery, pubsub, storage, environment, apply };
}

const column = (name: string, type: string) => ({ name, type, mode: "REQUIRED" });

/** A topic, a subscription, tables and dead letters, and what a processor is told of them. */
export async function makeJourney({ apply, environment }: Awaited<ReturnType<typeof localServices>>) {
  await apply("google_pubsub_topic", { name: "clicks" });
  await apply("google_pubsub_topic", { name: "dead" });
  await apply("google_pubsub_subscription", { name: "dead-kept", topic: "projects/acme-dev/topics/dead" });
  await apply("google_pubsub_subscription", { name: "clicks-pull", topic: "projects/acme-dev/topics/clicks" });
  await apply("google_storage_bucket", { name: "acme-checkpoints", location: "EU" });
  await apply("google_bigquery_dataset", { dataset_id: "games", location: "EU" });
  const table = (table_id: string, columns: object[]) =>
    apply("google_bigquery_table", {
      dataset_id: "games",
      table_id,
      schema: JSON.stringify(columns),
      deletion_protection: false,
    });
  await table("activity", [
    column("user", "STRING"),
    column("window_start", "TIMESTAMP"),
    column("clicks", "INTEGER"),
    column("points", "INTEGER"),
  ]);
  await table("rows", [column("id", "STRING"), column("user", "STRING")]);
  return {
    ...environment,
    MODE: "pull",
    INPUTS: JSON.stringify({ clicks: { subscription: "projects/acme-dev/subscriptions/clicks-pull" } }),
    OUTPUTS: JSON.stringify({ activity: { table: "acme-dev.games.activity" }, rows: { table: "acme-dev.games.rows" } }),
    ERRORS: JSON.stringify({ topic: "projects/acme-dev/topics/dead" }),
    LEASE: "10s",
  };
}

/** Lets time pass, a millisecond a turn of the process, until something has happened. */
export async function passUntil(clock: HandClock, happened: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000_000; turn += 1) {
    if (happened()) return;
    clock.advance(1);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  throw new Error(`this did not happen: ${happened.toString()}`);
}

/** Lets time pass until a promise comes to its end. */
export async function passing<T>(clock: HandClock, promise: Promise<T>): Promise<T> {
  let over = false;
  const outcome = promise.finally(() => (over = true));
  outcome.catch(() => undefined);
  await passUntil(clock, () => over);
  return outcome;
}
