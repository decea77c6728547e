/** Queries over the tables of a running journey, asked as any client asks BigQuery: at the owner's door. */
import type { CloudView } from "../view";

export interface QueryResult {
  readonly columns: readonly Column[];
  /** A value as BigQuery's REST API writes it: text, null, or a structure of a repeated or nested field. */
  readonly rows: readonly (readonly unknown[])[];
}

interface Column {
  readonly name: string;
  /** BigQuery's: "STRING", "TIMESTAMP" ... */
  readonly type: string;
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query#QueryResponse */
interface QueryResponse {
  readonly schema?: { readonly fields: readonly Column[] };
  readonly rows?: readonly { readonly f: readonly { readonly v: unknown }[] }[];
  readonly pageToken?: string;
  readonly jobReference?: { readonly jobId: string };
  readonly error?: { readonly message: string };
}

/** @throws Error with BigQuery's reason */
export async function query({ owner, stack }: CloudView, sql: string): Promise<QueryResult> {
  const url = `${owner.http}/bigquery/v2/projects/${stack.project}/queries`;
  let page = await ask(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: sql, useLegacySql: false }),
  });
  const columns = page.schema?.fields ?? [];
  const rows = rowsOf(page);
  while (page.pageToken !== undefined && page.jobReference !== undefined) {
    // Each page names the next.
    page = await ask(`${url}/${page.jobReference.jobId}?pageToken=${encodeURIComponent(page.pageToken)}`);
    rows.push(...rowsOf(page));
  }
  return { columns, rows };
}

async function ask(url: string, init?: RequestInit): Promise<QueryResponse> {
  const answer = await fetch(url, init);
  const response = (await answer.json()) as QueryResponse;
  if (response.error !== undefined) throw new Error(response.error.message);
  return response;
}

const rowsOf = ({ rows = [] }: QueryResponse): (readonly unknown[])[] => rows.map(({ f }) => f.map(({ v }) => v));

/** `project.dataset.table`, as a query names it. @throws Error for what is no table of the stack */
export function tableName({ resources, stack }: CloudView, address: string): string {
  const found = resources.find((one) => one.address === address && one.type === "google_bigquery_table");
  if (found === undefined) throw new Error(`${address} is no table of ${stack.id}`);
  const { dataset_id: dataset, project = stack.project, table_id: table } = found.attributes;
  return `\`${String(project)}.${String(dataset)}.${String(table)}\``;
}
