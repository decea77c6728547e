import type { Clock } from "../clock";

/** Who this workload is to Google. */
export interface AccessTokens {
  /** A token that is valid for some minutes more. */
  token(): Promise<string>;
}

interface Held {
  readonly token: string;
  readonly until: number;
}

/** A token is renewed this long before it ends: the metadata server gives the same one until five minutes before. */
const RENEWED_BEFORE = 240_000;
const TIMEOUT = 10_000;
const PATH = "/computeMetadata/v1/instance/service-accounts/default/token";

/**
 * Tokens of the workload's service account.
 * @param host of the metadata server, as in GCE_METADATA_HOST.
 * @see https://cloud.google.com/run/docs/container-contract#metadata-server
 */
export function metadataTokens(clock: Clock, host = "metadata.google.internal"): AccessTokens {
  let held: Held | undefined;
  let underway: Promise<Held> | undefined;
  return {
    async token() {
      if (held !== undefined && held.until > clock.now()) return held.token;
      // Whoever asks meanwhile waits for the same answer.
      underway ??= ask(clock, host).finally(() => (underway = undefined));
      held = await underway;
      return held.token;
    },
  };
}

async function ask(clock: Clock, host: string): Promise<Held> {
  const abort = new AbortController();
  const cancel = clock.after(TIMEOUT, () =>
    abort.abort(new Error(`no answer from the metadata server ${host} in time`)),
  );
  try {
    const headers = { "Metadata-Flavor": "Google" };
    const answer = await fetch(`http://${host}${PATH}`, { headers, signal: abort.signal });
    if (!answer.ok)
      throw new Error(`the metadata server gives no access token: ${answer.status} ${await answer.text()}`);
    const { access_token, expires_in } = (await answer.json()) as { access_token: string; expires_in: number };
    return { token: access_token, until: clock.now() + expires_in * 1_000 - RENEWED_BEFORE };
  } finally {
    cancel();
  }
}
