import { restRoute, type RestMethod } from "../../routes";
import { CloudError } from "../../errors";
import type { GrpcMethod } from "../../grpc";
import type { Caller, Counters, Host, HttpRoute, ResourceType, Service, TableWriter } from "../../service";
import { Jobs } from "./jobs/jobs";
import type { Objects } from "./jobs/objects";
import { openParts, type Parts } from "./parts";
import { bigQueryTypes } from "./resource-types";
import { datasetMethods } from "./rest/datasets";
import { InsertIds } from "./rest/insert-ids";
import { jobMethods, type JobParts } from "./rest/jobs";
import { queryMethods } from "./rest/queries";
import { tableDataMethods } from "./rest/table-data";
import { tableMethods } from "./rest/tables";
import { uploadMethods } from "./rest/uploads";
import { plainRow, type PlainRow } from "./rows/plain-value";
import { restColumns } from "./schema/column";
import { sqlName } from "./schema/duckdb-type";
import { appendToTable, tableNamed } from "./table-writer";
import { writeMethods } from "./write/service";

export interface BigQueryDependencies {
  /** Cloud Storage, for load and extract jobs. */
  readonly objects?: Objects;
}

/** A value of a query's parameter; which type it has follows from what it is. */
export type QueryValue = string | number | boolean | null;

/** The person at the laptop, in whose name the console and the command line ask. */
const owner: Caller = { member: "user:you" };

/**
 * BigQuery on DuckDB: the REST API and the Storage Write API such that Google's own clients work unchanged, GoogleSQL
 * translated. Rows, streams and their offsets are in one file and change in one transaction.
 */
export class BigQuery implements Service, TableWriter {
  readonly name = "bigquery";
  readonly resources: readonly ResourceType[];
  private readonly insertIds: InsertIds;
  private opening?: Promise<JobParts>;
  private opened?: JobParts;
  /** Of tables that the stack has, by dataset.table. */
  private readonly addresses = new Map<string, string>();

  constructor(
    private readonly host: Host,
    private readonly dependencies: BigQueryDependencies = {},
  ) {
    this.insertIds = new InsertIds(host.clock);
    this.resources = bigQueryTypes(host, () => this.parts(), this.addresses);
  }

  grpc(caller: Caller): readonly GrpcMethod[] {
    return writeMethods(() => this.parts(), caller);
  }

  http(caller: Caller): readonly HttpRoute[] {
    const json = (job: JobParts): readonly RestMethod[] => [
      ...datasetMethods(job.parts, caller),
      ...tableMethods(job.parts, caller),
      ...tableDataMethods(job.parts, this.insertIds, caller),
      ...jobMethods(job, caller),
      ...queryMethods(job, caller),
    ];
    const uploads = (job: JobParts): readonly RestMethod[] => uploadMethods(job, caller);
    return [
      this.route("/bigquery/v2/", json),
      this.route("/upload/bigquery/v2/", uploads),
      // With BIGQUERY_EMULATOR_HOST Google's Node client leaves /bigquery/v2 out.
      { ...this.route("/", json), prefix: "/projects/" },
    ];
  }

  /** The rows of a query, for tests, the console and the command line. */
  async query(
    sql: string,
    params: readonly QueryValue[] | { readonly [name: string]: QueryValue } = [],
    caller = owner,
  ): Promise<readonly PlainRow[]> {
    const { engine } = await this.parts();
    const parameters = Array.isArray(params)
      ? params.map((value: QueryValue) => parameterOf(undefined, value))
      : Object.entries(params).map(([name, value]) => parameterOf(name, value));
    const { result } = await engine.run({ sql, parameters }, caller);
    return result.rows(0, result.rowCount).map((values) => plainRow(result.columns, values));
  }

  /** The newest rows of a table, the newest first. @param table dataset.table, or project.dataset.table */
  async recentRows(table: string, limit: number): Promise<readonly PlainRow[]> {
    const parts = await this.parts();
    const full = table.split(".").length === 2 ? `${this.host.project}.${table}` : table;
    const { columns, physical } = tableNamed(parts, full);
    const result = await parts.database.read((connection) =>
      connection.runAndReadAll(
        `SELECT * FROM ${sqlName(physical)} ORDER BY rowid DESC LIMIT ${Math.max(0, Math.trunc(limit))}`,
      ),
    );
    return result.getRows().map((values) => plainRow(columns, values));
  }

  async append(caller: Caller, table: string, rows: readonly { readonly [column: string]: unknown }[]): Promise<void> {
    await appendToTable(await this.parts(), caller, table, rows);
  }

  columns(table: string): ReturnType<TableWriter["columns"]> {
    if (this.opened === undefined) throw new CloudError("NOT_FOUND", `Not found: Table ${table}`);
    return restColumns(tableNamed(this.opened.parts, table).columns) as ReturnType<TableWriter["columns"]>;
  }

  counters(): Counters {
    if (this.opened === undefined) return {};
    const { catalog, counts } = this.opened.parts;
    const tables = catalog.tables().filter(({ view }) => view === undefined);
    return Object.fromEntries(
      tables.map(({ dataset, id }) => [
        this.addresses.get(`${dataset}.${id}`) ?? `${dataset}.${id}`,
        { ...counts.of(dataset, id) },
      ]),
    );
  }

  async stop(): Promise<void> {
    const job = await this.opening?.catch(() => undefined);
    await job?.jobs.cancelAll();
    await job?.parts.database.close();
  }

  private async parts(): Promise<Parts> {
    return (await this.open()).parts;
  }

  private open(): Promise<JobParts> {
    this.opening ??= openParts(this.host).then((parts) => {
      this.opened = { parts, jobs: new Jobs(parts), objects: this.dependencies.objects };
      return this.opened;
    });
    return this.opening;
  }

  /** Its methods are made when the file is open, at the first request. */
  private route(root: string, methods: (job: JobParts) => readonly RestMethod[]): HttpRoute {
    let route: Promise<HttpRoute> | undefined;
    return {
      prefix: root,
      handle: async (request, response) => {
        route ??= this.open().then((job) => restRoute(root, methods(job)));
        await (await route).handle(request, response);
      },
    };
  }
}

function parameterOf(name: string | undefined, value: QueryValue) {
  const type =
    typeof value === "boolean"
      ? "BOOL"
      : typeof value !== "number"
        ? "STRING"
        : Number.isInteger(value)
          ? "INT64"
          : "FLOAT64";
  return {
    ...(name === undefined ? {} : { name }),
    parameterType: { type },
    parameterValue: { value: value === null ? null : String(value) },
  };
}
