import type { Clock } from "./clock";

/** A token is fetched again this long before it ends, beside the requests that use the old one. */
const EARLY = 5 * 60_000;
/** Nearer to its end it is not used any more: the clocks of two machines differ. */
const LATE = 30_000;

interface Token {
  readonly value: string;
  readonly ends: number;
}

/**
 * The service account's access token, from the metadata server, kept until it nears its end.
 * @see https://cloud.google.com/run/docs/securing/service-identity#access_tokens
 */
export class AccessTokens {
  private current: Token | undefined;
  private underway: Promise<Token> | undefined;

  /** @param metadataHost as in GCE_METADATA_HOST */
  constructor(
    private readonly clock: Clock,
    private readonly metadataHost = "metadata.google.internal",
  ) {}

  /** @throws Error where the metadata server gives none and there is no older one that still holds. */
  async token(): Promise<string> {
    const left = this.current === undefined ? 0 : this.current.ends - this.clock.now();
    if (this.current === undefined || left <= LATE) return (await this.refresh()).value;
    if (left <= EARLY) {
      // The old one still holds; a failure shows when it does not.
      this.refresh().catch(() => undefined);
    }
    return this.current.value;
  }

  private refresh(): Promise<Token> {
    this.underway ??= this.fetch().finally(() => {
      this.underway = undefined;
    });
    return this.underway;
  }

  private async fetch(): Promise<Token> {
    const asked = this.clock.now();
    const answer = await fetch(
      `http://${this.metadataHost}/computeMetadata/v1/instance/service-accounts/default/token`,
      { headers: { "metadata-flavor": "Google" }, signal: AbortSignal.timeout(5_000) },
    );
    if (!answer.ok) throw new Error(`the metadata server answers ${answer.status} for an access token`);
    const { access_token: value, expires_in: seconds } = (await answer.json()) as {
      readonly access_token: string;
      readonly expires_in: number;
    };
    this.current = { value, ends: asked + seconds * 1000 };
    return this.current;
  }
}
