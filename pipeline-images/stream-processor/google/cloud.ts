/** Google's services as a processor reaches them: in the cloud by the workload's identity, locally as the emulators' variables say. */
import type { Clock } from "../../../runtime/clock";
import type { Environment } from "../settings";
import { AccessTokens } from "../../../runtime/access-token";
import { Channel } from "../../../runtime/grpc";
import { BigQuery } from "./bigquery";
import { CloudStorage } from "./storage";

export interface Cloud {
  readonly storage: CloudStorage;
  readonly bigQuery: BigQuery;
  /** A connection to Pub/Sub; each call makes another. */
  pubSub(): Channel;
  /** A connection to the Storage Write API. */
  storageWrite(): Channel;
}

export function cloudOf(environment: Environment, clock: Clock): Cloud {
  const tokens = new AccessTokens(clock, environment.GCE_METADATA_HOST);
  const {
    STORAGE_EMULATOR_HOST: storage,
    BIGQUERY_EMULATOR_HOST: bigQuery,
    PUBSUB_EMULATOR_HOST,
    BIGQUERY_STORAGE_EMULATOR_HOST,
  } = environment;
  return {
    storage: new CloudStorage({
      clock,
      tokens: storage ? undefined : tokens,
      endpoint: storage && withScheme(storage),
    }),
    bigQuery: new BigQuery({
      clock,
      tokens: bigQuery ? undefined : tokens,
      endpoint: bigQuery && withScheme(bigQuery),
    }),
    pubSub: () => channel("pubsub.googleapis.com:443", PUBSUB_EMULATOR_HOST, tokens),
    storageWrite: () => channel("bigquerystorage.googleapis.com:443", BIGQUERY_STORAGE_EMULATOR_HOST, tokens),
  };
}

const channel = (address: string, emulator: string | undefined, tokens: AccessTokens): Channel =>
  emulator ? new Channel({ address: emulator, tokens: undefined }) : new Channel({ address, tokens });

const withScheme = (host: string): string => (/^https?:\/\//.test(host) ? host.replace(/\/$/, "") : `http://${host}`);
