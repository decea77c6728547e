/** Tables of BigQuery, a row for each row. */
import type { OutputBinding } from "../../../pipeline/bindings";
import { compileRowEncoder, storageWriteDescriptor } from "../../../pipeline/schema/storage-write";
import type { Request } from "../checkpoint/record";
import { ROW, splitRows, withoutRows } from "./proto-rows";
import { readableRow } from "./readable-row";
import { RowBuffer } from "./row-buffer";
import { type DirectOutput, type SinkKind, type SinkOptions, sumOf } from "./sink";
import { MOST_ROWS, TableOutput } from "./table-output";
import { tablePath } from "./table-path";

type TableBinding = Extract<OutputBinding, { readonly table: string }>;

export const tableSink: SinkKind<TableBinding> = {
  name({ table }) {
    tablePath(table);
    return table;
  },
  logged(options) {
    const { output, binding, clients, recorded, refuse } = options;
    const table = tablePath(binding.table);
    return new TableOutput(output, { ...options, client: clients.tables, table, refused: refuse }, recorded);
  },
  direct: appended,
};

/** By the table's default stream, at least once. */
function appended({ output, binding, fields, clients, refuse }: SinkOptions<TableBinding>): DirectOutput {
  const buffer = new RowBuffer(ROW, storageWriteDescriptor(fields), compileRowEncoder(fields), MOST_ROWS, 0);
  const stream = `${tablePath(binding.table)}/streams/_default`;
  const append = async ({ payload, descriptor, rows }: Request): Promise<number> => {
    const outcome = await clients.tables.append({ stream, offset: undefined, descriptor, rows: payload });
    if (outcome.kind === "written") return rows;
    if (outcome.kind !== "refused") throw new Error(`${stream} does not take rows: it is ${outcome.kind}`);
    const all = splitRows(payload);
    for (const [place, why] of outcome.rows) refuse(readableRow(all[place] as Uint8Array, descriptor), why);
    const rest = withoutRows(payload, [...outcome.rows.keys()]);
    const left = rows - outcome.rows.size;
    return left === 0 ? 0 : append({ number: 0, payload: rest, descriptor, rows: left });
  };
  return { name: output, take: (row) => buffer.add(row), send: () => sumOf(buffer.take().map(append)) };
}
