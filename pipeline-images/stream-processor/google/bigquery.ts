/**
 * Rows of a table or a query, as texts of JSON: BigQuery writes each row as one, so that whoever reads it needs no more
 * than a decoder of the fields.
 * @see https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query
 */
import type { AccessTokens } from "../../../runtime/access-token";
import type { Clock } from "../../../runtime/clock";

export interface BigQueryOptions {
  readonly clock: Clock;
  /** None for a local server, which knows its callers by their door. */
  readonly tokens?: AccessTokens | undefined;
  /** @default "https://bigquery.googleapis.com" */
  readonly endpoint?: string | undefined;
}

/** What of an answer is looked at. */
interface QueryAnswer {
  readonly jobComplete?: boolean;
  readonly jobReference?: { readonly jobId: string; readonly location?: string };
  readonly rows?: readonly { readonly f: readonly { readonly v: string | null }[] }[];
  readonly pageToken?: string;
  readonly error?: { readonly message?: string };
}

/** Milliseconds that a call waits for its query, and more than that until it is given up. */
const PATIENCE = 20_000;
const TIMEOUT = 60_000;
const ROWS_A_PAGE = "10000";

export class BigQuery {
  constructor(private readonly options: BigQueryOptions) {}

  /**
   * @param project that the query is run and paid in
   * @param query GoogleSQL with one column, of text
   */
  async texts(project: string, query: string): Promise<string[]> {
    const path = `/bigquery/v2/projects/${project}/queries`;
    const begun = { query, useLegacySql: false, timeoutMs: PATIENCE, maxResults: Number(ROWS_A_PAGE) };
    const headers = { "content-type": "application/json" };
    let answer = await this.call(path, { method: "POST", headers, body: JSON.stringify(begun) });
    const texts: string[] = [];
    for (;;) {
      for (const { f } of answer.rows ?? []) texts.push(f[0]?.v ?? "");
      const { jobComplete = true, jobReference, pageToken } = answer;
      if ((jobComplete && pageToken === undefined) || jobReference === undefined) return texts;
      const more = new URLSearchParams({ timeoutMs: String(PATIENCE), maxResults: ROWS_A_PAGE });
      if (jobReference.location !== undefined) more.set("location", jobReference.location);
      if (pageToken !== undefined) more.set("pageToken", pageToken);
      answer = await this.call(`${path}/${jobReference.jobId}?${more.toString()}`);
    }
  }

  private async call(path: string, init: RequestInit = {}): Promise<QueryAnswer> {
    const { clock, tokens, endpoint = "https://bigquery.googleapis.com" } = this.options;
    const headers = new Headers(init.headers);
    if (tokens) headers.set("authorization", `Bearer ${await tokens.token()}`);
    const abort = new AbortController();
    const cancel = clock.after(TIMEOUT, () => abort.abort(new Error(`no answer from ${endpoint} in time`)));
    try {
      const answered = await fetch(endpoint + path, { ...init, headers, signal: abort.signal });
      const text = await answered.text();
      const answer = answered.ok ? (JSON.parse(text) as QueryAnswer) : undefined;
      if (answer !== undefined) return answer;
      throw new Error(`${answered.status} from ${endpoint}${path}: ${reason(text)}`);
    } finally {
      cancel();
    }
  }
}

/** The sentence in an error of Google's. */
function reason(text: string): string {
  try {
    return (JSON.parse(text) as QueryAnswer).error?.message ?? text;
  } catch {
    return text.slice(0, 500);
  }
}
