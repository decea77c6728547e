/** GoogleSQL in, values out; and what the translation says of a query's types is held against what DuckDB gives. */
import { afterAll, beforeAll, expect } from "vitest";
import { openParts, type Parts } from "../../../../../local/services/bigquery/parts";
import { plainRow, type PlainRow, type PlainValue } from "../../../../../local/services/bigquery/rows/plain-value";
import { lookupTable } from "../../../../../local/services/bigquery/query/table-lookup";
import { compileQuery, contextOf } from "../../../../../local/services/bigquery/sql/compile/query";
import { parseStatement } from "../../../../../local/services/bigquery/sql/parse/statement";
import { duckdbText, sqlText } from "../../../../../local/services/bigquery/sql/types";
import { fakeHost, you, type FakeHost } from "../../../support/host";

export interface SqlBench {
  /** Runs a statement and gives its rows. */
  rows(sql: string): Promise<readonly PlainRow[]>;
  /** The value of an expression, and its type. */
  value(expression: string): Promise<{ readonly type: string; readonly value: PlainValue | undefined }>;
  /** The message with which a statement is refused. */
  refusal(sql: string): Promise<string>;
  readonly parts: Parts;
}

/** One for all tests of a file. @param setUp statements that are run first */
export function sqlBench(...setUp: readonly string[]): SqlBench {
  let host: FakeHost;
  let parts: Parts;
  beforeAll(async () => {
    host = fakeHost();
    parts = await openParts(host);
    for (const statement of setUp) await run(statement);
  });
  afterAll(async () => {
    await parts.database.close();
    await host.close();
  });

  const run = async (sql: string): Promise<readonly PlainRow[]> => {
    const { result } = await parts.engine.run({ sql }, you);
    return result.rows(0, result.rowCount).map((row) => plainRow(result.columns, row));
  };

  /** DuckDB's own types of the translated query, and those that the translation says. */
  const compareTypes = async (sql: string): Promise<string> => {
    const statement = parseStatement(sql);
    if (statement.kind !== "query") throw new Error(`${sql} is no query`);
    const { project, catalog, access, clock } = parts;
    const lookup = { project, catalog, access, caller: you, now: clock.now(), read: new Set<never>() };
    const environment = {
      source: sql,
      now: clock.now(),
      parameters: [],
      table: (path: Parameters<typeof lookupTable>[1]) => lookupTable(lookup, path, sql),
    };
    const compiled = compileQuery(statement.query, contextOf(environment));
    const found = await parts.database.read(async (connection) => {
      const described = await connection.runAndReadAll(`DESCRIBE ${compiled.sql}`);
      return described.getRows().map(([, type]) => String(type).replaceAll("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"));
    });
    for (const [at, { type }] of compiled.columns.entries()) {
      const said = duckdbText(type)?.replaceAll('"', "");
      // INTEGER is what DuckDB calls a constant NULL; nothing of ours has that type.
      if (said === undefined || found[at] === "INTEGER") continue;
      expect(`${sql}: ${found[at]?.replaceAll('"', "")}`).toBe(`${sql}: ${said}`);
    }
    return sqlText(compiled.columns[0]?.type ?? { kind: "UNKNOWN" });
  };

  return {
    get parts() {
      return parts;
    },
    async rows(sql) {
      if (/^\s*\(?\s*(select|with)\b/i.test(sql)) await compareTypes(sql);
      return run(sql);
    },
    async value(expression) {
      const sql = `SELECT ${expression} AS value`;
      const type = await compareTypes(sql);
      return { type, value: (await run(sql))[0]?.value };
    },
    async refusal(sql) {
      return run(sql).then(
        () => "nothing refused",
        (error: Error) => error.message,
      );
    },
  };
}
