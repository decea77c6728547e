/** Google's APIs as a handler reaches them: by the workload's identity in the cloud, by the emulators' variables locally. */
import { AccessTokens } from "../runtime/access-token";
import { systemClock } from "../runtime/clock";
import { Channel } from "../runtime/grpc";

type Environment = { readonly [name: string]: string | undefined };

/** The variables by which Google's own clients find a local server. */
const emulators: { readonly [host: string]: string } = {
  "bigquery.googleapis.com": "BIGQUERY_EMULATOR_HOST",
  "firestore.googleapis.com": "FIRESTORE_EMULATOR_HOST",
  "storage.googleapis.com": "STORAGE_EMULATOR_HOST",
};

export class Google {
  private readonly tokens: AccessTokens;
  private pubSub: Channel | undefined;

  constructor(private readonly environment: Environment) {
    this.tokens = new AccessTokens(systemClock, environment["GCE_METADATA_HOST"]);
  }

  /** `fetch` of a Google API, as the account that the workload runs as. */
  async fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const given = new URL(url);
    const emulator = this.environment[emulators[given.hostname] ?? ""];
    if (emulator) return fetch(new URL(`${given.pathname}${given.search}`, withScheme(emulator)), init);
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${await this.tokens.token()}`);
    return fetch(given, { ...init, headers });
  }

  /** A connection to Pub/Sub; one for all calls. */
  get pubSubChannel(): Channel {
    const emulator = this.environment["PUBSUB_EMULATOR_HOST"];
    return (this.pubSub ??= emulator
      ? new Channel({ address: emulator, tokens: undefined })
      : new Channel({ address: "pubsub.googleapis.com:443", tokens: this.tokens }));
  }

  close(): void {
    this.pubSub?.close();
  }
}

const withScheme = (host: string): string => (/^https?:\/\//.test(host) ? host : `http://${host}`);
