/**
 * Bigtable over gRPC: MutateRows, whose answer is a stream of statuses, one for each row, in any order.
 * @see https://cloud.google.com/bigtable/docs/reference/data/rpc/google.bigtable.v2
 */
import { field, int32, int64, message, optional, repeated, string } from "../../../pipeline/protobuf/message";
import { WireType, WireWriter } from "../../../pipeline/protobuf/wire";
import type { Channel } from "../../../runtime/grpc";
import { RequestRefused, type RowWriter, type WriteStatus } from "../sinks/row-writer";
import { refusedWhole } from "./refused-whole";

const MUTATE_ROWS = "/google.bigtable.v2.Bigtable/MutateRows";
/** Fields of MutateRowsRequest. */
const TABLE_NAME = 1;
const ENTRIES = 2;

/** A connection sends 32 MiB at most. @see https://cloud.google.com/bigtable/quotas#limits-data-size */
const MOST_BYTES = 24 * 1024 * 1024;

const Status = message({ code: field(1, int32), message: field(2, string) });
const MutateRowsResponse = message({
  entries: field(1, repeated(message({ index: field(1, int64), status: field(2, optional(Status)) }))),
});

export const bigtableRows = (channel: Channel): RowWriter => ({
  async write(table, rows) {
    const bytes = rows.reduce((sum, row) => sum + row.length + 8, 0);
    if (bytes > MOST_BYTES) throw new RequestRefused(`its cells are ${bytes} bytes: at most ${MOST_BYTES} are sent`);
    const writer = new WireWriter(bytes + 256);
    writer.tag(TABLE_NAME, WireType.bytes).string(table);
    for (const row of rows) writer.tag(ENTRIES, WireType.bytes).delimited(row);
    const answers = await channel.several(MUTATE_ROWS, writer.finish(), { table_name: table }).catch(refusedWhole);
    const statuses: WriteStatus[] = [];
    for (const answer of answers) {
      for (const { index, status } of MutateRowsResponse.decode(answer).entries) {
        statuses[index] = status ?? { code: 0, message: "" };
      }
    }
    return statuses.filter((status) => status !== undefined);
  },
});
