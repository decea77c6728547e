/** google.cloud.bigquery.storage.v1.BigQueryWrite */
import type { DuckDBValue } from "@duckdb/node-api";
import { timestampOf } from "../../../../pipeline/protobuf/message";
import { duplex, fail, unary, type GrpcMethod } from "../../../grpc";
import type { Caller } from "../../../service";
import type { BigQueryAccess } from "../access";
import type { Defaults } from "../rows/table-rows";
import type { Column } from "../schema/column";
import type { Appends } from "../store/appends";
import type { Catalog, TableRecord } from "../store/catalog";
import { applyChanges, keyPlaces } from "../store/changes";
import type { RowCounts } from "../store/row-counts";
import { AppendConnection, type Destination, type Destinations } from "./connection";
import * as messages from "./messages";
import { WriteError } from "./stream-error";
import type { StreamRecord } from "./stream-record";
import type { WriteStreams } from "./streams";

const SERVICE = "/google.cloud.bigquery.storage.v1.BigQueryWrite";
const FULL_VIEW = 2;
const INSERT = 1;

export interface WriteParts {
  readonly project: string;
  readonly access: BigQueryAccess;
  readonly catalog: Catalog;
  readonly streams: WriteStreams;
  readonly appends: Appends;
  readonly counts: RowCounts;
  readonly defaults: Defaults;
}

/** @param parts once the file is open */
export function writeMethods(parts: () => Promise<WriteParts>, caller: Caller): readonly GrpcMethod[] {
  const on = async <T>(answer: (service: WriteService) => T | Promise<T>): Promise<T> =>
    answer(new WriteService(await parts(), caller));
  return [
    unary(`${SERVICE}/CreateWriteStream`, messages.CreateWriteStreamRequest, messages.WriteStream, (request) =>
      on((service) => service.create(request.parent, request.writeStream?.type ?? 0)),
    ),
    unary(`${SERVICE}/GetWriteStream`, messages.GetWriteStreamRequest, messages.WriteStream, (request) =>
      on((service) => service.get(request.name, request.view === FULL_VIEW)),
    ),
    unary(
      `${SERVICE}/FinalizeWriteStream`,
      messages.FinalizeWriteStreamRequest,
      messages.FinalizeWriteStreamResponse,
      (request) => on(async (service) => ({ rowCount: await service.finalize(request.name) })),
    ),
    unary(`${SERVICE}/FlushRows`, messages.FlushRowsRequest, messages.FlushRowsResponse, (request) =>
      on((service) => service.flush(request.writeStream, request.offset?.value ?? 0)),
    ),
    unary(
      `${SERVICE}/BatchCommitWriteStreams`,
      messages.BatchCommitWriteStreamsRequest,
      messages.BatchCommitWriteStreamsResponse,
      (request) => on((service) => service.commit(request.parent, request.writeStreams)),
    ),
    duplex(`${SERVICE}/AppendRows`, messages.AppendRowsRequest, messages.AppendRowsResponse, (call) => {
      // What comes before the file is open waits on the wire.
      call.pause();
      parts().then(
        (opened) => {
          const connection = new AppendConnection(call, new WriteService(opened, caller));
          call.resume();
          return connection;
        },
        (error: unknown) => fail(call, error),
      );
    }),
  ];
}

class WriteService implements Destinations {
  constructor(
    private readonly parts: WriteParts,
    private readonly caller: Caller,
  ) {}

  async create(parent: string, type: number): Promise<Partial<messages.WriteStream>> {
    const table = this.table(parent);
    this.mayWrite(table);
    const name = (["COMMITTED", "PENDING", "BUFFERED"] as const).find((one) => messages.streamTypes[one] === type);
    if (name === undefined) {
      throw new WriteError("INVALID_ARGUMENT", "The stream's type has to be COMMITTED, PENDING or BUFFERED.", parent);
    }
    return this.described(await this.parts.streams.create(parent, table, name), table, true);
  }

  get(name: string, full: boolean): Partial<messages.WriteStream> {
    const { record, table } = this.known(name);
    this.parts.access.table(this.caller, "bigquery.tables.get", table);
    return this.described(record, table, full);
  }

  async finalize(name: string): Promise<number> {
    refuseDefault(name, "FinalizeWriteStream");
    const { stream, table } = this.parts.streams.find(name);
    this.mayWrite(table);
    return this.parts.streams.finalize(stream);
  }

