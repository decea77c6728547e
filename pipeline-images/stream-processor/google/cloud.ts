/** Google's services as a processor reaches them: in the cloud by the workload's identity, locally as the emulators' variables say. */
import type { Clock } from "../../../runtime/clock";
import type { Environment } from "../settings";
import { AccessTokens } from "../../../runtime/access-token";
import { Channel } from "../../../runtime/grpc";
import { BigQuery } from "./bigquery";
import { BigQueryLoads } from "./bigquery-loads";
import { BigQueryTables } from "./bigquery-tables";
import { CloudStorage } from "./storage";

export interface Cloud {
  readonly storage: CloudStorage;
  readonly bigQuery: BigQuery;
  readonly loads: BigQueryLoads;
  readonly maker: BigQueryTables;
  /** The project that this runs in. */
  project(): Promise<string>;
  /** A connection to Pub/Sub; each call makes another. */
  pubSub(): Channel;
  /** A connection to the Storage Write API. */
  storageWrite(): Channel;
  bigtable(): Channel;
  firestore(): Channel;
}

export function cloudOf(environment: Environment, clock: Clock): Cloud {
  const tokens = new AccessTokens(clock, environment.GCE_METADATA_HOST);
  const {
    STORAGE_EMULATOR_HOST: storage,
    BIGQUERY_EMULATOR_HOST: bigQuery,
    PUBSUB_EMULATOR_HOST,
    BIGQUERY_STORAGE_EMULATOR_HOST,
    BIGTABLE_EMULATOR_HOST,
    FIRESTORE_EMULATOR_HOST,
    GOOGLE_CLOUD_PROJECT: given,
    GCE_METADATA_HOST,
  } = environment;
  const rest = { clock, tokens: bigQuery ? undefined : tokens, endpoint: bigQuery && withScheme(bigQuery) };
  const project = () => (given ? Promise.resolve(given) : ownProject(GCE_METADATA_HOST));
  return {
    storage: new CloudStorage({
      clock,
      tokens: storage ? undefined : tokens,
      endpoint: storage && withScheme(storage),
    }),
    bigQuery: new BigQuery(rest),
    loads: new BigQueryLoads(rest, project),
    maker: new BigQueryTables(rest),
    project,
    pubSub: () => channel("pubsub.googleapis.com:443", PUBSUB_EMULATOR_HOST, tokens),
    storageWrite: () => channel("bigquerystorage.googleapis.com:443", BIGQUERY_STORAGE_EMULATOR_HOST, tokens),
    bigtable: () => channel("bigtable.googleapis.com:443", BIGTABLE_EMULATOR_HOST, tokens),
    firestore: () => channel("firestore.googleapis.com:443", FIRESTORE_EMULATOR_HOST, tokens, OWNER),
  };
}

/** To Firestore's emulator anybody else is a browser, for whom there are rules. */
const OWNER = "Bearer owner";

const channel = (address: string, emulator: string | undefined, tokens: AccessTokens, as?: string): Channel =>
  emulator
    ? new Channel({ address: emulator, tokens: undefined, ...(as !== undefined && { authorization: as }) })
    : new Channel({ address, tokens });

const withScheme = (host: string): string => (/^https?:\/\//.test(host) ? host.replace(/\/$/, "") : `http://${host}`);

/** @see https://cloud.google.com/run/docs/container-contract#metadata-server */
async function ownProject(metadataHost = "metadata.google.internal"): Promise<string> {
  const answer = await fetch(`http://${metadataHost}/computeMetadata/v1/project/project-id`, {
    headers: { "metadata-flavor": "Google" },
    signal: AbortSignal.timeout(5_000),
  });
  if (!answer.ok) throw new Error(`the metadata server answers ${answer.status} for the project's id`);
  return answer.text();
}
