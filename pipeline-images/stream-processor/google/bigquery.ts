/**
 * Rows of a table or a query, as texts of JSON: whoever reads them needs no more than a decoder of the fields.
 * @see https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query
 */
import { type Column, type Listed, rowOf } from "./bigquery-rows";
import { Rest, type RestOptions } from "./rest";

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
  private readonly rest: Rest;

  constructor(options: RestOptions) {
    this.rest = new Rest(options, options.endpoint ?? "https://bigquery.googleapis.com", TIMEOUT);
  }

  /**
   * @param project that the query is run and paid in
   * @param query GoogleSQL with one column, of text
   */
  async texts(project: string, query: string): Promise<string[]> {
    return allOf(this.textPages(project, query));
  }

  /** The same, some at a time. */
  async *textPages(project: string, query: string): AsyncGenerator<readonly string[]> {
    const path = `/bigquery/v2/projects/${project}/queries`;
    const begun = { query, useLegacySql: false, timeoutMs: PATIENCE, maxResults: Number(ROWS_A_PAGE) };
    const headers = { "content-type": "application/json" };
    let answer = await this.call<QueryAnswer>(path, { method: "POST", headers, body: JSON.stringify(begun) });
    for (;;) {
      yield (answer.rows ?? []).map(({ f }) => f[0]?.v ?? "");
      const { jobComplete = true, jobReference, pageToken } = answer;
      if ((jobComplete && pageToken === undefined) || jobReference === undefined) return;
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
  async table(table: readonly [string, string, string], columns: readonly string[]): Promise<string[]> {
    return allOf(this.tablePages(table, columns));
  }

  /** The same, some at a time. */
  async *tablePages(
    [project, dataset, name]: readonly [string, string, string],
    columns: readonly string[],
  ): AsyncGenerator<readonly string[]> {
    const path = `/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${name}`;
    const { schema } = await this.call<TableAnswer>(path);
    const wanted = new Set(columns);
    const listed = (schema?.fields ?? []).filter((column) => wanted.has(column.name));
    const query = new URLSearchParams({
      selectedFields: listed.map((column) => column.name).join(","),
      maxResults: ROWS_A_PAGE,
      "formatOptions.useInt64Timestamp": "true",
    });
    for (;;) {
      const { rows = [], pageToken } = await this.call<DataAnswer>(`${path}/data?${query.toString()}`);
      yield rows.map((row) => JSON.stringify(rowOf(listed, row)));
      if (pageToken === undefined) return;
      query.set("pageToken", pageToken);
    }
  }

  private async call<Answer>(path: string, init?: RequestInit): Promise<Answer> {
    const { body } = await this.rest.call(path, init);
    return JSON.parse(Buffer.from(body).toString()) as Answer;
  }
}

async function allOf(pages: AsyncIterable<readonly string[]>): Promise<string[]> {
  const texts: string[] = [];
  for await (const page of pages) for (const text of page) texts.push(text);
  return texts;
}
