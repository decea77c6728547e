/**
 * Tables of BigQuery with one row for each primary key, the last that was written. Rows go through the table's default
 * stream as changes, each with a sequence number that is fixed before it leaves for the first time: BigQuery keeps the
 * row of the largest, so that one that is sent again, or late, changes nothing.
 * @see https://cloud.google.com/bigquery/docs/change-data-capture
 */
import type { OutputBinding } from "../../../pipeline/bindings";
import { compileRowEncoder, storageWriteDescriptor } from "../../../pipeline/schema/storage-write";
import type { FieldSpec, Json } from "../../../pipeline/spec";
import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import { directIdempotent, type IdempotentSink, IdempotentOutput } from "./idempotent-output";
import { joinRows } from "./proto-rows";
import { readableRow } from "./readable-row";
import { inLog, inMessages, type RowSequence } from "./row-sequence";
import type { SinkKind, SinkOptions } from "./sink";
import { MOST_ROWS } from "./table-output";
import { tablePath } from "./table-path";

type TableBinding = Extract<OutputBinding, { readonly table: string }>;

const pseudo: readonly FieldSpec[] = [
  { name: "_CHANGE_TYPE", type: "STRING", mode: "REQUIRED" },
  { name: "_CHANGE_SEQUENCE_NUMBER", type: "STRING", mode: "REQUIRED" },
];

export const upsertSink: SinkKind<TableBinding> = {
  name({ table }) {
    tablePath(table);
    return `${table} by upsert`;
  },
  logged: (options) => new IdempotentOutput(upserts(options, inLog(options)), options, options.recorded),
  direct: (options) => directIdempotent(upserts(options, inMessages(options.moment)), options),
};

function upserts({ binding, fields, clients }: SinkOptions<TableBinding>, sequence: RowSequence): IdempotentSink {
  const { table } = binding;
  const stream = `${tablePath(table)}/streams/_default`;
  const encode = compileRowEncoder(fields);
  const upsert = new WireWriter()
    .tag(fields.length + 1, WireType.bytes)
    .string("UPSERT")
    .finish()
    .slice();
  const sequenceNumber = fields.length + 2;
  return {
    mostRows: MOST_ROWS,
    descriptor: storageWriteDescriptor([...fields, ...pseudo]),
    encode(row, writer, request, place) {
      encode(row, writer);
      writer.raw(upsert).tag(sequenceNumber, WireType.bytes).string(sequence(request, place));
    },
    async send(rows, { descriptor }) {
      const request = { stream, offset: undefined, descriptor, rows: joinRows(rows) };
      const outcome = await clients.tables.append(request).catch((error: unknown) => {
        throw explained(table, error);
      });
      if (outcome.kind === "written") return none;
      if (outcome.kind === "refused") return outcome.rows;
      throw new Error(`${stream} does not take rows: it is ${outcome.kind}`);
    },
    readable: (row, { descriptor }) => withoutPseudo(readableRow(row, descriptor)),
  };
}

const none: ReadonlyMap<number, string> = new Map();

/** Of a table without a primary key BigQuery says no more than that it has no such columns. */
function explained(table: string, error: unknown): unknown {
  if (!(error instanceof Error) || !/extra fields.*_change_/i.test(error.message)) return error;
  return new Error(`${table} has no primary key to find rows by: declare one. BigQuery says ${error.message}`);
}

function withoutPseudo(row: Json): Json {
  return Object.fromEntries(Object.entries(row as object).filter(([name]) => !pseudo.some((one) => one.name === name)));
}
