import { BigQuery as Client } from "@google-cloud/bigquery";
import { afterEach } from "vitest";
import type { Attributes, Caller } from "../../../../local/service";
import { BigQuery, type BigQueryDependencies } from "../../../../local/services/bigquery/bigquery";
import { fakeHost, you, type FakeHost } from "../../support/host";

export interface Running {
  readonly host: FakeHost;
  readonly bigquery: BigQuery;
  /** http://127.0.0.1:port */
  readonly url: string;
  /** host:port */
  readonly grpc: string;
  readonly client: Client;
  /** Google's own client, as this caller. */
  readonly as: (caller: Caller) => Promise<Client>;
  /** Applies a resource of Terraform's. */
  readonly apply: (type: string, config: { readonly [argument: string]: unknown }) => Promise<Attributes>;
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

export async function running(
  options: { readonly host?: FakeHost; readonly dependencies?: BigQueryDependencies } = {},
): Promise<Running> {
  const host = options.host ?? fakeHost();
  stops.push(() => host.close());
  const bigquery = new BigQuery(host, options.dependencies);
  stops.push(() => bigquery.stop());
  const door = await host.serve(bigquery, you);
  const clientAt = (url: string): Client =>
    new Client({ projectId: host.project, apiEndpoint: url, autoRetry: false, maxRetries: 0 });
  return {
    host,
    bigquery,
    url: door.http,
    grpc: door.grpc,
    client: clientAt(door.http),
    as: async (caller) => clientAt((await host.serve(bigquery, caller)).http),
    apply: async (type, config) => {
      const found = bigquery.resources.find((one) => one.type === type);
      if (found === undefined) throw new Error(`${type} is not known`);
      return found.apply({ address: `${type}.it`, type, name: "it", config });
    },
  };
}

/** The HTTP status, the reason and the message with which a call of the client fails. */
export async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { code, errors, message } = error as {
      code?: unknown;
      errors?: readonly { reason?: string }[];
      message: string;
    };
    return `${String(code)} ${errors?.[0]?.reason ?? ""}: ${message}`;
  }
  return "no failure";
}
