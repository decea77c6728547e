/**
 * Rows of a table or a query, as texts of JSON: whoever reads them needs no more than a decoder of the fields.
 * @see https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query
 */
import type { AccessTokens } from "../../../runtime/access-token";
import type { Clock } from "../../../runtime/clock";
import { type Column, type Listed, rowOf } from "./bigquery-rows";

export interface BigQueryOptions {
  readonly clock: Clock;
  /** None for a local server, which knows its callers by their door. */
  readonly tokens?: AccessTokens | undefined;
  /** @default "https://bigquery.googleapis.com" */
  readonly endpoint?: string | undefined;
}

/** What of a query's answer is looked at. */
interface QueryAnswer {
  readonly jobComplete?: boolean;
  readonly jobReference?: { readonly jobId: string; readonly location?: string };
  readonly rows?: readonly { readonly f: readonly { readonly v: string | null }[] }[];
  readonly pageToken?: string;
}

interface TableAnswer {
  readonly schema?: { readonly fields?: readonly Column[] };
}

interface DataAnswer {
  readonly rows?: readonly Listed[];
  readonly pageToken?: string;
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
    let answer = await this.call<QueryAnswer>(path, { method: "POST", headers, body: JSON.stringify(begun) });
    const texts: string[] = [];
    for (;;) {
      for (const { f } of answer.rows ?? []) texts.push(f[0]?.v ?? "");
      const { jobComplete = true, jobReference, pageToken } = answer;
      if ((jobComplete && pageToken === undefined) || jobReference === undefined) return texts;
      const more = new URLSearchParams({ timeoutMs: String(PATIENCE), maxResults: ROWS_A_PAGE });
      if (jobReference.location !== undefined) more.set("location", jobReference.location);
      if (pageToken !== undefined) more.set("pageToken", pageToken);
      answer = await this.call<QueryAnswer>(`${path}/${jobReference.jobId}?${more.toString()}`);
    }
  }

  /**
   * Some columns of all rows, as texts of JSON. Listing takes the right to the table's data alone, where a query takes
   * one to run jobs in the project as well.
   */
  async table(
    [project, dataset, name]: readonly [string, string, string],
    columns: readonly string[],
  ): Promise<string[]> {
    const path = `/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${name}`;
    const { schema } = await this.call<TableAnswer>(path);
    const wanted = new Set(columns);
    const listed = (schema?.fields ?? []).filter((column) => wanted.has(column.name));
    const query = new URLSearchParams({
      selectedFields: listed.map((column) => column.name).join(","),
      maxResults: ROWS_A_PAGE,
      "formatOptions.useInt64Timestamp": "true",
    });
    const texts: string[] = [];
    for (;;) {
      const { rows = [], pageToken } = await this.call<DataAnswer>(`${path}/data?${query.toString()}`);
      for (const row of rows) texts.push(JSON.stringify(rowOf(listed, row)));
      if (pageToken === undefined) return texts;
      query.set("pageToken", pageToken);
    }
  }

  private async call<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    const { clock, tokens, endpoint = "https://bigquery.googleapis.com" } = this.options;
    const headers = new Headers(init.headers);
    if (tokens) headers.set("authorization", `Bearer ${await tokens.token()}`);
    const abort = new AbortController();
    const cancel = clock.after(TIMEOUT, () => abort.abort(new Error(`no answer from ${endpoint} in time`)));
    try {
      const answered = await fetch(endpoint + path, { ...init, headers, signal: abort.signal });
      const text = await answered.text();
      const answer = answered.ok ? (JSON.parse(text) as Answer) : undefined;
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
    return (JSON.parse(text) as { error?: { message?: string } }).error?.message ?? text;
  } catch {
    return text.slice(0, 500);
  }
}
