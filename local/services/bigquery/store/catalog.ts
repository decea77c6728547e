/**
 * Datasets and tables: what the API says of them, and where their rows are. Kept in DuckDB beside the rows, so that
 * a table and its description change in one transaction; in memory for everyone who asks.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import type { Clock } from "../../../service";
import type { Column } from "../schema/column";
import { quoted, type PhysicalName } from "../schema/duckdb-type";
import type { Database } from "./database";

/** Fields of a resource that are kept as they are given: labels, description, timePartitioning ... */
export interface Settings {
  readonly [name: string]: unknown;
}

export interface DatasetRecord {
  readonly id: string;
  /** The schema in DuckDB. */
  readonly schema: string;
  readonly location: string;
  readonly settings: Settings;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly modified: number;
}

export interface TableRecord {
  /** Its own, and not that of a table that had its name before. */
  readonly uid: string;
  readonly dataset: string;
  readonly id: string;
  readonly columns: readonly Column[];
  /** Of a view: its query. Else undefined. */
  readonly view?: string;
  readonly physical: PhysicalName;
  readonly settings: Settings;
  readonly created: number;
  readonly modified: number;
}

/** dataset.table */
export const tableKey = ({ dataset, id }: { readonly dataset: string; readonly id: string }): string =>
  `${dataset}.${id}`;

export class Catalog {
  private readonly datasetsById = new Map<string, DatasetRecord>();
  private readonly tablesByKey = new Map<string, TableRecord>();

  private constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly project: string,
  ) {}

  static async open(database: Database, clock: Clock, project: string): Promise<Catalog> {
    const catalog = new Catalog(database, clock, project);
    await database.write(async (connection) => {
      await connection.run("CREATE SCHEMA IF NOT EXISTS _catalog");
      await connection.run("CREATE SCHEMA IF NOT EXISTS _staging");
      await connection.run("CREATE TABLE IF NOT EXISTS _catalog.datasets (id VARCHAR, record VARCHAR)");
      await connection.run("CREATE TABLE IF NOT EXISTS _catalog.tables (key VARCHAR, record VARCHAR)");
      for (const record of await records<DatasetRecord>(connection, "datasets")) {
        catalog.datasetsById.set(record.id, record);
      }
      for (const record of await records<TableRecord>(connection, "tables")) {
        catalog.tablesByKey.set(tableKey(record), record);
      }
    });
    return catalog;
  }

  datasets(): readonly DatasetRecord[] {
    return [...this.datasetsById.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  tables(dataset?: string): readonly TableRecord[] {
    return [...this.tablesByKey.values()]
      .filter((table) => dataset === undefined || table.dataset === dataset)
      .toSorted((a, b) => (tableKey(a) < tableKey(b) ? -1 : 1));
  }

  findDataset(id: string): DatasetRecord | undefined {
    return this.datasetsById.get(id);
  }

  /** @throws CloudError NOT_FOUND */
  dataset(id: string): DatasetRecord {
    const found = this.datasetsById.get(id);
    if (found === undefined) throw new CloudError("NOT_FOUND", `Not found: Dataset ${this.project}:${id}`);
    return found;
  }

  findTable(dataset: string, id: string): TableRecord | undefined {
    return this.tablesByKey.get(`${dataset}.${id}`);
  }

  /** @throws CloudError NOT_FOUND */
  table(dataset: string, id: string): TableRecord {
    this.dataset(dataset);
    const found = this.findTable(dataset, id);
    if (found === undefined) throw new CloudError("NOT_FOUND", `Not found: Table ${this.project}:${dataset}.${id}`);
    return found;
  }

  async createDataset(id: string, location: string, settings: Settings): Promise<DatasetRecord> {
    if (!/^[A-Za-z0-9_]{1,1024}$/.test(id)) {
      throw new CloudError(
        "INVALID_ARGUMENT",
        `Invalid dataset ID "${id}". Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024 characters long.`,
      );
    }
    const made = await this.database.write(async (connection) => {
      if (this.datasetsById.has(id)) {
        throw new CloudError("ALREADY_EXISTS", `Already Exists: Dataset ${this.project}:${id}`);
      }
      const taken = new Set([...reserved, ...this.datasets().map(({ schema }) => schema.toLowerCase())]);
      const now = this.clock.now();
      const record = { id, schema: freeName(id, taken), location, settings, created: now, modified: now };
      await connection.run(`CREATE SCHEMA ${quoted(record.schema)}`);
      await save(connection, "datasets", id, record);
      return record;
    });
    this.datasetsById.set(id, made);
    return made;
  }

  async updateDataset(id: string, settings: Settings): Promise<DatasetRecord> {
    const changed = await this.database.write(async (connection) => {
      const record = { ...this.dataset(id), settings, modified: this.clock.now() };
      await save(connection, "datasets", id, record);
      return record;
    });
    this.datasetsById.set(id, changed);
    return changed;
  }

  /** @param withContents else a dataset with tables in it is refused. */
  async deleteDataset(id: string, withContents: boolean): Promise<void> {
    const gone = await this.database.write(async (connection) => {
      const { schema } = this.dataset(id);
      const tables = this.tables(id);
      if (tables.length > 0 && !withContents) {
        throw new CloudError("INVALID_ARGUMENT", `Dataset ${this.project}:${id} is still in use`);
      }
      await connection.run(`DROP SCHEMA ${quoted(schema)} CASCADE`);
      for (const table of tables) await remove(connection, "tables", tableKey(table));
      await remove(connection, "datasets", id);
      return tables;
    });
    for (const table of gone) this.tablesByKey.delete(tableKey(table));
    this.datasetsById.delete(id);
  }

  /** Runs within a transaction: the caller makes, alters or drops what is in DuckDB. */
  async saveTable(connection: DuckDBConnection, record: TableRecord): Promise<void> {
    await save(connection, "tables", tableKey(record), record);
  }

  async dropTable(connection: DuckDBConnection, record: TableRecord): Promise<void> {
    await remove(connection, "tables", tableKey(record));
  }

  /** After the transaction: from now on this is the table, or it is gone. */
  tableIs(key: string, record: TableRecord | undefined): void {
    if (record === undefined) this.tablesByKey.delete(key);
    else this.tablesByKey.set(key, record);
  }

  /** Names in DuckDB know no case, those of BigQuery's tables do. */
  physicalName(dataset: string, id: string): PhysicalName {
    const { schema } = this.dataset(dataset);
    const taken = new Set(this.tables(dataset).map(({ physical }) => physical.table.toLowerCase()));
    return { schema, table: freeName(id, taken) };
  }
}

const reserved = ["_catalog", "_staging", "main", "temp", "system", "information_schema", "pg_catalog"];

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let turn = 1; ; turn++) {
    const name = turn === 1 ? wanted : `${wanted}~${turn}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}

type Kind = "datasets" | "tables";
const keyColumn = { datasets: "id", tables: "key" } as const;

async function records<T>(connection: DuckDBConnection, kind: Kind): Promise<readonly T[]> {
  const result = await connection.runAndReadAll(`SELECT record FROM _catalog.${kind}`);
  return result.getRows().map(([record]) => JSON.parse(record as string) as T);
}

async function save(connection: DuckDBConnection, kind: Kind, key: string, record: unknown): Promise<void> {
  await remove(connection, kind, key);
  await connection.run(`INSERT INTO _catalog.${kind} VALUES ($1, $2)`, [key, JSON.stringify(record)]);
}

async function remove(connection: DuckDBConnection, kind: Kind, key: string): Promise<void> {
  await connection.run(`DELETE FROM _catalog.${kind} WHERE ${keyColumn[kind]} = $1`, [key]);
}
