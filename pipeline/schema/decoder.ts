/**
 * Events to rows: a decoder compiled from the declared fields and from which of them a pipeline reads. It goes over
 * the bytes once, makes nothing but the row, and knows what each value must be.
 */
// The global one is a getter, which is called for each event.
import { Buffer } from "node:buffer";
import { compileFast } from "./decoder/fast";
import type { NewRow, Read } from "./decoder/read";
import { cursor } from "./decoder/scan";
import { compileSlow } from "./decoder/slow";
import { fieldSpecs, type Columns } from "./field-spec";
import type { RowError } from "./row";

export type { NewRow } from "./decoder/read";

export interface DecoderOptions {
  /**
   * Names of the fields that the row is to have; names of no field are passed over. Of the other fields only the
   * form is checked, not what they are.
   * @default "all"
   */
  readonly reads?: readonly string[] | "all";
  /**
   * Names of the fields that come from the message and not from its data (`message_id`, `publish_time`,
   * `attributes`). The decoder looks for none of them in the JSON: the row has them, null, for the caller to set.
   * @default none
   */
  readonly metadata?: readonly string[];
  /**
   * Name of a REQUIRED TIMESTAMP that events write as a number: it is not in the row, and {@link decodedTime} tells it.
   * No text is made of it.
   * @default none
   */
  readonly time?: string | undefined;
}

/**
 * Decodes the bytes from `start` (0) to `end` (their number), which are one JSON object in UTF-8.
 * @returns the row, its fields in their declared order, or a {@link RowError}:
 *   `$.items[2].quantity: "x" is not an INTEGER`. It keeps nothing of the bytes.
 */
export type Decode = (bytes: Uint8Array, start?: number, end?: number) => NewRow | RowError;

/**
 * Compiles the decoder of some fields. Of names that come twice the last counts, unknown names are passed over.
 * Absent and null are null where the field is NULLABLE, and an empty list where it is REPEATED.
 */
export function compileDecoder(columns: Columns, options: DecoderOptions = {}): Decode {
  const fields = fieldSpecs(columns);
  const { reads = "all", metadata = [], time } = options;
  const read = reads === "all" ? fields : fields.filter(({ name }) => reads.includes(name));
  const all: Read = {
    fields,
    reads: read.filter(({ name }) => name !== time),
    metadata: new Set(metadata),
    time: fields.find(({ name }) => name === time),
  };
  const fast = compileFast(all);
  const slow = compileSlow(all);
  return (given, start = 0, end = given.length) => {
    const bytes = Buffer.isBuffer(given) ? given : Buffer.from(given.buffer, given.byteOffset, given.length);
    return fast(bytes, start, end) ?? slow(bytes, start, end);
  };
}

/** Milliseconds since 1970, rounded down: of the row that was decoded last, by a decoder that was told of a `time`. */
export const decodedTime = (): number => cursor.time;
