/** Reads side inputs: tables, queries, and files of JSON lines. */
import type { InputBinding } from "../../../pipeline/bindings";
import { compileDecoder } from "../../../pipeline/schema/decoder";
import { type AnyRow, RowError } from "../../../pipeline/schema/row";
import type { FieldSpec, InputSpec } from "../../../pipeline/spec";
import { unpacked } from "../formats/gzip";
import { jsonLines } from "../formats/json-lines";

export interface SideSources {
  /** The texts of a query with one column. */
  readonly query: (sql: string) => Promise<readonly string[]>;
  /** Columns of all rows of a table, project.dataset.table, each row as JSON. */
  readonly table: (table: string, columns: readonly string[]) => Promise<readonly string[]>;
  /** Contents of files by their pattern, each with its name. */
  readonly files: (pattern: string) => Promise<readonly (readonly [name: string, content: Uint8Array])[]>;
}

/** Why a side input is not read from there; undefined where it is. */
export function whyNotRead(binding: InputBinding): string | undefined {
  if ("subscription" in binding) return "a side input is a table, a query or files, not a subscription";
  if ("files" in binding && binding.format.type !== "json-lines") {
    return `a side input's files are of JSON lines, not ${binding.format.type}`;
  }
  return undefined;
}

/** @throws Error where it cannot be read, or a row is not what its fields are. */
export async function readSide(
  sources: SideSources,
  binding: InputBinding,
  { fields }: InputSpec,
): Promise<readonly AnyRow[]> {
  const why = whyNotRead(binding);
  if (why !== undefined) throw new Error(why);
  if ("files" in binding) return rowsOfFiles(await sources.files(binding.files), binding.files, fields);
  const names = fields.map(({ name }) => name);
  const [from, texts] =
    "table" in binding
      ? [binding.table, await sources.table(binding.table, names)]
      : ["the query", await sources.query(jsonOf("query" in binding ? binding.query : "", names))];
  const decode = decoderOf(timesAsText(fields), from);
  return texts.map((text, i) => decode(Buffer.from(text), `row ${i + 1}`));
}

/** Fields as BigQuery writes them: its times are text, however events write them. */
export const timesAsText = (fields: readonly FieldSpec[]): readonly FieldSpec[] =>
  fields.map(({ encoding: _encoding, ...field }) =>
    field.fields === undefined ? field : { ...field, fields: timesAsText(field.fields) },
  );

/** A query whose one column is each row of another as JSON. */
export const jsonOf = (query: string, names: readonly string[]): string =>
  `SELECT TO_JSON_STRING(side) FROM (SELECT ${names.map((name) => `\`${name}\``).join(", ")} FROM (${query})) AS side`;

async function rowsOfFiles(
  files: readonly (readonly [name: string, content: Uint8Array])[],
  pattern: string,
  fields: readonly FieldSpec[],
): Promise<readonly AnyRow[]> {
  const decode = decoderOf(fields, pattern);
  const rows: AnyRow[] = [];
  for (const [name, content] of files) {
    for await (const { bytes, starts, ends, lines } of jsonLines.read(unpacked(name, partsOf(content)), fields)) {
      for (const [i, start] of starts.entries()) {
        rows.push(decode(bytes.subarray(start, ends[i]), `${name}:${lines[i]}`));
      }
    }
  }
  return rows;
}

/** What is here already, as what comes. */
async function* partsOf(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

function decoderOf(fields: readonly FieldSpec[], of: string): (json: Uint8Array, where: string) => AnyRow {
  const decode = compileDecoder(fields);
  return (json, where) => {
    const row = decode(json);
    if (row instanceof RowError) throw new Error(`${of}, ${where}: ${row.message}`);
    return row;
  };
}
