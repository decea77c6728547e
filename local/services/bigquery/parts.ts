/** What BigQuery is made of, once its file is open. */
import type { Caller, Clock, Grant, Host } from "../../service";
import { BigQueryAccess } from "./access";
import { Engine } from "./query/engine";
import type { Defaults } from "./rows/table-rows";
import type { Column } from "./schema/column";
import { Appends } from "./store/appends";
import { Catalog } from "./store/catalog";
import { Database } from "./store/database";
import { RowCounts } from "./store/row-counts";
import { Tables } from "./store/tables";
import { WriteStreams } from "./write/streams";

export interface Parts {
  readonly project: string;
  readonly clock: Clock;
  readonly access: BigQueryAccess;
  readonly grants: () => readonly Grant[];
  readonly database: Database;
  readonly catalog: Catalog;
  readonly tables: Tables;
  readonly counts: RowCounts;
  readonly appends: Appends;
  readonly streams: WriteStreams;
  readonly engine: Engine;
  /** The columns of a view's query. */
  readonly describeView: (query: string, dataset: string) => Promise<readonly Column[]>;
  readonly defaults: Defaults;
}

/** Who defines a view does not have to be able to read it. */
const owner: Caller = { member: "user:you" };

export async function openParts(host: Host): Promise<Parts> {
  const { project, clock, access: stackAccess } = host;
  const database = await Database.open(host.folder("bigquery"));
  const catalog = await Catalog.open(database, clock, project);
  const access = new BigQueryAccess(stackAccess, project);
  const tables = new Tables(database, catalog, clock, project);
  const counts = new RowCounts(database, catalog);
  await counts.countAll();
  const appends = new Appends(database);
  const streams = await WriteStreams.open(database, catalog, appends, counts, clock);
  const engine = new Engine({ project, clock, access, database, catalog, tables, counts });
  return {
    project,
    clock,
    access,
    grants: () => stackAccess.grants,
    database,
    catalog,
    tables,
    counts,
    appends,
    streams,
    engine,
    describeView: async (sql) => (await engine.describe({ sql }, owner)).result.columns,
    defaults: (column, count) => engine.defaults(column, count),
  };
}
