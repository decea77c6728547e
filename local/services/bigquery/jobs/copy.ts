/** Copy jobs: tables into a table, and a query's rows into one. */
import type { Caller } from "../../../service";
import type { Parts } from "../parts";
import { quoted, sqlName } from "../schema/duckdb-type";
import { destinationOf, writeTo } from "./destination";
import type { JobOutcome } from "./job";
import { inPartition } from "./partition";

interface Config {
  readonly [name: string]: unknown;
}

export async function copy(parts: Parts, caller: Caller, config: Config): Promise<JobOutcome> {
  const { project, catalog, access } = parts;
  const given: readonly unknown[] = Array.isArray(config.sourceTables) ? config.sourceTables : [config.sourceTable];
  const sources = given.map((reference) => {
    const { dataset, id, partition } = destinationOf(project, reference, undefined, undefined);
    const table = catalog.table(dataset, id);
    access.table(caller, "bigquery.tables.getData", table);
    return { table, where: partition === undefined ? "" : ` WHERE ${inPartition(table, partition)}` };
  });
  const destination = destinationOf(
    project,
    config.destinationTable,
    config.createDisposition,
    config.writeDisposition ?? "WRITE_EMPTY",
  );
  const outputRows = await writeTo(
    parts,
    caller,
    destination,
    sources[0]?.table.columns ?? [],
    async (connection, table) => {
      let rows = 0;
      for (const { table: source, where } of sources) {
        const columns = source.columns.map(({ name }) => quoted(name)).join(", ");
        const result = await connection.run(
          `INSERT INTO ${sqlName(table.physical)} (${columns}) SELECT ${columns} FROM ${sqlName(source.physical)}${where}`,
        );
        rows += result.rowsChanged;
      }
      return rows;
    },
  );
  return { numbers: { outputRows } };
}
