import { compileDecoder } from "../../pipeline/schema/decoder";
import type { AnyRow } from "../../pipeline/schema/row";
import { RowError } from "../../pipeline/schema/row";
import { microsecondsOf } from "../../pipeline/schema/timestamp";
import type { FieldSpec, Json } from "../../pipeline/spec";
import { Failure } from "./failure";

/**
 * Events as a topic with a protobuf schema takes them in JSON: the declared fields and no others, which Pub/Sub would
 * refuse, each in the form of its protobuf type. What is no such event is refused here, with the path and the rule,
 * because it could not be published.
 */
export function eventEncoder(fields: readonly FieldSpec[]): (body: Buffer) => Buffer {
  const decode = compileDecoder(fields);
  return (body) => {
    const row = decode(body);
    if (row instanceof RowError) throw new Failure(400, `The event does not fit its schema: ${row.message}`);
    return Buffer.from(JSON.stringify(recordOf(row, fields)));
  };
}

function recordOf(row: AnyRow, fields: readonly FieldSpec[]): object {
  const entries = fields.map(({ name, ...field }) => {
    const value = row[name] ?? null;
    if (field.mode === "REPEATED") return [name, (value as readonly Json[]).map((one) => valueOf(one, field))] as const;
    return [name, value === null ? null : valueOf(value, field)] as const;
  });
  return Object.fromEntries(entries);
}

function valueOf(value: Json, { encoding = "text", fields = [], type }: Omit<FieldSpec, "name">): unknown {
  if (type === "RECORD") return recordOf(value as AnyRow, fields);
  // A field of the type JSON is text to protobuf.
  if (type === "JSON") return JSON.stringify(value);
  if (type === "TIMESTAMP" && encoding !== "text") return epochOf(value as string, microsPer[encoding]);
  return value;
}

const microsPer = { "epoch-seconds": 1_000_000n, "epoch-millis": 1000n, "epoch-micros": 1n } as const;

/** An int64 as text, which protobuf's JSON takes as well as a number, and which keeps every digit. */
const epochOf = (timestamp: string, per: bigint): string => String(microsecondsOf(timestamp) / per);