  async flush(name: string, offset: number): Promise<{ offset: number }> {
    refuseDefault(name, "FlushRows");
    const { stream, table } = this.parts.streams.find(name);
    this.mayWrite(table);
    await this.parts.streams.flush(stream, table, offset);
    return { offset };
  }

  async commit(
    parent: string,
    names: readonly string[],
  ): Promise<Partial<ReturnType<typeof messages.BatchCommitWriteStreamsResponse.decode>>> {
    const table = this.table(parent);
    this.mayWrite(table);
    const done = await this.parts.streams.commit(table, names);
    return typeof done === "number" ? { commitTime: timestampOf(done) } : { streamErrors: done };
  }

  find(name: string): Destination {
    const { appends, counts } = this.parts;
    if (isDefault(name)) {
      const table = this.table(parentOf(name));
      this.mayWrite(table);
      return {
        table,
        columns: table.columns,
        isDefault: true,
        keys: keyPlaces(table),
        async change(changes, target) {
          let grown = 0;
          await appends.append({
            target,
            columns: table.columns,
            rows: [],
            alongside: async (connection) => void (grown = await applyChanges(connection, table, changes)),
          });
          counts.add(table.dataset, table.id, changes.length, grown);
        },
        async append(_, rows, target) {
          await appends.append({ target, columns: table.columns, rows });
          counts.add(table.dataset, table.id, rows.length);
          return undefined;
        },
      };
    }
    const { stream, table } = this.parts.streams.find(name);
    this.mayWrite(table);
    const columns = stream.record.type === "COMMITTED" ? table.columns : stream.record.columns;
    return {
      table,
      columns,
      isDefault: false,
      keys: [],
      change: () => Promise.reject(new Error("only default streams take changes")),
      append: (offset, rows, target) => this.parts.streams.append(stream, offset, { columns, rows, target }),
    };
  }

  target({ dataset, id }: TableRecord): () => TableRecord {
    return () => this.parts.catalog.table(dataset, id);
  }

  defaults(column: Column, count: number): Promise<readonly DuckDBValue[]> {
    return this.parts.defaults(column, count);
  }

  refused({ dataset, id }: TableRecord, rows: number): void {
    this.parts.counts.refuse(dataset, id, rows);
  }

  private mayWrite(table: TableRecord): void {
    this.parts.access.table(this.caller, "bigquery.tables.updateData", table);
  }

  /** projects/P/datasets/D/tables/T */
  private table(name: string): TableRecord {
    const found = /^projects\/([^/]+)\/datasets\/([^/]+)\/tables\/([^/]+)$/.exec(name);
    if (found === null) throw new WriteError("INVALID_ARGUMENT", "Invalid table name.", name);
    const [, project, dataset, id] = found as unknown as [string, string, string, string];
    const table = project === this.parts.project ? this.parts.catalog.findTable(dataset, id) : undefined;
    if (table === undefined) {
      throw new WriteError("NOT_FOUND", `Not found: table ${project}:${dataset}.${id}.`, name, "TABLE_NOT_FOUND");
    }
    if (table.view !== undefined) throw new WriteError("INVALID_ARGUMENT", "A view takes no rows.", name);
    return table;
  }

  private known(name: string): {
    readonly record: Pick<StreamRecord, "name" | "type" | "created" | "committed">;
    readonly table: TableRecord;
  } {
    if (!isDefault(name)) {
      const { stream, table } = this.parts.streams.find(name);
      return { record: stream.record, table };
    }
    const table = this.table(parentOf(name));
    return { record: { name, type: "COMMITTED", created: table.created, committed: table.created }, table };
  }

  private described(
    record: Pick<StreamRecord, "name" | "type" | "created" | "committed">,
    table: TableRecord,
    withSchema: boolean,
  ): Partial<messages.WriteStream> {
    return {
      name: record.name,
      type: messages.streamTypes[record.type],
      createTime: timestampOf(record.created),
      ...(record.committed === null ? {} : { commitTime: timestampOf(record.committed) }),
      ...(withSchema ? { tableSchema: { fields: messages.schemaFields(table.columns) } } : {}),
      writeMode: INSERT,
      location: this.parts.catalog.dataset(table.dataset).location,
    };
  }
}

const isDefault = (name: string): boolean => name.endsWith("/_default");

/** ".../tables/T/streams/_default", and ".../tables/T/_default" as older clients have it. */
const parentOf = (name: string): string => name.replace(/(\/streams)?\/_default$/, "");

function refuseDefault(name: string, method: string): void {
  if (!isDefault(name)) return;
  throw new WriteError("INVALID_ARGUMENT", `${method} is not supported on the default stream.`, name);
}
