/** Reads side inputs: tables, queries, and files. */
import type { InputBinding } from "../../../pipeline/bindings";
import { compileDecoder } from "../../../pipeline/schema/decoder";
import { type AnyRow, RowError } from "../../../pipeline/schema/row";
import type { FieldSpec, InputSpec } from "../../../pipeline/spec";
import type { FileBytes, Format } from "../formats/format";
import { unpacked } from "../formats/gzip";
import { formatOf } from "../formats/of-binding";

export interface SideSources {
  /** The texts of a query with one column. */
  readonly query: (sql: string) => Promise<readonly string[]>;
  /** Columns of all rows of a table, project.dataset.table, each row as JSON. */
  readonly table: (table: string, columns: readonly string[]) => Promise<readonly string[]>;
  /** Contents of files by their pattern, each with its name. */
  readonly files: (pattern: string) => Promise<readonly (readonly [name: string, content: Uint8Array])[]>;
}

/** Why a side input is not read from there; undefined where it is. */
export const whyNotRead = (binding: InputBinding): string | undefined =>
  "subscription" in binding ? "a side input is a table, a query or files, not a subscription" : undefined;

/** @throws Error where it cannot be read, or a row is not what its fields are. */
export async function readSide(
  sources: SideSources,
  binding: InputBinding,
  { fields }: InputSpec,
): Promise<readonly AnyRow[]> {
  const why = whyNotRead(binding);
  if (why !== undefined) throw new Error(why);
  if ("files" in binding) {
    return rowsOfFiles(await sources.files(binding.files), binding.files, formatOf(binding.format), fields);
  }
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
  format: Format,
  fields: readonly FieldSpec[],
): Promise<readonly AnyRow[]> {
  const decode = decoderOf(fields, pattern);
  const rows: AnyRow[] = [];
  for (const [name, content] of files) {
    for await (const found of format.read(unpacked(name, bytesOf(content)), fields)) {
      for (const [i, start] of found.starts.entries()) {
        const where = `${name}:${found.lines[i]}`;
        const problem = found.problems.get(i);
        if (problem !== undefined) throw new Error(`${pattern}, ${where}: ${problem}`);
        rows.push(decode(found.bytes.subarray(start, found.ends[i]), where));
      }
    }
  }
  return rows;
}

/** What is here already, as a file. */
const bytesOf = (content: Uint8Array): FileBytes => ({
  async *[Symbol.asyncIterator]() {
    yield content;
  },
  anywhere: {
    size: async () => content.length,
    bytes: async (start, end) => content.subarray(start, end),
  },
});

function decoderOf(fields: readonly FieldSpec[], of: string): (json: Uint8Array, where: string) => AnyRow {
  const decode = compileDecoder(fields);
  return (json, where) => {
    const row = decode(json);
    if (row instanceof RowError) throw new Error(`${of}, ${where}: ${row.message}`);
    return row;
  };
}
