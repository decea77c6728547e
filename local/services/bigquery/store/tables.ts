/** Tables in DuckDB as the catalog says them. */
import { randomUUID } from "node:crypto";
import type { DuckDBConnection } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import type { Clock } from "../../../service";
import { schemaChange, type SchemaStep } from "../schema/change";
import { columnNamed, type Column } from "../schema/column";
import { checkPrimaryKey, primaryKeyOf } from "../schema/primary-key";
import { duckdbTypeText, quoted, sqlName, type PhysicalName } from "../schema/duckdb-type";
import { tableKey, type Catalog, type Settings, type TableRecord } from "./catalog";
import { changesName } from "./changes";
import type { Database } from "./database";

export interface NewTable {
  readonly dataset: string;
  readonly id: string;
  readonly columns: readonly Column[];
  /** The query of a view. */
  readonly view?: string;
  readonly settings: Settings;
}

export class Tables {
  constructor(
    private readonly database: Database,
    private readonly catalog: Catalog,
    private readonly clock: Clock,
    private readonly project: string,
  ) {}

  /** @throws CloudError ALREADY_EXISTS */
  async create(wanted: NewTable): Promise<TableRecord> {
    const record = await this.database.write(async (connection) => {
      const made = this.describe(wanted);
      await this.make(connection, made);
      return made;
    });
    this.catalog.tableIs(tableKey(record), record);
    return record;
  }

  /** A record for a table that is not there yet, or that is about to go. */
  describe(wanted: NewTable, replaces = false): TableRecord {
    const { dataset, id } = wanted;
    if (!/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,1024}$/u.test(id)) {
      throw new CloudError(
        "INVALID_ARGUMENT",
        `Invalid table ID ${JSON.stringify(id)}: a name has at most 1024 letters, marks, digits, connectors, dashes and spaces.`,
      );
    }
    if (!replaces && this.catalog.findTable(dataset, id) !== undefined) {
      throw new CloudError("ALREADY_EXISTS", `Already Exists: Table ${this.project}:${dataset}.${id}`);
    }
    checkPrimaryKey(primaryKeyOf(wanted.settings), wanted.columns);
    const now = this.clock.now();
    const physical = this.catalog.physicalName(dataset, id);
    return { ...wanted, uid: randomUUID(), physical, created: now, modified: now };
  }

  /** Within a transaction. */
  async make(connection: DuckDBConnection, record: TableRecord): Promise<void> {
    if (record.view === undefined) await connection.run(createTable(record.physical, record.columns));
    await this.catalog.saveTable(connection, record);
  }

  /**
   * Brings a table to another schema, if that can be done with its rows in it.
   * @throws CloudError INVALID_ARGUMENT that says what cannot.
   */
  async update(
    before: TableRecord,
    change: { readonly columns?: readonly Column[]; readonly view?: string; readonly settings?: Settings },
  ): Promise<TableRecord> {
    const key = tableKey(before);
    const record = await this.database.write(async (connection) => {
      const there = this.catalog.table(before.dataset, before.id);
      const after = { ...there, ...change, modified: this.clock.now() };
      if (there.view === undefined) {
        const { steps, refused } = schemaChange(there.columns, after.columns);
        if (refused.length > 0) {
          throw new CloudError(
            "INVALID_ARGUMENT",
            `Provided Schema does not match Table ${this.project}:${key}: ${refused.join("; ")}. ` +
              "Columns can be added and made NULLABLE with the rows in place; for anything else make a new table.",
          );
        }
        const now = merged(there.columns, after.columns);
        // The same columns stay the same object: whoever writes rows sees a change by that.
        const columns = JSON.stringify(now) === JSON.stringify(there.columns) ? there.columns : now;
        for (const step of steps) await take(connection, there.physical, columns, step);
        const [keyWas, keyIs] = [primaryKeyOf(there.settings), primaryKeyOf(after.settings)];
        checkPrimaryKey(keyIs, columns);
        if (String(keyWas) !== String(keyIs)) await connection.run(dropChanges(there));
        await this.catalog.saveTable(connection, { ...after, columns });
        return { ...after, columns };
      }
      await this.catalog.saveTable(connection, after);
      return after;
    });
    this.catalog.tableIs(key, record);
    return record;
  }

  async drop(record: TableRecord): Promise<void> {
    await this.database.write(async (connection) => {
      await dropRows(connection, record);
      await this.catalog.dropTable(connection, record);
    });
    this.catalog.tableIs(tableKey(record), undefined);
  }

  /**
   * Makes a table in the place of another, within a transaction. The other one goes last: the new rows may be read from it.
   * @param fill writes the rows, and says how many
   */
  async replace(
    connection: DuckDBConnection,
    there: TableRecord | undefined,
    wanted: NewTable,
    fill: (record: TableRecord) => Promise<number>,
  ): Promise<{ readonly record: TableRecord; readonly rows: number }> {
    const record = this.describe(wanted, there !== undefined);
    await this.make(connection, record);
    const rows = await fill(record);
    if (there !== undefined) await dropRows(connection, there);
    return { record, rows };
  }
}

async function dropRows(connection: DuckDBConnection, record: TableRecord): Promise<void> {
  if (record.view !== undefined) return;
  await connection.run(`DROP TABLE ${sqlName(record.physical)}`);
  await connection.run(dropChanges(record));
}

/** What came last of each key belongs to the key and to the table. */
const dropChanges = ({ physical }: TableRecord): string => `DROP TABLE IF EXISTS ${sqlName(changesName(physical))}`;

/** CREATE TABLE of DuckDB. */
export function createTable(physical: PhysicalName, columns: readonly Column[]): string {
  const list = columns.map(
    (column) => `${quoted(column.name)} ${duckdbTypeText(column)}${column.mode === "REQUIRED" ? " NOT NULL" : ""}`,
  );
  // DuckDB knows no table without columns; BigQuery does, and says so only when it is queried.
  return `CREATE TABLE ${sqlName(physical)} (${list.length === 0 ? "_nothing BOOLEAN" : list.join(", ")})`;
}

/** The old columns in their old order with what is new of them, and new columns behind: as they lie in DuckDB. */
function merged(before: readonly Column[], after: readonly Column[]): readonly Column[] {
  const kept = before.map((old) => {
    const now = columnNamed(after, old.name) ?? old;
    const fields = old.fields === undefined ? {} : { fields: merged(old.fields, now.fields ?? []) };
    return { ...now, name: old.name, ...fields };
  });
  return [...kept, ...after.filter(({ name }) => columnNamed(before, name) === undefined)];
}

/** @param columns after the change */
async function take(
  connection: DuckDBConnection,
  physical: PhysicalName,
  columns: readonly Column[],
  { path, ...what }: SchemaStep,
): Promise<void> {
  const [top, ...within] = path as [string, ...string[]];
  const alter = `ALTER TABLE ${sqlName(physical)}`;
  if (within.length > 0) {
    // A field of a record: DuckDB converts the whole column, which keeps fields by name and fills the new ones with nulls.
    const column = columnNamed(columns, top) as Column;
    await connection.run(`${alter} ALTER ${quoted(top)} SET DATA TYPE ${duckdbTypeText(column)}`);
  } else if (what.step === "relax") {
    await connection.run(`${alter} ALTER ${quoted(top)} DROP NOT NULL`);
  } else {
    await connection.run(`${alter} ADD COLUMN ${quoted(top)} ${duckdbTypeText(what.column)}`);
  }
}
