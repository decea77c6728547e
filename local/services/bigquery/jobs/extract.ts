/** Extract jobs: a table into a file. @see https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationExtract */
import { gzipSync } from "node:zlib";
import { CloudError } from "../../../errors";
import type { Caller } from "../../../service";
import type { Parts } from "../parts";
import { plainRow, type PlainRow, type PlainValue } from "../rows/plain-value";
import { sqlName } from "../schema/duckdb-type";
import type { TableRecord } from "../store/catalog";
import { destinationOf } from "./destination";
import type { JobOutcome } from "./job";
import { gsAddress } from "./load";
import type { Objects } from "./objects";
import { inPartition } from "./partition";

interface Config {
  readonly [name: string]: unknown;
}

export async function extract(
  parts: Parts,
  objects: Objects | undefined,
  caller: Caller,
  config: Config,
): Promise<JobOutcome> {
  const { dataset, id, partition } = destinationOf(parts.project, config.sourceTable, undefined, undefined);
  const table = parts.catalog.table(dataset, id);
  parts.access.table(caller, "bigquery.tables.getData", table);
  parts.access.table(caller, "bigquery.tables.export", table);
  const format = typeof config.destinationFormat === "string" ? config.destinationFormat : "CSV";
  if (format !== "CSV" && format !== "NEWLINE_DELIMITED_JSON") {
    throw new CloudError("UNIMPLEMENTED", `Tables are not extracted as ${format} here: CSV and JSON lines are`);
  }
  const [uri] = Array.isArray(config.destinationUris) ? config.destinationUris.map(String) : [];
  if (uri === undefined || objects === undefined) {
    throw new CloudError("INVALID_ARGUMENT", "An extract needs a destination URI in Cloud Storage");
  }
  const { bucket, object } = gsAddress(uri);
  const packed = config.compression === "GZIP";
  const rows = pages(parts, table, partition === undefined ? "true" : inPartition(table, partition));
  const lines = format === "CSV" ? csv(rows, table, config) : json(rows);
  await objects.put(
    caller,
    bucket,
    object.replace("*", "000000000000"),
    bytesOf(lines, packed),
    packed ? "application/gzip" : format === "CSV" ? "text/csv" : "application/json",
  );
  return { numbers: { destinationUriFileCounts: [1] } };
}

/** Pieces of gzip one after another are gzip. */
async function* bytesOf(lines: AsyncIterable<string>, packed: boolean): AsyncGenerator<Uint8Array> {
  for await (const text of lines) yield packed ? gzipSync(text) : Buffer.from(text);
}

type Pages = AsyncGenerator<readonly PlainRow[]>;

async function* pages(parts: Parts, table: TableRecord, where: string): Pages {
  const size = 10_000;
  for (let from = 0; ; from += size) {
    const result = await parts.database.read((connection) =>
      connection.runAndReadAll(
        `SELECT * FROM ${sqlName(table.physical)} WHERE ${where} ORDER BY rowid LIMIT ${size} OFFSET ${from}`,
      ),
    );
    const rows = result.getRows().map((values) => plainRow(table.columns, values));
    if (rows.length > 0 || from === 0) yield rows;
    if (rows.length < size) return;
  }
}

async function* json(all: Pages): AsyncGenerator<string> {
  for await (const rows of all) yield rows.map((row) => `${JSON.stringify(withoutNulls(row))}\n`).join("");
}

const withoutNulls = (row: PlainRow): PlainRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

async function* csv(all: Pages, table: TableRecord, config: Config): AsyncGenerator<string> {
  const nested = table.columns.find(({ type, mode }) => type === "RECORD" || mode === "REPEATED");
  if (nested !== undefined) {
    throw new CloudError("INVALID_ARGUMENT", `Operation cannot be performed on a nested schema. Field: ${nested.name}`);
  }
  const delimiter = typeof config.fieldDelimiter === "string" ? config.fieldDelimiter : ",";
  const line = (values: readonly PlainValue[]): string =>
    `${values.map((value) => cell(value, delimiter)).join(delimiter)}\n`;
  if (config.printHeader !== false) yield line(table.columns.map(({ name }) => name));
  for await (const rows of all) yield rows.map((row) => line(Object.values(row))).join("");
}

function cell(value: PlainValue, delimiter: string): string {
  const text = value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
