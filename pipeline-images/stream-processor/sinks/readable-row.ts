import { compileRowReader, type WireValue } from "../../../pipeline/schema/storage-read";
import type { Json } from "../../../pipeline/spec";

/** A row that was encoded for a table, as JSON. */
export const readableRow = (row: Uint8Array, descriptor: Uint8Array): Json =>
  asJson(compileRowReader(descriptor).read(row));

function asJson(value: WireValue): Json {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return (value as readonly WireValue[]).map(asJson);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asJson(one as WireValue)]));
}
