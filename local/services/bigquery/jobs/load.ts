/** Load jobs: files into a table, all of them or nothing. @see https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad */
import type { DuckDBValue } from "@duckdb/node-api";
import { CloudError } from "../../../errors";
import type { Caller } from "../../../service";
import type { Parts } from "../parts";
import { BadValue, rowReader } from "../rows/json-value";
import { readColumns, type Column } from "../schema/column";
import { appendRows } from "../store/appends";
import { detectColumns } from "./autodetect";
import { destinationOf, writeTo } from "./destination";
import { csvRows, jsonLines, unpacked, type CsvOptions, type FileRow } from "./file-rows";
import type { JobOutcome } from "./job";
import type { Objects } from "./objects";

interface Config {
  readonly [name: string]: unknown;
}

/** A file to load: its name, and its bytes when they are asked for. */
export interface SourceFile {
  readonly name: string;
  readonly open: () => Promise<AsyncIterable<Uint8Array>>;
}

const SAMPLE = 500;
const BATCH = 10_000;

export async function load(
  parts: Parts,
  caller: Caller,
  config: Config,
  files: readonly SourceFile[],
): Promise<JobOutcome> {
  const format = typeof config.sourceFormat === "string" ? config.sourceFormat : "CSV";
  if (format !== "CSV" && format !== "NEWLINE_DELIMITED_JSON") {
    throw new CloudError("UNIMPLEMENTED", `Files of ${format} are not loaded here: write them as CSV or JSON lines`);
  }
  const destination = destinationOf(
    parts.project,
    config.destinationTable,
    config.createDisposition,
    config.writeDisposition,
  );
  const there = parts.catalog.findTable(destination.dataset, destination.id);
  const schema = config.schema as { readonly fields?: unknown } | undefined;
  const given = schema?.fields === undefined ? undefined : readColumns(schema.fields);
  const read = (file: SourceFile): Promise<AsyncIterable<FileRow>> => openRows(file, format, config);
  const columns = given ?? there?.columns ?? (await detected(files, read, format, config));

  let badRecords = 0;
  const outputRows = await writeTo(
    parts,
    caller,
    destination,
    given ?? (there === undefined ? columns : []),
    async (connection, table) => {
      // By the file's own columns, which need not be all of the table's.
      const convert = rowReader(table.columns, { jsonText: false, ignoreUnknown: config.ignoreUnknownValues === true });
      const most = Number(config.maxBadRecords ?? 0);
      let count = 0;
      let batch: (readonly DuckDBValue[])[] = [];
      for (const file of files) {
        for await (const { line, value } of await read(file)) {
          const values = convertRow(value, columns, convert);
          if (values instanceof BadValue) {
            badRecords += 1;
            if (badRecords <= most) continue;
            throw new CloudError(
              "INVALID_ARGUMENT",
              `Error while reading data, error message: ${values.reason} File: ${file.name}, line ${line}`,
            );
          }
          batch.push(values);
          count += 1;
          if (batch.length < BATCH) continue;
          await appendRows(connection, table, batch);
          batch = [];
        }
      }
      await appendRows(connection, table, batch);
      return count;
    },
  );
  return { numbers: { inputFiles: files.length, outputRows, badRecords } };
}

function convertRow(
  value: unknown,
  columns: readonly Column[],
  convert: ReturnType<typeof rowReader>,
): readonly DuckDBValue[] | BadValue {
  if (value instanceof Error) return new BadValue("", `Failed to parse JSON: ${value.message}.`);
  if (Array.isArray(value)) {
    if (value.length > columns.length) {
      return new BadValue("", `Too many values in line: ${value.length}, the schema has ${columns.length}.`);
    }
    return convert(
      Object.fromEntries(columns.map(({ name }, at) => [name, emptyIsNull(columns[at] as Column, value[at])])),
    );
  }
  if (typeof value !== "object" || value === null) return new BadValue("", "The line is no JSON object.");
  return convert(value as { readonly [name: string]: unknown });
}

/** In CSV nothing is a NULL, but for text. */
const emptyIsNull = ({ type }: Column, value: unknown): unknown =>
  value === "" && type !== "STRING" ? null : (value ?? null);

async function openRows(file: SourceFile, format: string, config: Config): Promise<AsyncIterable<FileRow>> {
  const bytes = unpacked(await file.open());
  return format === "CSV" ? csvRows(bytes, csvOptions(config)) : jsonLines(bytes);
}

function csvOptions({ fieldDelimiter, quote, skipLeadingRows, nullMarker }: Config): CsvOptions {
  const delimiter = typeof fieldDelimiter === "string" ? fieldDelimiter : ",";
  return {
    delimiter: delimiter === "\\t" || delimiter === "tab" ? "\t" : delimiter,
    quote: typeof quote === "string" ? quote : '"',
    skip: Number(skipLeadingRows ?? 0),
    nullMarker: typeof nullMarker === "string" ? nullMarker : "",
  };
}

/** What the first rows look like. */
async function detected(
  files: readonly SourceFile[],
  read: (file: SourceFile) => Promise<AsyncIterable<FileRow>>,
  format: string,
  config: Config,
): Promise<readonly Column[]> {
  const [first] = files;
  if (config.autodetect !== true || first === undefined) {
    throw new CloudError("INVALID_ARGUMENT", "No schema specified on job or table.");
  }
  if (format === "CSV") {
    throw new CloudError("UNIMPLEMENTED", "The schema of CSV files is not detected here: give it with the job");
  }
  const rows: { readonly [name: string]: unknown }[] = [];
  for await (const { value } of await read(first)) {
    if (typeof value === "object" && value !== null && !(value instanceof Error)) {
      rows.push(value as { readonly [name: string]: unknown });
    }
    if (rows.length >= SAMPLE) break;
  }
  return detectColumns(rows);
}

/** The files that gs:// addresses name; a * stands for any letters. */
export async function filesAt(
  objects: Objects | undefined,
  caller: Caller,
  uris: unknown,
): Promise<readonly SourceFile[]> {
  const list = Array.isArray(uris) ? uris.map(String) : [];
  if (list.length === 0) {
    throw new CloudError("INVALID_ARGUMENT", "Load configuration must specify at least one source URI");
  }
  const files: SourceFile[] = [];
  for (const uri of list) {
    const { bucket, object } = gsAddress(uri);
    if (objects === undefined) throw new CloudError("UNIMPLEMENTED", `${uri}: there is no Cloud Storage to read from`);
    const [prefix = "", ...more] = object.split("*");
    if (more.length > 1) throw new CloudError("INVALID_ARGUMENT", `${uri}: only one * is taken`);
    const names =
      more.length === 0
        ? [object]
        : objects.list(caller, bucket, prefix).filter((name) => name.endsWith(more[0] ?? ""));
    if (names.length === 0) throw new CloudError("NOT_FOUND", `Not found: URI ${uri}`);
    files.push(
      ...names.map((name) => ({
        name: `gs://${bucket}/${name}`,
        open: async () => (await objects.open(caller, bucket, name)).bytes as AsyncIterable<Uint8Array>,
      })),
    );
  }
  return files;
}

export function gsAddress(uri: string): { readonly bucket: string; readonly object: string } {
  const found = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri);
  if (found === null) {
    throw new CloudError("INVALID_ARGUMENT", `Source URI must be a Google Cloud Storage location: ${uri}`);
  }
  return { bucket: found[1] as string, object: found[2] as string };
}
