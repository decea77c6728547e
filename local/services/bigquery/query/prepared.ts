/** What a statement is run with. */
import type { Clock } from "../../../service";
import type { BigQueryAccess } from "../access";
import type { Statement } from "../sql/ast";
import type { Context } from "../sql/compile/context";
import type { Catalog } from "../store/catalog";
import type { Database } from "../store/database";
import type { RowCounts } from "../store/row-counts";
import type { Tables } from "../store/tables";
import type { BoundParameter, QueryParameter } from "./parameters";
import type { Lookup } from "./table-lookup";

export interface EngineParts {
  readonly project: string;
  readonly clock: Clock;
  readonly access: BigQueryAccess;
  readonly database: Database;
  readonly catalog: Catalog;
  readonly tables: Tables;
  readonly counts: RowCounts;
}

export interface Query {
  readonly sql: string;
  readonly parameters?: readonly QueryParameter[];
  readonly defaultDataset?: string;
}

export interface Prepared {
  readonly statement: Statement;
  readonly context: Context;
  readonly parameters: readonly BoundParameter[];
  readonly lookup: Lookup;
}
