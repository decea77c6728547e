/** DuckDB: one file, one writer, some readers. */
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { join } from "node:path";
import { CloudError } from "../../../errors";
import { registerFunctions } from "./functions";

const settings = {
  // A laptop runs more than this: what does not fit goes to the folder beside the file.
  threads: "2",
  memory_limit: "1GB",
  // Nothing is loaded from a network, nothing is read or written outside of the folder.
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
};

const session = [
  "SET TimeZone = 'UTC'",
  // BigQuery's order of nulls.
  "SET default_null_order = 'nulls_first_on_asc_last_on_desc'",
];

export class Database {
  private turn: Promise<unknown> = Promise.resolve();
  private readonly idle: DuckDBConnection[] = [];
  private readonly busy = new Set<DuckDBConnection>();
  private closed = false;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly writer: DuckDBConnection,
  ) {}

  /** @throws CloudError FAILED_PRECONDITION where another process has the file. */
  static async open(folder: string): Promise<Database> {
    const file = join(folder, "bigquery.duckdb");
    const instance = await DuckDBInstance.create(file, { ...settings, temp_directory: join(folder, "spilled") }).catch(
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        throw new CloudError("FAILED_PRECONDITION", `the tables in ${folder} cannot be opened: ${message}`);
      },
    );
    const writer = await instance.connect();
    for (const statement of session) await writer.run(statement);
    registerFunctions(writer);
    await writer.run("SET enable_external_access = false");
    return new Database(instance, writer);
  }

  /** One transaction, after those that were asked for before. What throws leaves nothing behind. */
  write<T>(task: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const mine = this.turn.then(async () => {
      this.refuseClosed();
      await this.writer.run("BEGIN TRANSACTION");
      try {
        const result = await task(this.writer);
        await this.writer.run("COMMIT");
        return result;
      } catch (error) {
        // A commit that failed has rolled back already.
        await this.writer.run("ROLLBACK").catch(() => undefined);
        throw error;
      }
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** What is there now, whatever is written meanwhile. The connection is the task's own until it ends. */
  async read<T>(task: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    this.refuseClosed();
    const connection = this.idle.pop() ?? (await this.connect());
    this.busy.add(connection);
    try {
      return await task(connection);
    } finally {
      this.busy.delete(connection);
      if (this.closed) connection.closeSync();
      else this.idle.push(connection);
    }
  }

  /** Ends what is read, lets what is written finish, and folds the write-ahead log into the file. */
  async close(): Promise<void> {
    if (this.closed) return;
    for (const connection of this.busy) connection.interrupt();
    await this.turn;
    this.closed = true;
    await this.writer.run("CHECKPOINT").catch(() => undefined);
    for (const connection of [...this.idle, this.writer]) connection.closeSync();
    this.instance.closeSync();
  }

  private async connect(): Promise<DuckDBConnection> {
    const connection = await this.instance.connect();
    for (const statement of session) await connection.run(statement);
    return connection;
  }

  private refuseClosed(): void {
    if (this.closed) throw new CloudError("UNAVAILABLE", "BigQuery has stopped");
  }
}
