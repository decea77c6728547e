/**
 * Load jobs with ids of one's own: what was asked for once is there when it is asked for again.
 * @see https://cloud.google.com/bigquery/docs/reference/rest/v2/Job
 */
import type { LoadJob, TableLoads, TableName } from "../batch/loaded-table";
import { Rest, type RestOptions } from "./rest";

const TIMEOUT = 60_000;

/** Reasons of BigQuery's own, after which the same job may succeed. */
const passing: readonly string[] = [
  "backendError",
  "internalError",
  "jobBackendError",
  "jobInternalError",
  "rateLimitExceeded",
  "jobRateLimitExceeded",
];

interface JobAnswer {
  readonly status?: {
    readonly state?: string;
    readonly errorResult?: { readonly reason?: string; readonly message?: string };
  };
}

export class BigQueryLoads implements TableLoads {
  private readonly rest: Rest;
  /** Of tables, which their jobs are looked up by. */
  private readonly locations = new Map<string, Promise<string>>();

  /** @param project that jobs are run, and paid, in */
  constructor(
    options: RestOptions,
    private readonly project: () => Promise<string>,
  ) {
    this.rest = new Rest(options, options.endpoint ?? "https://bigquery.googleapis.com", TIMEOUT);
  }

  async find(table: TableName, id: string): Promise<LoadJob | undefined> {
    const query = new URLSearchParams({ location: await this.locationOf(table), fields: "status" });
    const { status, body } = await this.rest.call(`${await this.jobs()}/${id}?${query.toString()}`, {}, 404);
    if (status === 404) return undefined;
    const { state, errorResult } = (JSON.parse(Buffer.from(body).toString()) as JobAnswer).status ?? {};
    if (state !== "DONE" || errorResult === undefined) return { done: state === "DONE" };
    const { reason = "", message = reason } = errorResult;
    return { done: true, problem: { message, passing: passing.includes(reason) } };
  }

  async replace(table: TableName, id: string, files: readonly string[], partition?: string): Promise<void> {
    const [projectId, datasetId, name] = table;
    const tableId = partition === undefined ? name : `${name}$${partition}`;
    const job = {
      jobReference: { projectId: await this.project(), jobId: id, location: await this.locationOf(table) },
      configuration: {
        load: {
          sourceUris: files,
          sourceFormat: "NEWLINE_DELIMITED_JSON",
          destinationTable: { projectId, datasetId, tableId },
          createDisposition: "CREATE_NEVER",
          // The table stays what it is: its columns, their descriptions, its keys. Of a partition it does in any case.
          writeDisposition: partition === undefined ? "WRITE_TRUNCATE_DATA" : "WRITE_TRUNCATE",
        },
      },
    };
    const headers = { "content-type": "application/json" };
    await this.rest.call(await this.jobs(), { method: "POST", headers, body: JSON.stringify(job) }, 409);
  }

  private async jobs(): Promise<string> {
    return `/bigquery/v2/projects/${await this.project()}/jobs`;
  }

  private locationOf(table: TableName): Promise<string> {
    const [project, dataset, name] = table;
    const path = `/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${name}?fields=location`;
    const known = this.locations.get(path);
    if (known !== undefined) return known;
    const asked = this.rest
      .call(path)
      .then(({ body }) => (JSON.parse(Buffer.from(body).toString()) as { readonly location: string }).location);
    this.locations.set(path, asked);
    // Asked again, where there was no answer.
    asked.catch(() => this.locations.delete(path));
    return asked;
  }
}
