/** Tables of BigQuery by the value of a field, made when they are needed. */
import type { OutputBinding } from "../../../pipeline/bindings";
import { appenderOf } from "./table-sink";
import { RowBuffer } from "./row-buffer";
import { ROW } from "./proto-rows";
import { type DirectOutput, type SinkKind, type SinkOptions, sumOf } from "./sink";
import { tableOfRow } from "./table-of-value";
import { encodingOf, MOST_ROWS } from "./table-output";
import { tableParts } from "./table-path";
import { MOST_UNDERWAY, TablesOutput } from "./tables-output";
import { Turns } from "./turns";

type TablesBinding = Extract<OutputBinding, { readonly tables: string }>;

export const tablesSink: SinkKind<TablesBinding> = {
  name: ({ tables }) => tables,
  logged(options) {
    const { output, binding, clients, parts, refuse } = options;
    const of = {
      client: clients.tables,
      maker: clients.maker,
      tables: binding.tables,
      recorded: parts,
      refused: refuse,
    };
    return new TablesOutput(output, { ...options, ...of });
  },
  direct: appended,
};

/** By their default streams, at least once. */
function appended({ output, binding, fields, clients, refuse }: SinkOptions<TablesBinding>): DirectOutput {
  const tableOf = tableOfRow(binding.tables);
  const { encode, descriptor } = encodingOf(fields);
  const turns = new Turns(MOST_UNDERWAY);
  const made = new Set<string>();
  let buffers = new Map<string, RowBuffer>();
  const bufferOf = (table: string): RowBuffer => {
    const buffer = buffers.get(table) ?? new RowBuffer(ROW, descriptor, encode, MOST_ROWS, 0);
    buffers.set(table, buffer);
    return buffer;
  };
  const write = async (table: string, buffer: RowBuffer): Promise<number> => {
    if (!made.has(table)) await clients.maker.make(tableParts(table), fields);
    made.add(table);
    try {
      return await sumOf(buffer.take().map(appenderOf(clients.tables, table, refuse)));
    } catch (error) {
      // Where somebody took it away, it is made again for the message that comes again.
      made.delete(table);
      throw error;
    }
  };
  return {
    name: output,
    take(row) {
      const to = tableOf(row);
      if ("why" in to) refuse(row, to.why);
      else bufferOf(to.table).add(row);
    },
    async send() {
      const all = [...buffers];
      buffers = new Map();
      const sent = await Promise.allSettled(all.map(([table, buffer]) => turns.take(() => write(table, buffer))));
      const failed = sent.find((one) => one.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      return sent.reduce((sum, one) => sum + (one.status === "fulfilled" ? one.value : 0), 0);
    },
  };
}
