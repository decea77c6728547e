/**
 * Rows that are added to a table for each value of a field, made when it is needed. Each table's rows are seen at once;
 * all tables at once would take a transaction that BigQuery does not offer for this.
 */
import type { AnyRow } from "../../../pipeline/schema/row";
import type { TableMaker } from "../sinks/table-maker";
import { type TableOfRow, tableOfRow } from "../sinks/table-of-value";
import { tableParts, tablePath } from "../sinks/table-path";
import type { BatchOutput, BatchSink, Staged } from "./batch-output";
import { PendingRows, type PendingTableOptions } from "./pending-table";

export interface PendingTablesOptions extends Omit<PendingTableOptions, "table"> {
  readonly maker: TableMaker;
  /** project.dataset.events_{region} */
  readonly tables: string;
}

/** A stream, and the table it is of. */
interface Part {
  readonly table: string;
  readonly stream: string;
}

export class PendingTablesByValue implements BatchSink {
  constructor(private readonly options: PendingTablesOptions) {}

  open(): BatchOutput {
    return new RowsByTable(this.options);
  }

  async publish(staged: readonly Staged[]): Promise<void> {
    const { client, tries } = this.options;
    const streams = new Map<string, string[]>();
    for (const { table, stream } of staged.flatMap(({ parts }) => parts as unknown as readonly Part[])) {
      streams.set(table, [...(streams.get(table) ?? []), stream]);
    }
    for (const [table, ofTable] of streams) await tries(table, () => client.commit(table, ofTable));
  }

  /** Nothing is left of streams that are committed. */
  async clear(): Promise<void> {}
}

class RowsByTable implements BatchOutput {
  private readonly tables = new Map<string, PendingRows>();
  private readonly tableOf: TableOfRow;

  constructor(private readonly options: PendingTablesOptions) {
    this.tableOf = tableOfRow(options.tables);
  }

  take(row: AnyRow): void {
    const to = this.tableOf(row);
    if ("why" in to) return this.options.refuse(row, to.why);
    this.rowsOf(to.table).take(row);
  }

  async flush(): Promise<void> {
    for (const rows of this.tables.values()) await rows.flush();
  }

  async finish(): Promise<Staged> {
    let count = 0;
    const all: Part[] = [];
    for (const [table, rows] of this.tables) {
      const { rows: some, parts } = await rows.finish();
      count += some;
      for (const stream of parts) all.push({ table: tablePath(table), stream: stream as string });
    }
    return { rows: count, parts: all.map(({ table, stream }) => ({ table, stream })) };
  }

  async abort(): Promise<void> {
    for (const rows of this.tables.values()) await rows.abort();
  }

  private rowsOf(table: string): PendingRows {
    const known = this.tables.get(table);
    if (known !== undefined) return known;
    const { client, maker, fields, tries } = this.options;
    const createPending = async (path: string): Promise<string> => {
      await tries(table, () => maker.make(tableParts(table), fields));
      return client.createPending(path);
    };
    const made = new PendingRows({
      ...this.options,
      table: tablePath(table),
      client: {
        createPending,
        append: (request) => client.append(request),
        finalize: (stream) => client.finalize(stream),
        commit: (path, streams) => client.commit(path, streams),
      },
    });
    this.tables.set(table, made);
    return made;
  }
}
