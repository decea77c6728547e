import type { DuckDBValue } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import type { Exchange, RestMethod } from "../../../routes";
import type { Caller } from "../../../service";
import type { Parts } from "../parts";
import { BadValue } from "../rows/json-value";
import { restRow } from "../rows/rest-value";
import { readTableRows } from "../rows/table-rows";
import type { Column } from "../schema/column";
import { quoted, sqlName } from "../schema/duckdb-type";
import { TableChanged } from "../store/appends";
import type { TableRecord } from "../store/catalog";
import { bodyOf, checkProject, inPath, isBody, pageOf, queryFormat, tokenFor, type Body } from "./exchange";
import type { InsertIds } from "./insert-ids";

const PATH = "projects/{project}/datasets/{dataset}/tables/{table}";
/** @see https://cloud.google.com/bigquery/quotas#streaming_inserts */
const MOST_ROWS = 50_000;

/** @see https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata */
export function tableDataMethods(parts: Parts, insertIds: InsertIds, caller: Caller): readonly RestMethod[] {
  const { project, catalog, access } = parts;
  const found = (exchange: Exchange): TableRecord => {
    checkProject(exchange, project);
    return catalog.table(inPath(exchange, "dataset"), inPath(exchange, "table"));
  };
  return [
    {
      verb: "POST",
      path: `${PATH}/insertAll`,
      async answer(exchange) {
        const table = found(exchange);
        access.table(caller, "bigquery.tables.updateData", table);
        if (table.view !== undefined) {
          throw new CloudError(
            "INVALID_ARGUMENT",
            `Cannot add rows to a table of type VIEW: ${table.dataset}.${table.id}`,
          );
        }
        const errors = await insertAll(parts, insertIds, table, await bodyOf(exchange));
        return {
          kind: "bigquery#tableDataInsertAllResponse",
          ...(errors.length === 0 ? {} : { insertErrors: errors }),
        };
      },
    },
    {
      verb: "GET",
      path: `${PATH}/data`,
      async answer(exchange) {
        const table = found(exchange);
        const { query } = exchange;
        access.table(caller, "bigquery.tables.getData", table);
        if (table.view !== undefined) {
          throw new CloudError(
            "INVALID_ARGUMENT",
            `Cannot list a table of type VIEW: query ${table.dataset}.${table.id} instead`,
          );
        }
        const columns = selected(table.columns, query.get("selectedFields"));
        const { from, count } = pageOf({
          pageToken: query.get("pageToken"),
          startIndex: query.get("startIndex"),
          maxResults: query.get("maxResults"),
        });
        const list = columns.length === 0 ? "1" : columns.map(({ name }) => quoted(name)).join(", ");
        const result = await parts.database.read((connection) =>
          connection.runAndReadAll(
            `SELECT ${list} FROM ${sqlName(table.physical)} ORDER BY rowid LIMIT ${count} OFFSET ${from}`,
          ),
        );
        const rows = result.getRows().map((values) => restRow(columns, values, queryFormat(query)));
        const total = parts.counts.of(table.dataset, table.id).rows;
        return {
          kind: "bigquery#tableDataList",
          etag: String(total),
          totalRows: String(total),
          rows,
          pageToken: rows.length < count ? undefined : tokenFor(from + rows.length, total),
        };
      },
    },
  ];
}

function selected(columns: readonly Column[], names: string | null): readonly Column[] {
  if (names === null || names === "") return columns;
  const wanted = names.split(",").map((name) => name.trim().toLowerCase());
  return columns.filter(({ name }) => wanted.includes(name.toLowerCase()));
}

interface InsertError {
  readonly index: number;
  readonly errors: readonly {
    readonly reason: string;
    readonly location: string;
    readonly debugInfo: string;
    readonly message: string;
  }[];
}

/** Rows as far as they fit: all of them or, where the request says so, the valid ones. */
async function insertAll(
  parts: Parts,
  insertIds: InsertIds,
  table: TableRecord,
  body: Body,
): Promise<readonly InsertError[]> {
  const given = Array.isArray(body.rows) ? (body.rows as readonly unknown[]).filter(isBody) : [];
  if (given.length === 0) throw new CloudError("INVALID_ARGUMENT", "No rows present in the request.");
  if (given.length > MOST_ROWS) {
    throw new CloudError(
      "INVALID_ARGUMENT",
      `too many rows present in the request, limit: ${MOST_ROWS} row count: ${given.length}`,
    );
  }
  const { columns, dataset, id } = table;
  const options = { jsonText: true, ignoreUnknown: body.ignoreUnknownValues === true };
  const jsons = given.map(({ json }) => (isBody(json) ? json : {}));
  const read = await readTableRows(columns, jsons, options, parts.defaults);
  const rows = given.map((row, index) => ({
    index,
    insertId: typeof row.insertId === "string" && row.insertId !== "" ? row.insertId : undefined,
    values: isBody(row.json) ? (read[index] as (typeof read)[number]) : new BadValue("", "The row is not an object."),
  }));
  const bad = rows.flatMap(({ index, values }) => (values instanceof BadValue ? [{ index, values }] : []));
  const stopped = bad.length > 0 && body.skipInvalidRows !== true;
  const fresh = stopped
    ? []
    : insertIds.unseen(
        table.uid,
        rows.filter(({ values }) => !(values instanceof BadValue)),
      );
  if (fresh.length > 0) {
    try {
      await parts.appends.append({
        target: () => parts.catalog.table(dataset, id),
        columns,
        rows: fresh.map(({ values }) => values as readonly DuckDBValue[]),
      });
    } catch (error) {
      if (error instanceof TableChanged) return insertAll(parts, insertIds, parts.catalog.table(dataset, id), body);
      throw error;
    }
    insertIds.remember(table.uid, fresh);
    parts.counts.add(dataset, id, fresh.length);
  }
  parts.counts.refuse(dataset, id, stopped ? rows.length : bad.length);
  return [
    ...bad.map(({ index, values }) => insertError(index, "invalid", values.path, values.reason)),
    ...(stopped
      ? rows.flatMap(({ index, values }) => (values instanceof BadValue ? [] : [insertError(index, "stopped", "", "")]))
      : []),
  ].toSorted((a, b) => a.index - b.index);
}

const insertError = (index: number, reason: string, location: string, message: string): InsertError => ({
  index,
  errors: [{ reason, location, debugInfo: "", message }],
});
