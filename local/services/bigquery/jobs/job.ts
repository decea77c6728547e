import type { DuckDBConnection } from "@duckdb/node-api";
import { errorProto } from "../../../routes";
import type { Caller } from "../../../service";
import type { Outcome } from "../query/engine";
import type { QueryResult } from "../query/result";

export interface JobReference {
  readonly projectId: string;
  readonly jobId: string;
  readonly location: string;
}

/** What a job did, beside a query's rows. */
interface JobNumbers {
  readonly inputFiles?: number;
  readonly outputRows?: number;
  readonly badRecords?: number;
  readonly destinationUriFileCounts?: readonly number[];
}

export interface JobOutcome {
  readonly query?: Outcome;
  readonly numbers?: JobNumbers;
}

/** A job from its insertion to its end. */
export class Job {
  readonly done: Promise<void>;
  outcome?: JobOutcome;
  error?: unknown;
  ended?: number;
  private connection?: DuckDBConnection;

  constructor(
    readonly reference: JobReference,
    readonly caller: Caller,
    /** As it was inserted. */
    readonly configuration: { readonly [name: string]: unknown },
    /** Milliseconds since the epoch. */
    readonly created: number,
    private readonly now: () => number,
    work: (running: (connection: DuckDBConnection) => void) => Promise<JobOutcome>,
  ) {
    this.done = this.run(work);
  }

  get state(): "RUNNING" | "DONE" {
    return this.ended === undefined ? "RUNNING" : "DONE";
  }

  /** Of its result. */
  get rows(): number {
    return this.outcome?.query?.result.rowCount ?? 0;
  }

  /** @throws what the job ended with. */
  get result(): QueryResult | undefined {
    if (this.error !== undefined) throw this.error;
    return this.outcome?.query?.result;
  }

  cancel(): void {
    if (this.ended === undefined) this.connection?.interrupt();
  }

  /** @see https://cloud.google.com/bigquery/docs/reference/rest/v2/Job */
  resource(base: string): { readonly [name: string]: unknown } {
    const { projectId, jobId, location } = this.reference;
    const { error, ended } = this;
    const failed = error === undefined ? {} : { errorResult: errorProto(error), errors: [errorProto(error)] };
    return {
      kind: "bigquery#job",
      id: `${projectId}:${location}.${jobId}`,
      etag: `${jobId}/${this.state}`,
      selfLink: `${base}/bigquery/v2/projects/${projectId}/jobs/${jobId}?location=${location}`,
      user_email: this.caller.member.replace(/^[^:]*:/, ""),
      jobReference: this.reference,
      configuration: this.configuration,
      status: { state: this.state, ...failed },
      statistics: {
        creationTime: String(this.created),
        startTime: String(this.created),
        ...(ended === undefined ? {} : { endTime: String(ended) }),
        totalBytesProcessed: "0",
        ...statistics(this.outcome, this.configuration),
      },
    };
  }

  private async run(work: (running: (connection: DuckDBConnection) => void) => Promise<JobOutcome>): Promise<void> {
    try {
      this.outcome = await work((connection) => {
        this.connection = connection;
      });
    } catch (error) {
      this.error = error;
    }
    this.connection = undefined;
    this.ended = this.now();
  }
}

function statistics(outcome: JobOutcome | undefined, configuration: { readonly [name: string]: unknown }): object {
  const { query, numbers } = outcome ?? {};
  const counted = Object.fromEntries(
    Object.entries(numbers ?? {}).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
  if (configuration.load !== undefined) return { load: counted };
  if (configuration.extract !== undefined) return { extract: counted };
  if (configuration.copy !== undefined) return { copy: { copiedRows: counted.outputRows ?? "0" } };
  return query === undefined ? {} : { query: queryStatistics(query) };
}

export function queryStatistics({ statementType, dml, read }: Outcome): { readonly [name: string]: unknown } {
  const changed = dml && dml.insertedRowCount + dml.updatedRowCount + dml.deletedRowCount;
  return {
    statementType,
    totalBytesProcessed: "0",
    totalBytesBilled: "0",
    cacheHit: false,
    referencedTables: read.map((name) => {
      const [projectId, datasetId, tableId] = name.split(".");
      return { projectId, datasetId, tableId };
    }),
    ...(dml === undefined
      ? {}
      : {
          numDmlAffectedRows: String(changed),
          dmlStats: Object.fromEntries(Object.entries(dml).map(([name, count]) => [name, String(count)])),
        }),
  };
}
