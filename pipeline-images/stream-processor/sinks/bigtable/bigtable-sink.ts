/**
 * Tables of Bigtable with a row for each key. Each cell has a time that is fixed before it leaves for the first time, so
 * that one that is sent again is the same cell, and an older value that arrives after a newer one lies behind it.
 */
import type { OutputBinding } from "../../../../pipeline/bindings";
import { type CellTime, timesOfMessages, TimesInLog } from "../cell-times";
import { directIdempotent, IdempotentOutput, type IdempotentSink } from "../idempotent-output";
import { keyText } from "../key-text";
import { writeRows } from "../row-writer";
import type { SinkKind, SinkOptions } from "../sink";
import { entryEncoder, keyOfEntry, readableEntry, timeOfEntry } from "./bigtable-row";

type BigtableBinding = Extract<OutputBinding, { readonly bigtable: string }>;

/** @see https://cloud.google.com/bigtable/quotas#limits-operations */
const MOST_MUTATIONS = 100_000;
/** @see https://cloud.google.com/bigtable/quotas#limits-data-size */
const LONGEST_KEY = 4_096;

export const bigtableSink: SinkKind<BigtableBinding> = {
  name: ({ bigtable, family }) => `${bigtable}, ${family}`,
  logged(options) {
    const times = new TimesInLog(options.clock, options.recorded.latest);
    return new IdempotentOutput(
      { ...rowsOf(options, times.of), latest: () => times.latest },
      options,
      options.recorded,
    );
  },
  direct: (options) => directIdempotent(rowsOf(options, timesOfMessages(options.moment)), options),
};

function rowsOf({ output, binding, fields, clients }: SinkOptions<BigtableBinding>, time: CellTime): IdempotentSink {
  const { bigtable, family } = binding;
  const key = keyText(output, binding.key, fields);
  return {
    mostRows: Math.floor(MOST_MUTATIONS / Math.max(1, fields.length)),
    encode: entryEncoder(fields, family, key, time),
    unfit(row) {
      const length = Buffer.byteLength(key(row));
      if (length === 0) return `its key, ${binding.key.join("#")}, is empty`;
      return length > LONGEST_KEY ? `its key is ${length} bytes: Bigtable has ${LONGEST_KEY} at most` : undefined;
    },
    send: (rows) =>
      writeRows(clients.bigtable, bigtable, rows, keyOfEntry, (row, before) => timeOfEntry(row) >= timeOfEntry(before)),
    readable: (row) => readableEntry(row, fields),
  };
}
