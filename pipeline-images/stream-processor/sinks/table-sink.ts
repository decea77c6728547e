/** Tables of BigQuery, a row for each row. */
import type { OutputBinding } from "../../../pipeline/bindings";
import type { Request } from "../checkpoint/record";
import { ROW, splitRows, withoutRows } from "./proto-rows";
import { readableRow } from "./readable-row";
import { RowBuffer } from "./row-buffer";
import { type DirectOutput, type RefuseRow, type SinkKind, type SinkOptions, sumOf } from "./sink";
import type { TableClient } from "./table-client";
import { encodingOf, MOST_ROWS, TableOutput } from "./table-output";
import { tablePath } from "./table-path";

type TableBinding = Extract<OutputBinding, { readonly table: string }>;

export const tableSink: SinkKind<TableBinding> = {
  name({ table }) {
    tablePath(table);
    return table;
  },
  logged(options) {
    const { output, binding, fields, clients, recorded, refuse } = options;
    const table = tablePath(binding.table);
    const encoding = encodingOf(fields);
    return new TableOutput(output, { ...options, client: clients.tables, table, encoding, refused: refuse }, recorded);
  },
  direct: appended,
};

/** By the table's default stream, at least once. */
function appended({ output, binding, fields, clients, refuse }: SinkOptions<TableBinding>): DirectOutput {
  const { encode, descriptor } = encodingOf(fields);
  const buffer = new RowBuffer(ROW, descriptor, encode, MOST_ROWS, 0);
  const append = appenderOf(clients.tables, binding.table, refuse);
  return { name: output, take: (row) => buffer.add(row), send: () => sumOf(buffer.take().map(append)) };
}

/** Appends requests to a table's default stream. What the table refuses is an error row, and the rest is sent again. */
export function appenderOf(
  client: TableClient,
  table: string,
  refuse: RefuseRow,
): (request: Request) => Promise<number> {
  const stream = `${tablePath(table)}/streams/_default`;
  const append = async ({ payload, descriptor, rows }: Request): Promise<number> => {
    const outcome = await client.append({ stream, offset: undefined, descriptor, rows: payload });
    if (outcome.kind === "written") return rows;
    if (outcome.kind !== "refused") throw new Error(`${stream} does not take rows: it is ${outcome.kind}`);
    const all = splitRows(payload);
    for (const [place, why] of outcome.rows) refuse(readableRow(all[place] as Uint8Array, descriptor), why);
    const rest = withoutRows(payload, [...outcome.rows.keys()]);
    const left = rows - outcome.rows.size;
    return left === 0 ? 0 : append({ number: 0, payload: rest, descriptor, rows: left });
  };
  return append;
}
