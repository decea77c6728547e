/** Google's own clients, unchanged, against the service over real sockets. */
import { credentials } from "@grpc/grpc-js";
import { PubSub as Client, v1 } from "@google-cloud/pubsub";
import type { Caller } from "../../../../../local/service";
import { you } from "../../../support/host";
import { type Cloud, cloud } from "../cloud";

export interface Google extends Cloud {
  readonly client: Client;
  readonly subscriber: v1.SubscriberClient;
  /** The same cloud as someone else sees it. */
  as(caller: Caller): Promise<Client>;
}

export async function google(): Promise<Google> {
  const c = cloud();
  const clients: Client[] = [];
  const open = async (caller: Caller): Promise<Client> => {
    const door = await c.host.serve(c.pubsub, caller);
    process.env.PUBSUB_EMULATOR_HOST = door.grpc;
    const client = new Client({ projectId: "acme-dev" });
    delete process.env.PUBSUB_EMULATOR_HOST;
    clients.push(client);
    return client;
  };
  const client = await open(you);
  const [host = "", port = ""] = (await c.host.door(you)).grpc.split(":");
  const subscriber = new v1.SubscriberClient({
    apiEndpoint: host,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
    projectId: "acme-dev",
  });
  return {
    ...c,
    client,
    subscriber,
    as: open,
    async close() {
      await Promise.all([...clients.map((one) => one.close()), subscriber.close()]);
      await c.close();
    },
  };
}
