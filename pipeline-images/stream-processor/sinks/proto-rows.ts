/** ProtoRows: the rows of an append, each with its tag and length. */
import { WireReader, WireType, WireWriter } from "../../../pipeline/protobuf/wire";

/** ProtoRows.serialized_rows */
export const ROW = 1;

export function splitRows(payload: Uint8Array): Uint8Array[] {
  const reader = new WireReader(payload);
  const rows: Uint8Array[] = [];
  while (!reader.done) {
    reader.uint32();
    rows.push(reader.view8());
  }
  return rows;
}

/** Rows as the payload of an append. */
export function joinRows(rows: readonly Uint8Array[]): Uint8Array {
  const writer = new WireWriter(rows.reduce((sum, row) => sum + row.length + 8, 0));
  for (const row of rows) writer.tag(ROW, WireType.bytes).delimited(row);
  return writer.finish();
}

/** The rows but for those at some places. */
export function withoutRows(payload: Uint8Array, places: readonly number[]): Uint8Array {
  if (places.length === 0) return payload;
  const writer = new WireWriter(payload.length);
  for (const [i, row] of splitRows(payload).entries()) {
    if (!places.includes(i)) writer.tag(ROW, WireType.bytes).delimited(row);
  }
  return writer.finish();
}
