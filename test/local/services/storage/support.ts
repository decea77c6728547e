import { Storage as Client, type Bucket } from "@google-cloud/storage";
import { afterEach } from "vitest";
import type { Caller } from "../../../../local/service";
import { Storage, type StorageDependencies } from "../../../../local/services/storage/storage";
import { fakeHost, you, type FakeHost } from "../../support/host";

export interface Running {
  readonly host: FakeHost;
  readonly storage: Storage;
  readonly url: string;
  readonly client: Client;
  /** Named "acme-data", and there already. */
  readonly bucket: Bucket;
  /** Google's own client, as this caller. */
  readonly as: (caller: Caller) => Promise<Client>;
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

export async function running(
  options: { readonly host?: FakeHost; readonly dependencies?: StorageDependencies } = {},
): Promise<Running> {
  const host = options.host ?? fakeHost();
  stops.push(() => host.close());
  const storage = new Storage(host, options.dependencies);
  stops.push(() => storage.stop());
  const as = async (caller: Caller): Promise<Client> =>
    new Client({
      apiEndpoint: (await host.serve(storage, caller)).http,
      projectId: host.project,
      retryOptions: { autoRetry: false },
    });
  const client = await as(you);
  const bucket = client.bucket("acme-data");
  if (!(await bucket.exists())[0]) await bucket.create();
  return { host, storage, url: (await host.door(you)).http, client, bucket, as };
}

/** The HTTP status and the reason with which a call of the client fails. */
export async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { code, errors } = error as { code?: unknown; errors?: readonly { reason?: string }[] };
    return `${String(code)} ${errors?.[0]?.reason ?? (error as Error).message}`;
  }
  return "no failure";
}
