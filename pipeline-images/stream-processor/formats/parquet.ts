/** Parquet: groups of rows, each column by itself, found by the list of them at the end of the file. */
import * as zlib from "node:zlib";
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type RowGroup,
} from "hyparquet";
import type { FieldSpec } from "../../../pipeline/spec";
import type { Format, Records } from "./format";
import { MadeRecords } from "./made-records";
import { heldRanges, randomAccess } from "./parquet-file";
import { jsonOf, NoText, parsers, physical, withLists } from "./parquet-read";
import { ParquetRows } from "./parquet-write";

/** Unpacked bytes of rows that are made at once. */
const BATCH = 16 * 1024 * 1024;

/** Of a group's columns that are asked for, as they are stored: they are held while its rows are made. */
const LARGEST_GROUP = 512 * 1024 * 1024;

/** A record's "line" is its number in the file. */
export const parquet: Format = {
  joins: false,
  async *read(bytes, fields): AsyncGenerator<Records> {
    const file = await randomAccess(bytes);
    const metadata = await metadataOf(file);
    const columns = columnsOf(metadata, fields);
    const names = columns.map(({ name }) => name);
    const about = { ...metadata, schema: physical(metadata.schema) };
    let first = 0;
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      const held = heldRanges(file);
      const most = Math.ceil(rows / batchesOf(group, names));
      for (let from = first; from < first + rows; from += most) {
        const records = new MadeRecords();
        const found = await rowsOf(held, about, names, from, Math.min(from + most, first + rows));
        for (const [i, row] of found.entries()) put(row, columns, records, from + i + 1);
        yield records.all;
      }
      first += rows;
    }
  },
  write: (fields) => new ParquetRows(fields),
};

async function metadataOf(file: AsyncBuffer): Promise<FileMetaData> {
  try {
    const metadata = await parquetMetadataAsync(file, { parsers, geoparquet: false });
    return { ...metadata, schema: withLists(metadata.schema) };
  } catch (error) {
    throw new Error(`it is no whole file of Parquet: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

interface Column {
  readonly name: string;
  /** As it stands before its value. */
  readonly key: string;
  readonly json: (value: unknown) => string;
}

/** @throws Error where there is no column for a REQUIRED field: the file is another one */
function columnsOf(metadata: FileMetaData, fields: readonly FieldSpec[]): readonly Column[] {
  const { children } = parquetSchema(metadata);
  const missing = fields.find(
    ({ name, mode }) => mode === "REQUIRED" && children.every(({ element }) => element.name !== name),
  );
  if (missing !== undefined) {
    const there = children.map(({ element }) => element.name).join(", ");
    throw new Error(`it has no column ${missing.name}, which is REQUIRED: it has ${there}`);
  }
  return children.flatMap((node) => {
    const { name } = node.element;
    const field = fields.find((one) => one.name === name);
    return field === undefined ? [] : [{ name, key: `${JSON.stringify(name)}:`, json: jsonOf(node, field) }];
  });
}

/** In how many parts the rows of a group are made. @throws Error where it is too large to be held */
function batchesOf({ columns }: RowGroup, names: readonly string[]): number {
  let stored = 0;
  let unpacked = 0;
  for (const { meta_data: chunk } of columns) {
    if (chunk === undefined || !names.includes(chunk.path_in_schema[0] ?? "")) continue;
    if (chunk.codec !== "UNCOMPRESSED" && chunk.codec !== "SNAPPY" && compressors[chunk.codec] === undefined) {
      throw new Error(
        `its columns are compressed by ${chunk.codec}: ${["SNAPPY", ...Object.keys(compressors)].join(", ")} are read`,
      );
    }
    stored += Number(chunk.total_compressed_size);
    unpacked += Number(chunk.total_uncompressed_size);
  }
  if (stored > LARGEST_GROUP) {
    throw new Error(`a row group of it has ${stored} bytes, and ${LARGEST_GROUP} are held at most: write smaller ones`);
  }
  return Math.max(1, Math.ceil(unpacked / BATCH));
}

type Row = { readonly [name: string]: unknown };

async function rowsOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
  rowStart: number,
  rowEnd: number,
): Promise<readonly Row[]> {
  if (columns.length === 0) return Array.from({ length: rowEnd - rowStart }, () => ({}));
  const options = { file, metadata, rowStart, rowEnd, compressors, parsers, utf8: false, geoparquet: false };
  return parquetReadObjects({ ...options, columns: [...columns] });
}

function put(row: Row, columns: readonly Column[], into: MadeRecords, place: number): void {
  try {
    into.add(`{${columns.map(({ name, key, json }) => key + json(row[name])).join(",")}}`, place);
  } catch (error) {
    if (!(error instanceof NoText)) throw error;
    into.refuse(Buffer.from(error.bytes), place, error.message);
  }
}

/** Node has zstandard since its version 22.15. */
const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: (input: Uint8Array) => Uint8Array };

/** Beside SNAPPY, which hyparquet knows itself. */
const compressors: Compressors = {
  GZIP: (input) => zlib.gunzipSync(input),
  BROTLI: (input) => zlib.brotliDecompressSync(input),
  ...(zstdDecompressSync === undefined ? {} : { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) }),
};
